"""Before the opening nobody sees when a member of the roll comes in: no number, no version and no event moves."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.core.ids import new_token
from survey.dialogues import queries as dialogues
from survey.dialogues import service
from survey.pages import live as pages_live
from survey.room import service as room
from survey.stage import queries as stage
from tests.conftest import Cast
from tests.conftest import make_cast

_MADE_ANEW = re.compile(r'(?:name="csrf[-_]token"|name="attempt"|"X-CSRFToken":)[^>]*>')  # of each page, whoever looks


def seen(cast: Cast) -> tuple[object, ...]:
    """All that a neighbour, the wall and the home page show, and the number that every change of them counts up."""
    pages = [cast.stranger().get(path).text for path in ("/", cast.base, f"{cast.base}/who")]
    with cast.reading() as session:
        dialogue = dialogues.by_id(session, cast.dialogue_id)
        wall = stage.screen(session, cast.dialogue_id)
        return dialogue.version, *(_MADE_ANEW.sub("", page) for page in pages), pages_live.take(session, dialogue), wall


def come_in(cast: Cast, number: int) -> None:
    """So many ballots, in whatever way."""
    for _ in range(number):
        cast.write(_admit, cast.dialogue_id)


def _admit(session: Session, dialogue_id: str) -> None:
    service.load(session, dialogue_id)  # as every way in does
    room.admit(session, dialogue_id, new_token().encode()[:16])


@pytest.mark.claim("anonymity", "before the opening no public number tells when a member takes the ballot in")
@pytest.mark.parametrize("entry", ["roll", "roll+tickets"])
def test_nothing_moves_when_a_member_comes_in(app: Flask, entry: str) -> None:
    """A counter that moved with each would be the list of those moments; the stepped counts of the roll would be for nothing."""
    cast = make_cast(app, "collect", entry=entry)
    cast.write(service.change, cast.dialogue_id, {"listed": True, "people_shown": True})
    before = seen(cast)
    come_in(cast, 7)
    assert seen(cast) == before
    with cast.reading() as session:
        assert dialogues.by_id(session, cast.dialogue_id).ballots == 7, "the premise: they are in"


@pytest.mark.parametrize(("step", "entry"), [("open_hall", "roll"), ("collect", "open")])
def test_elsewhere_the_number_is_told_at_once(app: Flask, step: str, entry: str) -> None:
    """In the open hall heads and ballots must be comparable, and `open` knows no member: the negative control."""
    cast = make_cast(app, step, entry=entry)
    before = seen(cast)
    come_in(cast, 1)
    assert seen(cast)[0] == before[0] + 1  # type: ignore[operator]
    assert seen(cast) != before
