"""What the weak mode costs at the door: who frees a place and takes it holds that member's ballot. Said, counted, and seen."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.pages import words
from survey.roll import counts
from survey.roll import service
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}
MOVED = "cho nhận chỗ của bạn ở máy khác"


def enter(cast: Cast, link: str) -> FlaskClient:
    """A phone that opened this link and went into the room."""
    phone = cast.stranger()
    phone.post(f"/m/{cast.code}/session", data={"token": link, "csrf_token": csrf(phone, f"/m/{cast.code}")})
    handed = phone.post(
        f"/m/{cast.code}/credential", headers={**JSON, "X-CSRFToken": csrf(phone, f"/m/{cast.code}")}
    ).get_json()
    assert phone.post(f"{cast.base}/entry", data={"pass": handed["pass"]}).status_code == 303
    return phone


def ballot(cast: Cast, phone: FlaskClient) -> str:
    """The secret that the phone keeps."""
    cookie = phone.get_cookie("ballot", path=cast.base)
    assert cookie is not None
    return cookie.value


def test_the_door_that_frees_a_place_holds_its_ballot_and_everybody_may_know(app: Flask) -> None:
    """One ballot all the same; the public counts and the member's own page tell; the words do not deny it."""
    cast = make_cast(app, "open_hall", entry="roll")
    mai = cast.enrol("Nguyễn Thị Mai")
    cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
    member = enter(cast, cast.personal(mai).token)
    door = cast.staff("door")
    form = {"csrf_token": csrf(door, f"{cast.desk}/door/{mai}")}
    assert door.post(f"{cast.desk}/door/{mai}/move", data=form).status_code == 303
    shown = door.post(f"{cast.desk}/door/{mai}/link", data=form, headers=JSON).get_json()["link"]
    other = enter(cast, re.sub(r".*#", "", shown))
    assert ballot(cast, other) == ballot(cast, member), "the premise"
    with cast.stores.roll.reading() as session:
        told = counts.public(session, cast.dialogue_id, opened=True)
    assert told is not None
    assert (told.issued, told.moved) == (1, 1)
    assert "máy khác" in member.get(f"/m/{cast.code}").text
    assert MOVED in cast.stranger().get(f"{cast.base}/who").text


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
@pytest.mark.parametrize("secure", [False, True])
def test_only_where_nobody_frees_places_the_staff_cannot_know(entry: str, secure: bool) -> None:
    """A promise that is not kept is worse than none."""
    staff = words.who_may_know(entry, secure=secure, key_lives=True)
    answer = next(one for one in staff if one.who.startswith("Ban tổ chức"))
    assert (answer.verdict == words.CANNOT) == (entry in {"open", "tickets"}) == (MOVED not in answer.why)
