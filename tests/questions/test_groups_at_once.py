"""Merging and taking apart while the hall votes, on PostgreSQL: no voice is lost, none counts twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from survey.core.db import Database
from survey.core.ids import digest
from survey.moderation import merging
from survey.questions import groups
from survey.questions import objects
from survey.questions import queries
from survey.questions import service
from survey.questions.models import Question
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast

BALLOTS = 24
WORDINGS = 3


@pytest.mark.claim("moderation", "votes that come while questions are merged and taken apart count once each")
def test_votes_during_merge_and_undo_count_once(cast_on_postgres: Cast) -> None:
    """Every ballot supports every wording while they are merged and split six times; each end counts each ballot once.

    Two processes, each with its own writer: a vote of the one waits in PostgreSQL for a merge of the other.
    """
    cast = cast_on_postgres
    databases = [Database(cast.stores.db.url) for _ in range(2)]
    key = cast.keys.get(cast.dialogue_id, "vote")
    secrets = [digest(f"{number} of {cast.dialogue_id}") for number in range(BALLOTS)]
    for secret in secrets:
        cast.write(room.admit, cast.dialogue_id, secret)
    ids = [
        cast.write(lambda s, n=n: service.add(s, cast.dialogue_id, f"Cách viết {n}", None, state=State.APPROVED).id)
        for n in range(WORDINGS)
    ]

    def vote(number: int, secret: bytes) -> None:
        voter = queries.voter(key, secret.hex())
        for turn, question_id in enumerate(ids):
            write = databases[(number + turn) % 2].write_briefly
            write(service.supported, cast.dialogue_id, question_id, voter, wanted=True)

    def moderate() -> None:
        for turn in range(6):
            write = databases[turn % 2].write
            write(merging.merge, key, cast.dialogue_id, ids[0], ids[1:], actor="test")
            write(merging.split, key, cast.dialogue_id, ids[0], actor="test")
        databases[0].write(merging.merge, key, cast.dialogue_id, ids[0], ids[1:], actor="test")

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(moderate), *(pool.submit(vote, *one) for one in enumerate(secrets))]:
            done.result()
    assert all(database.commits > WORDINGS for database in databases), "the premise: both have written"
    for database in databases:
        database.dispose()
    assert _counts(cast, ids[:1]) == [(BALLOTS, BALLOTS)]
    cast.write(groups.split, key, cast.dialogue_id, ids[0])
    found = _counts(cast, ids)
    assert all(kept == rows <= BALLOTS for kept, rows in found)
    assert found[0][0] + found[1][0] + found[2][0] >= BALLOTS


def _counts(cast: Cast, ids: list[str]) -> list[tuple[int, int]]:
    """The kept count and the rows, of each."""
    with cast.reading() as session:
        rows = [session.get_one(Question, question_id) for question_id in ids]
        return [(row.supporters, objects.count(session, objects.of(row.id, row.group_id))) for row in rows]
