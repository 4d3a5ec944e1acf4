"""Another key for the blind signatures, before the box was first emptied: what was signed before lets nobody in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey import lifecycle
from survey import rekeying
from survey.core import blind
from survey.core import blinding
from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.dialogues import keyring
from survey.dialogues.entry import issue_purpose
from survey.roll import counts
from survey.roll import issuing
from survey.roll.models import Member
from tests.conftest import csrf
from tests.room.halls import Hall
from tests.room.halls import at
from tests.room.halls import credential
from tests.room.halls import hall_of
from tests.room.halls import house

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def app(migrated: Path) -> Iterator[Flask]:
    """One program for all halls of this file."""
    with house(migrated) as found:
        yield found


@pytest.fixture
def hall(app: Flask) -> Hall:
    """Thirty on the roll, before the opening."""
    return hall_of(app)


def envelope(number: int) -> str:
    """One question."""
    asked = {"body": f"Câu hỏi số {number} của chúng tôi", "topic": "", "client_id": "c"}
    return json.dumps({"questions": [asked], "responses": {}})


def post(hall: Hall, where: str, held: dict[str, str], **more: str) -> Any:
    """As a phone does."""
    return hall.cast.stranger().post(f"{hall.cast.base}{where}", data={**held, **more}, headers=JSON)


def change(hall: Hall) -> None:
    """As the organiser does."""
    rekeying.change_key(hall.stores, hall.id, actor="test")


def issued(hall: Hall) -> int:
    """How many places are taken."""
    with hall.stores.roll.reading() as session:
        found = counts.exact(session, hall.id)
    return found.issued if found else 0


def sign(hall: Hall, member: str, epoch: int) -> bytes:
    """A member's request under the key of this epoch."""
    private = hall.cast.keys.get(hall.id, issue_purpose(epoch))
    asked = blinding.conceal(blind.public_of(private), blinding.new_message(blind.public_of(private)))
    return hall.stores.roll.write(
        issuing.issue_blind, private, hall.id, member, new_id(), asked.request, now(), epoch
    )  # fmt: skip


def a_member(hall: Hall) -> str:
    """One of the thirty."""
    with hall.stores.roll.reading() as session:
        return next(one.id for one in session.query(Member).filter_by(dialogue_id=hall.id))


def test_what_was_signed_before_lets_nobody_in(hall: Hall) -> None:
    """The old ballot is told so, gets back what it wrote, and is in neither by the box nor at the opening."""
    old = credential(hall)
    assert post(hall, "/box", old, content=envelope(1)).status_code == 201
    before = hall.now.issue_key
    change(hall)
    assert hall.now.issue_key != before
    refused = post(hall, "/box", old, content=envelope(1))
    assert (refused.status_code, refused.get_json()["error"]) == (422, "former_key")
    look = post(hall, "/box/look", old).get_json()
    assert "đổi khóa" in look["former"]
    assert look["content"]["questions"][0]["body"].startswith("Câu hỏi số 1")
    for number in range(2, 6):
        assert post(hall, "/box", credential(hall), content=envelope(number)).status_code == 201
    assert hall.empty(at(3)) == 0, "five lie there, and one of them does not count"
    assert post(hall, "/box", credential(hall), content=envelope(6)).status_code == 201
    assert hall.empty(at(11)) == 5
    assert hall.counted()["questions"] == 5
    hall.open(at(12))
    assert post(hall, "/entry", old).get_json()["error"] == "former_key"


def test_what_was_written_under_the_key_before_outlives_emptyings_until_the_opening(hall: Hall) -> None:
    """Who comes back after noon still gets the own words, from a filling under another seal; none of it is ever counted."""
    old = credential(hall)
    assert post(hall, "/box", old, content=envelope(1)).status_code == 201
    change(hall)

    def words() -> Any:
        return (post(hall, "/box/look", old).get_json()["content"] or {}).get("questions", [{}])[0].get("body")

    for hours, ballots in ((3, 5), (11, 10)):
        before = hall.stores.box.fillings(hall.id, "open")
        for number in range(2, 7):
            assert post(hall, "/box", credential(hall), content=envelope(number)).status_code == 201
        assert hall.empty(at(hours)) == ballots
        after = hall.stores.box.fillings(hall.id, "open", "shut", "done")
        assert (len(after), after[0].id == before[0].id) == (1, False)
        assert words() == "Câu hỏi số 1 của chúng tôi"
    assert hall.empty(at(27)) == 10
    hall.open(at(28))
    assert hall.empty(at(28.01)) == 10
    assert (words(), hall.waiting, hall.counted()["questions"]) == (None, 0, 10)


def test_every_member_may_fetch_another_and_only_one(hall: Hall) -> None:
    member = a_member(hall)
    sign(hall, member, 0)
    assert issued(hall) == 1
    former = hall.cast.keys.get(hall.id, "issue")
    change(hall)
    assert issued(hall) == 0
    assert not hall.cast.keys.exists(hall.id, "issue")
    blinded = blinding.conceal(blind.public_of(former), blinding.new_message(blind.public_of(former))).request
    with pytest.raises(NotNow):  # on its way with the former key while that was changed
        hall.stores.roll.write(issuing.issue_blind, former, hall.id, member, new_id(), blinded, now(), 0)
    sign(hall, member, 1)
    assert issued(hall) == 1
    with hall.cast.reading() as session:
        records = {one.purpose: one.destroyed_at is not None for one in keyring.of_dialogue(session, hall.id)}
    assert (records["issue"], records["issue-1"]) == (True, False)


def test_a_change_that_is_cut_off_between_the_databases_is_finished(hall: Hall) -> None:
    sign(hall, a_member(hall), 0)
    hall.cast.write(rekeying.change_row, hall.cast.keys, hall.id)  # and then the process died
    assert (issued(hall), hall.cast.keys.exists(hall.id, "issue")) == (1, True)
    with pytest.raises(NotNow):
        sign(hall, a_member(hall), 1)
    lifecycle.sweep(hall.stores, at(0))
    assert (issued(hall), hall.cast.keys.exists(hall.id, "issue")) == (0, False)
    sign(hall, a_member(hall), 1)
    lifecycle.sweep(hall.stores, at(0))
    assert issued(hall) == 1


def test_the_first_emptied_box_freezes_it_and_so_does_the_opening(app: Flask, hall: Hall) -> None:
    hall.drops(5)
    assert hall.empty(at(3)) == 5
    other = hall_of(app)
    other.open(at(5))
    for one in (hall, other):
        key = one.now.issue_key
        with pytest.raises(NotNow):
            change(one)
        assert (one.now.issue_key, one.now.key_epoch) == (key, 0)
    shut = hall_of(app)
    shut.drop()
    shut.stores.box.shut(shut.id)  # being emptied at this moment
    with pytest.raises(NotNow):
        change(shut)


def test_all_keys_die_whatever_their_number(hall: Hall) -> None:
    change(hall)
    change(hall)
    hall.open(at(0))
    lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    assert hall.cast.keys.exists(hall.id, "issue-2")
    lifecycle.sweep(hall.stores, now() + lifecycle.UNDO * 2)
    assert [one for one in hall.cast.keys.purposes(hall.id) if one.startswith("issue")] == []
    with hall.cast.reading() as session:
        records = {one.purpose: one.destroyed_at is not None for one in keyring.of_dialogue(session, hall.id)}
    assert {records[one] for one in ("issue", "issue-1", "issue-2")} == {True}


def test_the_organiser_types_the_code_before(hall: Hall) -> None:
    """What it costs is on the page; anything else than the code changes nothing and comes back as it was typed."""
    staff, path = hall.cast.staff("organiser"), f"{hall.cast.desk}/issue-key"
    sign(hall, a_member(hall), 0)
    hall.drop()
    page = staff.get(path).text
    assert "1 phiếu đã nhận không dùng được nữa" in page
    assert "1 phong bì trong hòm không được tính" in page

    def send(typed: str) -> Any:
        return staff.post(path, data={"csrf_token": csrf(staff, path), "typed": typed})

    wrong = send("XXXXXX")
    assert (wrong.status_code, hall.now.key_epoch) == (422, 0)
    assert 'value="XXXXXX"' in wrong.text
    assert (send(hall.cast.code.lower()).status_code, hall.now.key_epoch) == (303, 1)
    assert "Khóa đã đổi 1 lần" in staff.get(path).text
    assert "đã đổi khóa 1 lần" in hall.cast.stranger().get(f"{hall.cast.base}/key").text
    hall.open(at(0))
    assert "không đổi được nữa" in staff.get(path).text
    assert send(hall.cast.code).status_code == 403
