"""`Sẵn sàng chưa?` and the operator's page: each line turns with what it looks at, and says what to do."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import factory
from survey.accounts import devices
from survey.core.settings import Settings
from survey.live.hub import Key
from survey.machine import surroundings
from survey.machine.surroundings import Battery
from survey.rehearsal import service as rehearsal
from survey.roll import service as roll
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

HTMX = {"HX-Request": "true"}


def lines(browser: FlaskClient, cast: Cast, query: str = "", **options: Any) -> dict[str, str]:
    """Every line by its name: its state; a line that is not well says what to do."""
    page = browser.get(f"{cast.desk}/ready{query}", headers=HTMX, **options).text
    found = {}
    for name, state, rest in re.findall(r'<li id="c-(\w+)"[^>]*data-state="(\w+)">(.*?)</li>', page, re.S):
        assert ("Việc cần làm:" in rest) == (state != "ok"), name
        found[name] = state
    return found


@pytest.fixture
def staff(app: Flask) -> tuple[Cast, FlaskClient]:
    cast = make_cast(app, entry="roll+tickets")
    return cast, cast.staff("organiser")


def test_everything_is_looked_at_from_outside_in(staff: tuple[Cast, FlaskClient]) -> None:
    cast, browser = staff
    assert list(lines(browser, cast)) == [
        "https", "phone", "address", "clock", "disk", "battery", "backup", "spare", "screen", "tablet", "roll", "cards",
        "rehearsed", "keys",
    ]  # fmt: skip
    whole = browser.get(f"{cast.desk}/ready")
    assert whole.headers["Cache-Control"] == "no-store"
    assert 'http-equiv="refresh"' in whole.text, "works without JavaScript"
    assert f'href="{cast.desk}/ready" aria-current="page"' not in browser.get(f"{cast.desk}/manage").text
    assert f'href="{cast.desk}/ready"' in browser.get(f"{cast.desk}/manage").text
    opened = make_cast(cast.app, "open_hall")
    assert not {"roll", "cards"} & set(lines(opened.staff("moderator"), opened)), "what its way in does not need"


def test_people_screen_tablet_and_keys_turn_green(staff: tuple[Cast, FlaskClient]) -> None:
    cast, browser = staff
    hub = cast.app.extensions["hub"]
    before = lines(browser, cast)
    assert {name: before[name] for name in ("screen", "tablet", "roll", "cards", "keys")} == {
        "screen": "red", "tablet": "red", "roll": "red", "cards": "red", "keys": "ok",
    }  # fmt: skip
    for role in ("screen", "leader"):
        token = cast.write(devices.link_for, cast.dialogue_id, cast.organisation_id, role, "Đối thoại", actor="test")
        cast.write(devices.enter_by_link, token, "máy")
    cast.cards(8)
    cast.enrol("Nguyễn Thị An")
    cast.stores.roll.write(roll.freeze, cast.dialogue_id, actor="test")
    admitted = lines(browser, cast)
    assert (admitted["screen"], admitted["tablet"], admitted["roll"], admitted["cards"]) == ("red", "warn", "ok", "ok")
    streams = [hub.stream(Key(cast.dialogue_id, audience, "vi"), None) for audience in ("screen-ranking", "leader")]
    for stream in streams:
        next(stream)
    seen = lines(browser, cast)
    for stream in streams:
        stream.close()
    assert (seen["screen"], seen["tablet"]) == ("ok", "ok")
    cast.keys.destroy(cast.dialogue_id, "vote")
    assert lines(browser, cast)["keys"] == "red"


def test_machine_lines_turn_with_the_machine(staff: tuple[Cast, FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    cast, browser = staff
    folder = cast.app.extensions["survey"]["settings"].data_dir
    for offset, state in (("?offset=0", "ok"), ("?offset=-30", "ok"), ("?offset=31", "red"), ("?offset=x", "unknown"),
                          ("?offset=" + "9" * 30, "unknown"), ("", "unknown")):  # fmt: skip
        assert lines(browser, cast, offset)["clock"] == state, offset
    for free, state in ((None, "unknown"), (2**40, "ok"), (2**29, "warn"), (2**20, "red")):
        monkeypatch.setattr(surroundings, "free", lambda _folder, free=free: free)
        assert lines(browser, cast)["disk"] == state, free
    for battery, state in ((None, "unknown"), (Battery(80, True), "warn"), (Battery(20, True), "red"),
                           (Battery(None, True), "red"), (Battery(20, False), "ok")):  # fmt: skip
        monkeypatch.setattr(surroundings, "battery", lambda battery=battery: battery)
        assert lines(browser, cast)["battery"] == state, battery
    assert lines(browser, cast)["backup"] == "red"
    surroundings.note_backup(folder)
    assert lines(browser, cast)["backup"] == "ok"
    old = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)).timestamp()
    os.utime(folder / surroundings.BACKUP, (old, old))
    assert lines(browser, cast)["backup"] == "red"


def test_a_phone_turns_its_line_green_once(staff: tuple[Cast, FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    """The address in the QR code, opened from the hall's network, then from another; nothing about the phone is kept."""
    cast, browser = staff
    shown: list[str] = []

    def drawn(text: str) -> str:
        shown.append(text)
        return ""

    monkeypatch.setattr("survey.desk.views_ready.qr.svg", drawn)
    monkeypatch.setattr("survey.desk.views_ready.qr.out_of_reach", lambda: False)
    for _each in range(2):
        browser.get(f"{cast.desk}/ready", environ_base={"REMOTE_ADDR": "192.168.1.2"})
    assert shown[0] != shown[1], "another one for each page"
    inside, outside = ("/ready/" + one.split("/ready/")[1] for one in shown)
    assert lines(browser, cast)["phone"] == "red"
    phone = cast.stranger()
    assert phone.head(inside).status_code == 404, "a look at the head is no visit"
    assert phone.get(inside, environ_base={"REMOTE_ADDR": "192.168.1.9"}).status_code == 200
    assert lines(browser, cast)["phone"] == "warn"
    answer = phone.get(outside, environ_base={"REMOTE_ADDR": "113.161.7.9"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert lines(browser, cast)["phone"] == "ok"
    assert phone.get(outside, environ_base={"REMOTE_ADDR": "113.161.7.9"}).status_code == 404, "good once"
    kept = repr(vars(cast.app.extensions["reached"]))
    assert "113.161" not in kept
    assert "192.168" not in kept


def test_address_and_https_are_held_against_base_url(settings: Settings) -> None:
    for base, host, wanted in (
        ("https://doithoai.example", "https://doithoai.example", ("ok", "ok")),
        ("https://doithoai.example", "https://khac.example", ("ok", "red")),
        (None, "http://localhost", ("red", "red")),
    ):
        app = factory.create_app(replace(settings, base_url=base))
        app.testing = True
        cast = make_cast(app, entry="roll", strong=True)
        browser = cast.staff("organiser") if base is None else _at(cast, "https://doithoai.example")
        seen = lines(browser, cast, base_url=host) if host == (base or host) else _moved(browser, cast, host)
        assert (seen["https"], seen["address"]) == wanted, host


def _at(cast: Cast, origin: str) -> FlaskClient:
    """Staff whose cookies travel by HTTPS only."""
    client = cast.staff("organiser")
    for cookie in list((client._cookies or {}).values()):
        client.set_cookie(cookie.key, cookie.value, domain=origin.split("//")[1], path=cookie.path, secure=True)
    return client


def _moved(browser: FlaskClient, cast: Cast, host: str) -> dict[str, str]:
    """The same page under another name."""
    for cookie in list((browser._cookies or {}).values()):
        browser.set_cookie(cookie.key, cookie.value, domain=host.split("//")[1], path=cookie.path, secure=True)
    return lines(browser, cast, base_url=host)


def test_phones_of_a_rehearsal_are_counted_and_leave_no_row(app: Flask) -> None:
    cast = make_cast(app)
    browser = cast.staff("organiser")
    assert lines(browser, cast)["rehearsed"] == "warn"
    rehearsal.start(cast.stores, cast.dialogue_id, 30, actor="test")
    for _each in range(3):
        assert lines(browser, cast)["rehearsed"] == "warn"
        cast.member()
    assert lines(browser, cast)["rehearsed"] == "ok"
    assert "3 điện thoại" in browser.get(f"{cast.desk}/ready").text
    token = csrf(browser, f"{cast.desk}/manage")
    assert browser.post(f"{cast.desk}/rehearsal/end", data={"csrf_token": token}).status_code == 303
    assert "3 điện thoại" in browser.get(f"{cast.desk}/ready").text


def test_operator_sees_the_machine_and_no_dialogue(staff: tuple[Cast, FlaskClient]) -> None:
    cast, browser = staff
    assert browser.get("/s/operator").status_code in {403, 404}, (
        "the organiser of one dialogue does not keep the machine"
    )
    keeper = cast.staff("organiser", whole_organisation=True)
    page = keeper.get("/s/operator")
    assert page.status_code == 200
    assert "Máy chủ đang làm việc bình thường." in page.text
    assert cast.code not in page.text
    assert '<section id="operator"' in keeper.get("/s/operator", headers=HTMX).text
    assert 'href="/s/operator"' in keeper.get("/s/").text
    cast.app.extensions["survey"]["db"].refused = 7
    assert "đang nặng việc" in keeper.get("/s/operator").text
