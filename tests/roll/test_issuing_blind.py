"""Signing ballots without seeing them: one a member, the same answer to the same request."""

from __future__ import annotations

import pytest
from flask import Flask

from survey import lifecycle
from survey.core import blind
from survey.core import blinding
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.dialogues import queries
from survey.roll import issuing
from survey.room import service as room
from survey.room.models import Ballot
from tests.conftest import make_cast


def test_a_signed_ballot_enters_once_and_the_roll_never_saw_it(app: Flask) -> None:
    """The whole way in services: request, answer, credential, ballot; the request is nowhere in the room."""
    cast = make_cast(app, entry="roll", strong=True)
    stores = cast.stores
    member = cast.enrol("Lan")
    lifecycle.take(stores, cast.dialogue_id, "live", actor="x")
    with stores.db.reading() as session:
        dialogue = queries.by_id(session, cast.dialogue_id)
        public = dialogue.issue_key
    assert public is not None
    private = stores.keys.get(cast.dialogue_id, "issue")
    assert blind.public_of(private) == public
    asked = blinding.conceal(public, blinding.new_message(public))
    given = (private, cast.dialogue_id, member, "phone", asked.request, now())
    answer = stores.roll.write(issuing.issue_blind, *given)
    assert stores.roll.write(issuing.issue_blind, *given) == answer
    other = blinding.conceal(public, blinding.new_message(public))
    with pytest.raises(Conflict):
        stores.roll.write(issuing.issue_blind, *(*given[:4], other.request, now()))
    signature = blinding.reveal(public, asked, answer)
    with stores.db.reading() as session:
        dialogue = queries.by_id(session, cast.dialogue_id)
        secret = room.open_credential(dialogue, asked.message, signature)
        with pytest.raises(Invalid):
            room.open_credential(dialogue, other.message, signature)
    for _again in range(2):
        stores.db.write(room.enter_by_credential, cast.dialogue_id, secret)
    with stores.db.reading() as session:
        assert session.get(Ballot, (cast.dialogue_id, digest(secret))) is not None
        assert queries.by_id(session, cast.dialogue_id).ballots == 1


def test_nobody_enters_by_credential_before_the_opening(app: Flask) -> None:
    """Before it there is the ballot box, and nothing else."""
    cast = make_cast(app, "collect", entry="roll", strong=True)
    with pytest.raises(NotNow):
        cast.write(room.enter_by_credential, cast.dialogue_id, "x" * 27)
