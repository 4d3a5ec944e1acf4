"""Choosing the way in: what it buys, until when, what comes next, and what opening again cannot bring back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import lifecycle
from survey.core.clock import now
from survey.dialogues.entry import Way
from survey.dialogues.models import Dialogue
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

GONE = "khóa phát phiếu đã bị hủy năm phút sau khi khép lại"


def choose(cast: Cast, staff: FlaskClient, entry: str) -> TestResponse:
    data = {"csrf_token": csrf(staff, f"{cast.desk}/manage"), "entry": entry}
    return staff.post(f"{cast.desk}/entry-way", data=data)


def entry_of(cast: Cast) -> str:
    with cast.reading() as session:
        return str(session.scalar(select(Dialogue.entry).where(Dialogue.id == cast.dialogue_id)))


def section(cast: Cast, staff: FlaskClient) -> str:
    page = staff.get(f"{cast.desk}/manage").text
    return page.split('<section id="entry"', 1)[1].split("</section>", 1)[0]


@pytest.mark.parametrize("step", [(), ("collect",)])
def test_the_table_explains_each_way_and_recommends_cards(app: Flask, step: tuple[str, ...]) -> None:
    cast = make_cast(app, *step)
    shown = section(cast, cast.staff("organiser"))
    assert [f'value="{way}"' in shown for way in Way] == [True] * 6
    rows = [row for row in shown.split("<tr")[2:] if '<th scope="row"' in row]
    assert [("Nên dùng" in row, "checked" in row) for row in rows] == [
        (False, True),
        (True, False),
        (False, False),
        (False, False),
        (False, False),
        (False, False),
    ]
    assert ["Theo danh sách, chế độ yếu" in row or "Danh sách và thẻ, chế độ yếu" in row for row in rows] == [
        False, False, False, False, True, True,
    ]  # fmt: skip


def test_the_strong_mode_is_offered_where_phones_can_do_it(app: Flask) -> None:
    """On this machine and by HTTPS; on a page that phones reach by http it is explained, and only the weak mode is there."""
    cast = make_cast(app, entry="open")
    staff = cast.staff("organiser")
    token = csrf(staff, f"{cast.desk}/manage")
    app.extensions["survey"]["settings"] = replace(
        app.extensions["survey"]["settings"], base_url="http://192.168.1.20:8000"
    )
    assert ('value="blind"' in section(cast, staff), "cần https" in section(cast, staff)) == (False, True)
    data = {"csrf_token": token, "entry": "blind"}
    assert staff.post(f"{cast.desk}/entry-way", data=data).status_code == 422
    app.extensions["survey"]["settings"] = replace(app.extensions["survey"]["settings"], base_url="https://doithoai.vn")
    assert staff.post(f"{cast.desk}/entry-way", data=data).status_code == 303
    with cast.reading() as session:
        assert session.scalar(select(Dialogue.issue_key).where(Dialogue.id == cast.dialogue_id)) is not None
    assert "Theo danh sách" in section(cast, staff)


@pytest.mark.parametrize(("entry", "links"), [
    ("tickets", ["cards", "door"]), ("roll", ["roll", "door"]), ("roll+tickets", ["cards", "roll", "door"]), ("open", []),
])  # fmt: skip
def test_what_was_chosen_holds_and_the_next_work_is_linked(app: Flask, entry: str, links: list[str]) -> None:
    cast = make_cast(app, entry="tickets" if entry == "open" else "open")
    staff = cast.staff("organiser")
    answer = choose(cast, staff, entry)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.desk}/manage#entry")
    assert entry_of(cast) == entry
    shown = section(cast, staff)
    assert [name for name in ("cards", "roll", "door") if f'href="{cast.desk}/{name}"' in shown] == links


def test_a_way_that_is_none_is_refused(app: Flask) -> None:
    cast = make_cast(app)
    assert choose(cast, cast.staff("organiser"), "magic").status_code == 422
    assert entry_of(cast) == "open"


def test_nothing_changes_any_more_once_a_ballot_is_in(app: Flask) -> None:
    cast = make_cast(app, "collect")
    staff = cast.staff("organiser")
    assert 'type="radio"' in section(cast, staff)
    cast.member()
    assert 'type="radio"' not in section(cast, staff)
    answer = choose(cast, staff, "tickets")
    assert (answer.status_code, entry_of(cast)) == (403, "open")


@pytest.mark.parametrize("role", ["moderator", "secretary", "leader"])
def test_only_who_manages_chooses(app: Flask, role: str) -> None:
    cast = make_cast(app)
    staff = cast.staff(role)
    data = {"csrf_token": csrf(staff, "/s/"), "entry": "tickets"}
    assert staff.post(f"{cast.desk}/entry-way", data=data).status_code == 403
    assert entry_of(cast) == "open"
    if role == "moderator":
        assert 'type="radio"' not in section(cast, staff)


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
def test_opening_again_after_five_minutes_says_that_nobody_new_comes_in(app: Flask, entry: str) -> None:
    cast = make_cast(app, "open_hall", "close", entry=entry)
    staff = cast.staff("organiser")

    def page() -> str:
        return staff.get(f"{cast.desk}/manage").text

    assert ("vẫn vào thêm được" in page(), GONE in page()) == (entry != "open", False)
    lifecycle.sweep(cast.stores, now() + dt.timedelta(minutes=4))
    assert GONE not in page()
    lifecycle.sweep(cast.stores, now() + dt.timedelta(minutes=6))
    assert (GONE in page()) == (entry != "open")
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    assert ("không ai vào thêm được" in page()) == (entry != "open")


def test_the_next_step_says_who_gets_in(app: Flask) -> None:
    said: dict[str, Any] = {}
    for entry in ("open", "tickets", "roll"):
        cast = make_cast(app, entry=entry)
        said[entry] = cast.staff("organiser").get(f"{cast.desk}/manage").text
    assert "Ai có mã đều vào được" in said["open"]
    assert "Từ lúc ấy thẻ dùng được" in said["tickets"]
    assert "Danh sách chốt từ lúc ấy" in said["roll"]
