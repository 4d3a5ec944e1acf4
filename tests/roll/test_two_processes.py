"""Two processes over one PostgreSQL do different things for one member at the same moment: one seat, one ballot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.ids import new_token
from survey.roll import additions
from survey.roll import door
from survey.roll import issuing
from survey.roll import people
from survey.roll import service
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from tests.conftest import Cast

PATIENCE = 1.5  # seconds that the first process gives the second one, more than it needs


class Two:
    """A frozen roll with Mai on it, this process, and another one."""

    def __init__(self, cast: Cast) -> None:
        self.id, self.here = cast.dialogue_id, cast.stores.roll
        self.weak, self.link = (cast.keys.get(self.id, purpose) for purpose in ("weak", "link"))
        self.mai = cast.enrol("Nguyễn Thị Mai")
        self.there = Database(self.here.url)
        self.got: list[object] = []
        self.here.write(service.freeze, self.id, actor="a")

    def take(self, member: str) -> None:
        """The other process: a phone takes the ballot of this member."""
        try:
            self.got.append(self.there.write(issuing.issue_weak, self.weak, self.id, member, new_token(), now()))
        except DomainError as error:
            self.got.append(error)

    def meanwhile(self, moment: str, other: Callable[[], None], act: Callable[..., Any], *args: Any) -> None:
        """`act` in this process; as soon as it comes to `moment`, the other one does its own, at once if nothing holds it."""
        thread = threading.Thread(target=other)

        def job(session: Session) -> None:
            event.listen(session, moment, started)
            act(session, *args, actor="a")

        def started(*_args: Any) -> None:
            if not thread.ident and (moment == "before_flush" or _args[0].is_delete):
                thread.start()
                thread.join(PATIENCE)

        self.here.write(job)
        thread.join()

    def issued(self) -> list[tuple[str, str]]:
        """Who has what."""
        with self.here.reading() as session:
            return [(row.member_id, row.mode) for row in session.scalars(select(Issue))]


@pytest.fixture
def two(cast_on_postgres: Cast) -> Iterator[Two]:
    """Both processes."""
    made = Two(cast_on_postgres)
    yield made
    made.there.dispose()


def test_a_substitute_who_takes_the_ballot_is_not_taken_back_at_once(two: Two) -> None:
    """Or the seat that was closed opens again, and one seat has two ballots."""
    person = people.Person(code="", name="Lê Văn Thay", unit_id=None)
    came = two.here.write(additions.substitute, two.link, two.id, two.mai, person, "", actor="a")
    two.meanwhile("do_orm_execute", lambda: two.take(came), additions.take_back, two.id, came, "mistake")
    assert isinstance(two.got[0], DomainError)
    assert two.issued() == []
    with two.here.reading() as session:
        assert list(session.scalars(select(Member.id))) == [two.mai]


def test_a_card_taken_back_twice_does_not_undo_the_ballot_that_came_between(two: Two) -> None:
    """Two desks take the same card back; after the first of them the member opens the link."""
    two.here.write(door.hand_card, two.id, two.mai, actor="a")

    def other() -> None:
        try:
            two.there.write(door.take_card_back, two.id, two.mai, actor="b")
        except DomainError as error:
            two.got.append(error)
        two.take(two.mai)

    two.meanwhile("before_flush", other, door.take_card_back, two.id, two.mai)
    assert isinstance(two.got[-1], str), "the member has a ballot"
    assert two.issued() == [(two.mai, "weak")]


def test_a_roll_from_which_a_ballot_is_being_taken_is_not_opened_again(two: Two) -> None:
    """Freezing is undone before the first ballot or not at all."""
    two.meanwhile("do_orm_execute", lambda: two.take(two.mai), service.unfreeze, two.id)
    with two.here.reading() as session:
        frozen = session.get_one(Roll, two.id).frozen_at is not None
    assert bool(two.issued()) == frozen
