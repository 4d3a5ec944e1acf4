"""Whatever members and moderators do, in any order: supporters and order are what a plain Python model says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import initialize
from hypothesis.stateful import precondition
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select

from survey import lifecycle
from survey.core.errors import DomainError
from survey.core.ids import digest
from survey.core.ids import new_tie
from survey.dialogues import queries as dialogues
from survey.dialogues import service as dialogue_service
from survey.moderation import erasing
from survey.moderation import merging
from survey.moderation import service as moderation
from survey.questions import queries
from survey.questions import service
from survey.questions import shown
from survey.questions.holding import hold
from survey.questions.models import Question as Stored
from survey.room import service as room
from tests.conftest import Cast
from tests.questions.hall import ACTS
from tests.questions.hall import BOARD
from tests.questions.hall import GONE
from tests.questions.hall import MERGEABLE
from tests.questions.hall import Hall
from tests.questions.hall import Question
from tests.questions.hall import Refused

STEPS_A_RUN = 200
MOST_STANDING = 10
TOPICS = 3
ACTOR = "test"
WANTED = ("ask", "vote", "withdraw", "merge", "write", "split", "again", "erase", "order", "enter", "close", "open")
Figure = Callable[[str], None]
serial = count()
pick = st.integers(0, 10_000)


class Machine(RuleBasedStateMachine):
    """The program beside the model: each rule does one thing to both and then compares what can be seen."""

    steps = 0  # of all runs on this cast
    refused = 0
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast, self.run = cast, next(serial)

    @initialize(rule=st.sampled_from(["supporters", "rate"]), turns=st.booleans())
    def prepare(self, rule: str, turns: bool) -> None:
        """A dialogue of its own, with three ballots in."""
        cast, theme, chance = self.cast, f"Đối thoại số {self.run}", random.Random(11)
        service.new_tie = lambda: chance.getrandbits(62)  # type: ignore[attr-defined]  # `play` puts it back
        made = cast.write(lifecycle.prepare, cast.keys, cast.organisation_id, theme)
        self.id = made["id"]
        cast.write(dialogue_service.change, self.id, {"rule": rule, "turns": turns})
        cast.write(lifecycle.open_hall, self.id, actor=ACTOR)
        self.votes, self.asks = cast.keys.get(self.id, "vote"), cast.keys.get(self.id, "ask")
        with cast.reading() as session:
            self.topics = [topic.id for topic in dialogues.topics(session, self.id)][:TOPICS]
        self.ballots: list[str] = []
        self.hall = Hall(rule=rule, turns=turns)
        for _ in range(3):
            self._admit()
        for n in range(5):
            self.ask(n, n, published=n > 0)

    # members

    @precondition(lambda self: len(self._standing()) < MOST_STANDING)
    @rule(who=pick, topic=pick, published=st.booleans())
    def ask(self, who: int, topic: int, published: bool) -> None:
        ballot, n = who % len(self.ballots), len(self.hall.questions)
        text, topic_id = f"Câu hỏi thứ {n} của buổi {self.run}?", [*self.topics, None][topic % (TOPICS + 1)]
        asked = self._both(
            "ask", lambda: self.hall.ask(Question("", text, 0, author=ballot, topic=topic_id)),
            service.ask, self.id, self._author(ballot, n), text, topic_id,
        )  # fmt: skip
        if asked is not None:
            made = self.hall.questions[-1]
            made.id, made.tie = asked["id"], self._tie(asked["id"])
            if published:
                self._decide(made, "approve")
        self._seen("ask")

    @rule(who=pick, which=pick, wanted=st.sampled_from([True, True, False]))
    def vote(self, who: int, which: int, wanted: bool) -> None:
        question, ballot = self._one(which), who % len(self.ballots)
        if question is None:
            return
        told: list[int] = []
        done = self._both(
            "vote", lambda: told.append(self.hall.vote(ballot, question, wanted=wanted)),
            service.support, self.id, question.id, queries.voter(self.votes, self.ballots[ballot]), wanted=wanted,
        )  # fmt: skip
        assert done is None or (done["supported"], done["supporters"]) == (wanted, told[0])
        self._seen("vote", ballot)

    @rule(which=pick, rarely=st.integers(0, 1))
    def withdraw(self, which: int, rarely: int) -> None:
        """An asker takes a question back: alone, as a wording of another, or leading others."""
        own = [one for one in self.hall.questions if one.author is not None and one.state not in GONE]
        if not own or rarely:
            return
        question = own[which % len(own)]
        n = self.hall.questions.index(question)
        assert question.author is not None
        mark = self._author(question.author, n)
        self._both("withdraw", lambda: self.hall.withdraw(question), service.withdraw, self.id, question.id, [mark])
        self._seen("withdraw")

    # moderators

    @rule(which=pick, act=st.sampled_from([*ACTS, "approve", "approve", "put_back", "put_back"]))
    def decide(self, which: int, act: str) -> None:
        question = self._one(which)
        if question is not None:
            self._decide(question, act)
            self._seen(act)

    @rule(lead=pick, others=st.lists(pick, min_size=1, max_size=3), written=st.sampled_from([False, False, True]))
    def merge(self, lead: int, others: list[int], written: bool) -> None:
        leading = self._one(lead, MERGEABLE)
        parts = list(dict.fromkeys(part for one in others if (part := self._one(one, MERGEABLE)) is not None))
        if leading is None or not parts:
            return
        if written:
            self._merge_under(list(dict.fromkeys([leading, *parts])))
        elif rest := [part for part in parts if part is not leading]:
            self._merge(leading, rest)
        self._seen("write" if written else "merge")

    @rule(lead=pick, other=pick)
    def merge_two(self, lead: int, other: int) -> None:
        self.merge(lead, [other], written=False)

    @rule(which=pick, again=st.booleans())
    def split(self, which: int, again: bool) -> None:
        """Undo a merge, and half of the time undo that at once."""
        leading = [one for one in self.hall.questions if one.merges]
        if not leading:
            return
        question = leading[which % len(leading)]
        done = self._both(
            "split", lambda: self.hall.split(question), merging.split, self.votes, self.id, question.id, actor=ACTOR
        )
        self._seen("split")
        if done is None or not again or not done["others"]:
            return
        if self._merge(question, [one for one in self.hall.questions if one.id in done["others"]]):
            self._seen("again")

    @rule(which=pick, wordings=st.booleans(), rarely=st.integers(0, 2))
    def erase(self, which: int, wordings: bool, rarely: int) -> None:
        question = self._one(which)
        if question is None or rarely:
            return
        self._both(
            "erase", lambda: self.hall.erase(question, wordings=wordings),
            erasing.erase, self.id, question.id, actor=ACTOR, reason="offensive", wordings=wordings,
        )  # fmt: skip
        self._seen("erase")

    @rule(what=st.sampled_from(["enter", "glance", "hold", "hold", "turn"]), which=pick)
    def around(self, what: str, which: int) -> None:
        """Somebody enters, phones tell what they showed, the order is held, the hall is closed or opened again."""
        getattr(self, f"_{what}")(which)

    def _enter(self, _which: int) -> None:
        if self.hall.open and len(self.ballots) < 7:
            self._admit()
            self._seen("enter")

    def _glance(self, which: int) -> None:
        question = self._one(which)
        if question is not None:
            self.cast.write(shown.write, self.id, {question.id: which % 40}, 1_000)
            question.shown += which % 40
            self._seen("glance")

    def _hold(self, which: int) -> None:
        self.hall.hold(held=which % 3 > 0)
        self.cast.write(hold, self.id, held=which % 3 > 0)
        self._seen("order")

    def _turn(self, which: int) -> None:
        if self.hall.open and which % 4:
            return
        if self.hall.open:
            self.hall.close()
            self.cast.write(lifecycle.close, self.id, actor=ACTOR)
        else:
            self.hall.open = True
            self.cast.write(lifecycle.open_hall, self.id, actor=ACTOR)
        self._seen("open" if self.hall.open else "close")

    def teardown(self) -> None:
        """At the end of a run, what every single phone sees."""
        if hasattr(self, "hall"):
            with self.cast.reading() as session:
                *_, places = self._stored(session)
                for ballot in range(len(self.ballots)):
                    self._phone(session, ballot, places)

    # both at once

    def _both(self, name, modelled, job, *args, **kwargs):  # type: ignore[no-untyped-def]
        """Do it in the model and in the program; None where both refuse. They must agree."""
        try:
            modelled()
        except Refused:
            with pytest.raises(DomainError):
                self.cast.write(job, *args, **kwargs)
            type(self).refused += 1
            return None
        return self.cast.write(job, *args, **kwargs)

    def _decide(self, question: Question, act: str) -> None:
        self._both(
            act, lambda: self.hall.decide(question, act),
            moderation.decide, self.id, question.id, act, actor=ACTOR, reason="unclear",
        )  # fmt: skip

    def _merge(self, leading: Question, others: list[Question]) -> bool:
        ids = [other.id for other in others]
        return None is not self._both(
            "merge", lambda: self.hall.merge(leading, others),
            merging.merge, self.votes, self.id, leading.id, ids, actor=ACTOR,
        )  # fmt: skip

    def _merge_under(self, parts: list[Question]) -> None:
        """Under a wording that staff write: it stands on the board if one of the others does."""
        text = f"Câu viết chung {len(self.hall.questions)} của buổi {self.run}"
        board = any(part.state in BOARD for part in parts)
        made = Question("", text, 0, "approved" if board else "pending", written=True)
        done = self._both(
            "write", lambda: self.hall.merge(made, parts),
            merging.merge_under, self.votes, self.id, text, [part.id for part in parts], actor=ACTOR,
        )  # fmt: skip
        if done is not None:
            made.id, made.tie = done["id"], self._tie(done["id"])
            with self.cast.reading() as session:
                made.topic = session.get_one(Stored, made.id).topic_id
            self.hall.questions.append(made)

    def _admit(self) -> None:
        secret = digest(f"{self.run} {len(self.ballots)}")
        self.cast.write(room.admit, self.id, secret)
        self.ballots.append(secret.hex())

    def _author(self, ballot: int, n: int) -> bytes:
        return queries.author_mark(self.asks, self.ballots[ballot], f"client {n}")

    def _standing(self) -> list[Question]:
        return [one for one in self.hall.questions if one.state not in GONE]

    def _one(self, which: int, states: Collection[str] = ()) -> Question | None:
        """One of those that stand, or in these states, most of the time; now and then any."""
        some = [one for one in self._standing() if not states or one.state in states]
        some = some if which % 9 else self.hall.questions
        return some[which // 9 % len(some)] if some else None

    def _tie(self, question_id: str) -> int:
        with self.cast.reading() as session:
            return session.get_one(Stored, question_id).tie

    # what can be seen

    def _seen(self, name: str, ballot: int | None = None) -> None:
        """Supporters, states, wordings and order are the model's; and one phone's own view."""
        type(self).steps += 1
        self.done[name] += 1
        with self.cast.reading() as session:
            *seen, places = self._stored(session)
            assert tuple(seen) == self._modelled()
            self._phone(session, self.steps % len(self.ballots) if ballot is None else ballot, places)

    def _stored(self, session):  # type: ignore[no-untyped-def]
        columns = (Stored.id, Stored.state, Stored.supporters, Stored.merged_into, Stored.group_id)
        rows = session.execute(select(*columns).where(Stored.dialogue_id == self.id)).all()
        into, board = {row.id: row.merged_into for row in rows}, queries.board(session, self.id)
        numbers = [row.number for row in board]
        assert len(set(numbers) - {None}) == len(numbers)
        return (
            {row.id: (row.state, row.supporters, _root(row.id, into)) for row in rows},
            [(row.id, row.supporters, Counter(row.others), row.wordings) for row in board],
            [queries.Standing(row.id, 0, row.state, row.group_id) for row in rows if row.state in BOARD],
        )

    def _modelled(self):  # type: ignore[no-untyped-def]
        return (
            {one.id: (one.state, len(one.behind), one.root.id) for one in self.hall.questions},
            [(one.id, len(one.behind), one.wordings(), 1 + one.wordings().total()) for one in self.hall.order()],
        )

    def _phone(self, session, ballot: int, places) -> None:  # type: ignore[no-untyped-def]
        own = queries.supported(session, self.votes, self.ballots[ballot], places)
        assert own == {one.id for one in self.hall.questions if one.state in BOARD and ballot in one.behind}


def _root(question_id: str, into: dict[str, str | None]) -> str:
    while leading := into[question_id]:
        question_id = leading
    return question_id


@pytest.fixture(autouse=True)
def ties(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run makes the same ones, so that a run can be done again."""
    monkeypatch.setattr(service, "new_tie", new_tie)


def play(cast: Cast, figure: Figure, name: str, wanted: int, *, known: bool) -> None:
    """At least `wanted` steps, in runs of two hundred, each in a dialogue of its own; `known`: the same ones every time."""

    class Own(Machine):
        done: ClassVar[Counter[str]] = Counter()

    for number in count():
        if Own.steps >= wanted and (_rarest(Own.done) >= wanted // 400 or Own.steps >= 2 * wanted):
            break
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            seed(number if known else random.getrandbits(32))(lambda: Own(cast)),  # type: ignore[arg-type]  # no class
            settings=settings(
                max_examples=4, stateful_step_count=STEPS_A_RUN, deadline=None, database=None, print_blob=True,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate] if known else [Phase.generate, Phase.shrink],
            ),
        )  # fmt: skip
    figure(f"{name}: {Own.steps} steps ({Own.refused} refused by both)")
    assert _rarest(Own.done) >= wanted // 400, Own.done


def _rarest(done: Counter[str]) -> int:
    """How often the rarest of the steps was taken that must be among them."""
    return min(done[name] for name in WANTED)


PROMISE = (
    "random asks, votes, withdrawals, merges, undos, holds, erasures and closings: supporters and order as modelled"
)


@pytest.mark.timeout(600)
@pytest.mark.claim("moderation", PROMISE)
def test_supporters_and_order_are_always_what_the_model_says(cast: Cast, figure: Figure) -> None:
    play(cast, figure, "SQLite", 2_000, known=True)


@pytest.mark.timeout(600)
@pytest.mark.claim("moderation", PROMISE)
def test_the_same_on_postgresql(cast_on_postgres: Cast, figure: Figure) -> None:
    play(cast_on_postgres, figure, "PostgreSQL", 2_000, known=True)


@pytest.mark.night
@pytest.mark.timeout(3600)
@pytest.mark.claim("moderation", PROMISE)
@pytest.mark.parametrize("where", ["cast", "cast_on_postgres"])
def test_ten_thousand_steps(request: pytest.FixtureRequest, where: str, figure: Figure) -> None:
    play(request.getfixturevalue(where), figure, where, 10_000, known=False)
