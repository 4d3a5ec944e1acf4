"""A key that was destroyed stays destroyed: for whatever act of the staff, in whatever process, after whatever crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import lifecycle
from survey.core.clock import now
from survey.core.errors import Busy
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.dialogues import queries as dialogues
from survey.roll import purging
from survey.roll import service
from survey.room.models import SpentPass
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}


def ballot(cast: Cast, phone: FlaskClient) -> int:
    """Ask for the ballot of this phone's seat and go in with it; the status of the last step."""
    head = {**JSON, "X-CSRFToken": csrf(phone, f"/m/{cast.code}")}
    handed = phone.post(f"/m/{cast.code}/credential", headers=head)
    if handed.status_code != 200:
        return handed.status_code
    fresh = cast.stranger()  # whatever browser: the seat is what counts
    return fresh.post(f"{cast.base}/entry", data={"pass": handed.get_json()["pass"]}, headers=JSON).status_code


@pytest.mark.claim("anonymity", "no act of the staff brings a destroyed key of issuing back")
@pytest.mark.parametrize("entry", ["roll", "roll+tickets"])
def test_choosing_the_same_way_in_again_makes_no_second_ballot(app: Flask, entry: str) -> None:
    """Closed, keys dead, opened again: another key `weak` would give every member who is in a second ballot."""
    cast = make_cast(app, "open_hall", entry=entry)
    mai, dialogue_id = cast.enrol("Nguyễn Thị Mai"), cast.dialogue_id
    cast.stores.roll.write(service.freeze, dialogue_id, actor="test")
    phone = cast.stranger()
    form = {"token": cast.personal(mai).token, "csrf_token": csrf(phone, f"/m/{cast.code}")}
    phone.post(f"/m/{cast.code}/session", data=form)
    assert ballot(cast, phone) == 200, "the premise: the seat is taken and the ballot is in"
    lifecycle.take(cast.stores, dialogue_id, "closed", actor="test")
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    organiser = cast.staff("organiser")
    again = {"entry": entry, "csrf_token": csrf(organiser, f"{cast.desk}/manage")}
    for to in ("closed", "live"):
        if to == "live":
            lifecycle.take(cast.stores, dialogue_id, to, actor="test")
        organiser.post(f"{cast.desk}/entry-way", data=again)
        assert not any(cast.keys.exists(dialogue_id, purpose) for purpose in lifecycle.ISSUING), to
    assert ballot(cast, phone) == 403
    with cast.reading() as session:
        assert dialogues.by_id(session, dialogue_id).ballots == 1


def test_a_key_that_another_process_destroyed_is_forgotten_here(tmp_path: Path) -> None:
    """What was read before must not let anybody in afterwards, nor a new key of the same name be mixed up with it."""
    here, there = KeyStore(tmp_path), KeyStore(tmp_path)
    made = here.create("dialogue", "weak")
    assert there.get("dialogue", "weak") == made, "the premise: it is remembered"
    here.destroy("dialogue", "weak")
    with pytest.raises(KeyMissing):
        there.get("dialogue", "weak")


def test_a_key_that_was_overwritten_and_not_yet_removed_is_none(tmp_path: Path) -> None:
    """Power fails between the two halves of a destruction: thirty-two zeros are known to everybody."""
    store = KeyStore(tmp_path)
    store.create("dialogue", "weak")
    (tmp_path / "dialogue" / "weak.key").write_bytes(bytes(32))
    with pytest.raises(KeyMissing):
        KeyStore(tmp_path).get("dialogue", "weak")


def test_looking_whether_a_key_lives_costs_little(tmp_path: Path) -> None:
    """Every vote asks for one: a look at the folder, never a reading of the file."""
    store = KeyStore(tmp_path)
    store.create("dialogue", "vote")
    begun = time.thread_time()
    for _ in range(10_000):
        store.get("dialogue", "vote")
    assert time.thread_time() - begun < 1, "0.1 ms each"


@pytest.mark.parametrize("purpose", purging.KEYS)
def test_a_deletion_that_was_cut_off_destroys_the_keys_later(app: Flask, purpose: str) -> None:
    """The rows are gone, the machine stopped before the keys were: the next sweep must not take it for done."""
    cast = make_cast(app, "open_hall", entry="roll")
    cast.enrol("Nguyễn Thị Mai")
    cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
    cast.stores.roll.write(purging.forget, cast.dialogue_id, now(), actor="test")
    assert cast.keys.exists(cast.dialogue_id, purpose), "the premise"
    purging.sweep(cast.stores, now())
    assert not cast.keys.exists(cast.dialogue_id, purpose)
    assert cast.keys.exists(cast.dialogue_id, "vote"), "and no other key"


def test_marks_of_passes_go_also_where_the_first_sweep_was_cut_off(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement of what is stored says that they go with the keys: so the keys go last, and what failed is done again."""
    cast = make_cast(app, "open_hall", entry="roll")
    cast.write(_spend, cast.dialogue_id)
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    with monkeypatch.context() as patch:
        patch.setattr(cast.stores.db, "write", _busy)
        lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    assert cast.keys.exists(cast.dialogue_id, "pass"), "the premise"
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    assert not cast.keys.exists(cast.dialogue_id, "pass")
    with cast.reading() as session:
        assert session.scalars(select(SpentPass)).all() == []


def _spend(session: Session, dialogue_id: str) -> None:
    session.add(SpentPass(dialogue_id=dialogue_id, use=bytes(16)))


def _busy(*_args: object) -> None:
    raise Busy("no")


def test_a_card_is_not_called_good_once_issuing_is_over(app: Flask) -> None:
    """Opened again after the keys died: looking at a card says what pressing the button would say."""
    cast = make_cast(app, "open_hall", entry="tickets")
    code = cast.cards(1)[0]
    button = "Vào phòng bằng thẻ này"
    assert button in cast.stranger().get(f"{cast.base}/entry?ticket={code}").text, "the premise"
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    for path in ("entry", f"entry?ticket={code}"):
        page = cast.stranger().get(f"{cast.base}/{path}").text
        assert "Việc phát phiếu đã khép lại" in page, path
        assert button not in page, path
