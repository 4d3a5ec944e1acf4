"""A vote that waits for another process, on PostgreSQL: it counts as the question stands once the wait is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.errors import NotNow
from survey.core.hand import Hand
from survey.core.ids import digest
from survey.dialogues import service as dialogues
from survey.moderation import merging
from survey.questionnaires import building
from survey.questionnaires import service as questionnaires
from survey.questions import objects
from survey.questions import queries
from survey.questions import service
from survey.questions.models import Question
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast
from tests.questionnaires.conftest import make_poll

HELD = 0.6  # seconds in which the first process keeps its locks


def race(cast: Cast, first: Callable[[Session], object], second: Callable[[Hand], object]) -> object:
    """What `second` gives in a process that comes while `first` of another has not committed; an error is given as such."""
    url = cast.app.extensions["survey"]["db"].url
    one, other = Database(url), Database(url)
    inside, found = threading.Event(), list[object]()

    def slow(session: Session) -> None:
        first(session)
        session.flush()
        inside.set()
        time.sleep(HELD)

    def quick() -> None:
        inside.wait(30)
        began = time.monotonic()
        try:
            found.append(other.write_briefly(second))
        except DomainError as error:
            found.append(error)
        assert time.monotonic() - began > HELD / 2, "the premise: it waited"

    threads = [threading.Thread(target=one.write, args=(slow,)), threading.Thread(target=quick)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    one.dispose()
    other.dispose()
    return found[0]


@pytest.fixture
def wordings(cast_on_postgres: Cast) -> tuple[Cast, list[str], Callable[[int], Any]]:
    """Two questions on the board, each supported by one, and how a ballot votes."""
    cast = cast_on_postgres
    key, secrets = cast.keys.get(cast.dialogue_id, "vote"), [digest(f"ballot {number}") for number in range(3)]
    for secret in secrets:
        cast.write(room.admit, cast.dialogue_id, secret)
    ids = [
        cast.write(lambda s, n=n: service.add(s, cast.dialogue_id, f"Cách viết {n}", None, state=State.APPROVED).id)
        for n in range(2)
    ]

    def voter(number: int) -> Any:
        return queries.voter(key, secrets[number].hex())

    for number, id_ in enumerate(ids):
        cast.write(service.support, cast.dialogue_id, id_, voter(number), wanted=True)
    return cast, ids, voter


@pytest.mark.parametrize("place", [0, 1], ids=["leading", "merged away"])
def test_a_vote_that_comes_during_a_merge_counts_for_the_group(
    wordings: tuple[Cast, list[str], Callable[[int], Any]], place: int
) -> None:
    """And once, however often its phone sends it again."""
    cast, ids, voter = wordings
    key = cast.keys.get(cast.dialogue_id, "vote")

    def merge(session: Session) -> None:
        merging.merge(session, key, cast.dialogue_id, ids[0], ids[1:], actor="test")

    def vote(hand: Hand) -> object:
        return service.supported(hand, cast.dialogue_id, ids[place], voter(2), wanted=True)

    answer: Any = race(cast, merge, vote)
    assert (answer["supported"], answer["supporters"]) == (True, 3)
    again: Any = cast.write(service.support, cast.dialogue_id, ids[0], voter(2), wanted=True)
    assert again["supporters"] == 3
    with cast.reading() as session:
        row = session.get_one(Question, ids[0])
        assert (row.supporters, objects.count(session, objects.of(row.id, row.group_id))) == (3, 3)


def test_a_vote_that_comes_while_the_question_is_answered_is_refused(
    wordings: tuple[Cast, list[str], Callable[[int], Any]],
) -> None:
    cast, ids, voter = wordings

    def answer(session: Session) -> None:
        dialogues.load(session, cast.dialogue_id)
        session.get_one(Question, ids[0]).state = State.ANSWERED

    found = race(cast, answer, lambda hand: service.supported(hand, cast.dialogue_id, ids[0], voter(2), wanted=True))
    assert isinstance(found, NotNow)


def test_votes_and_responses_of_two_processes_wait_for_nobody_in_a_circle(
    wordings: tuple[Cast, list[str], Callable[[int], Any]],
) -> None:
    """A process that holds the dialogue asks for the questionnaire; one that answers must not hold that one already."""
    cast, _ids, _voter = wordings
    poll = make_poll(cast)
    options = poll.options()
    typed = {poll.single: {"": [options[0]]}, poll.rating: {"": ["3"]}, poll.text: {"": ["x"]}}

    def close(session: Session) -> None:
        dialogues.load(session, cast.dialogue_id)
        time.sleep(HELD)  # the other one comes, and may lock what it likes
        building.close(session, cast.dialogue_id, poll.id)

    url = cast.app.extensions["survey"]["db"].url
    one, other = Database(url), Database(url)
    errors: list[BaseException] = []

    def quietly(run: Callable[[], object]) -> None:
        try:
            run()
        except BaseException as error:  # noqa: BLE001 -- told below
            errors.append(error)

    first = threading.Thread(target=quietly, args=(lambda: one.write(close),))
    first.start()
    time.sleep(HELD / 2)
    quietly(lambda: other.write_briefly(lambda hand: questionnaires.responded(hand, poll.id, b"m" * 16, typed, 1)))
    first.join(60)
    one.dispose()
    other.dispose()
    assert [type(error) for error in errors] == [NotNow], "the survey was closed before; nobody was in a deadlock"
