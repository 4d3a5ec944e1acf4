"""Merging: distinct ballots, whatever was chosen before, since or undone; always what a plain model in Python says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlalchemy import select

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.questions import groups
from survey.questions import queries
from survey.questions import service
from survey.questions.models import GroupMember
from survey.questions.models import GroupSupport
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.state import WRITTEN
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast

BALLOTS = 5


class Hall:
    """The real service beside a model: who stands behind which wording, and which merges lie on each other."""

    def __init__(self, cast: Cast, questions: int) -> None:
        self.cast, self.key = cast, cast.keys.get(cast.dialogue_id, "vote")
        secrets = [f"secret {number} of {cast.dialogue_id}" for number in range(BALLOTS)]
        for secret in secrets:
            cast.write(room.admit, cast.dialogue_id, digest(secret))
        self.ballots = [digest(secret).hex() for secret in secrets]
        self.ids = [self._add(f"Câu hỏi thứ {number} của buổi này") for number in range(questions)]
        self.behind: dict[str, set[int]] = {id_: set() for id_ in self.ids}  # by wording, or by layer once merged
        self.layers: dict[str, list[tuple[list[str], set[int], set[int]]]] = {id_: [] for id_ in self.ids}
        self.into: dict[str, str] = {}
        self.written: set[str] = set()
        self.gone: set[str] = set()

    def _add(self, text: str) -> str:
        def job(session):
            return service.add(session, self.cast.dialogue_id, text, None, state=State.APPROVED).id

        return self.cast.write(job)

    def root(self, id_: str) -> str:
        while id_ in self.into:
            id_ = self.into[id_]
        return id_

    def vote(self, ballot: int, id_: str, wanted: bool) -> None:
        voter = queries.voter(self.key, self.ballots[ballot])
        done = self.cast.write(service.support, self.cast.dialogue_id, id_, voter, wanted=wanted)
        behind = self.behind[self.root(id_)]
        (behind.add if wanted else behind.discard)(ballot)
        assert done["supporters"] == len(behind)

    def merge(self, leading: str, others: list[str]) -> None:
        self.cast.write(groups.merge, self.key, self.cast.dialogue_id, leading, others)
        before, together = set(self.behind[leading]), set().union(*(self.behind[o] for o in (leading, *others)))
        self.layers[leading].append((others, before, together))
        self.behind[leading] = set(together)
        self.into.update(dict.fromkeys(others, leading))

    def write(self, others: list[str]) -> None:
        """Merge under a wording of the staff's own."""

        def job(session):
            text = f"Câu viết chung {len(self.ids)}"
            made = service.add(session, self.cast.dialogue_id, text, None, state=State.APPROVED, source=WRITTEN)
            return made.id

        made = self.cast.write(job)
        self.ids.append(made)
        self.written.add(made)
        self.behind[made], self.layers[made] = set(), []
        self.merge(made, others)

    def split(self, leading: str) -> None:
        with self.cast.reading() as session:
            tie = {id_: session.get_one(Question, id_).tie for id_ in self.ids}
        self.cast.write(groups.split, self.key, self.cast.dialogue_id, leading)
        others, before, had = self.layers[leading].pop()
        now, heir = self.behind[leading], leading
        self.behind[leading] = before - (had - now)
        for other in others:
            del self.into[other]
        if leading in self.written and not self.layers[leading]:
            heir = max(others, key=lambda id_: (len(self.behind[id_]), tie[id_]))
            self.gone.add(leading)
        for other in others:
            self.behind[other] -= had - now
        self.behind[heir] |= now - had

    def check(self) -> None:
        with self.cast.reading() as session:
            for id_ in self.ids:
                row = session.get_one(Question, id_)
                assert (row.state == State.MERGED) == (id_ in self.into)
                assert (row.state == State.WITHDRAWN) == (id_ in self.gone)
                if id_ not in self.into:
                    assert row.supporters == len(self.behind[id_]), id_
            every = queries.standing(session, self.cast.dialogue_id)  # with those of the examples before
            leading = [place for place in every if place.id in self.behind]
            assert {place.id for place in leading} == set(self.ids) - set(self.into) - self.gone
            for number, ballot in enumerate(self.ballots):
                own = queries.supported(session, self.key, ballot, leading)
                assert own == {place.id for place in leading if number in self.behind[place.id]}


moves = st.lists(
    st.tuples(st.sampled_from(["vote", "vote", "vote", "drop", "merge", "write", "split"]), st.integers(0, BALLOTS - 1),
              st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
    max_size=25,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves)
def test_any_order_of_votes_merges_and_undoings_is_what_the_model_says(cast: Cast, steps) -> None:
    """Five ballots, five questions: after each step counts, states and each phone's own view equal the model's."""
    hall = Hall(cast, 5)
    for act, ballot, one, two, three in steps:
        first = hall.root(hall.ids[-1]) if act == "split" and two > 2 else hall.ids[one]  # also the written ones
        if act in {"vote", "drop"}:
            hall.vote(ballot, first, act == "vote")
        elif act == "merge":
            others = [id_ for id_ in {hall.ids[two], hall.ids[three]} if id_ != first and id_ not in hall.into]
            if others and first not in hall.into:
                hall.merge(first, others)
        elif act == "write":
            others = sorted({hall.ids[two], hall.ids[three]} - set(hall.into))
            if others:
                hall.write(others)
        elif hall.layers[first] and first not in hall.into:
            hall.split(first)
        hall.check()


def test_undoing_gives_back_what_was_there_and_leaves_no_row_of_the_group(cast: Cast) -> None:
    """Rows of support are the same bytes as before the merge; the group's are gone (they were there)."""
    hall = Hall(cast, 3)
    for ballot, id_ in ((0, hall.ids[0]), (1, hall.ids[1]), (1, hall.ids[2]), (2, hall.ids[2])):
        hall.vote(ballot, id_, True)
    before = _supports(cast)
    hall.merge(hall.ids[0], hall.ids[1:])
    with cast.reading() as session:
        assert session.get_one(Question, hall.ids[0]).supporters == 3
        assert session.get_one(Question, hall.ids[0]).wordings == 3
        assert session.scalar(select(func.count()).select_from(GroupSupport)) == 3
        assert [q.id for q in groups.lineage(session, cast.dialogue_id, [hall.ids[0]])[hall.ids[0]]] != []
    assert _supports(cast) == before
    hall.split(hall.ids[0])
    assert _supports(cast) == before
    with cast.reading() as session:
        assert session.scalar(select(func.count()).select_from(GroupSupport)) == 0
        assert session.scalar(select(func.count()).select_from(GroupMember)) == 0
        assert {session.get_one(Question, id_).wordings for id_ in hall.ids} == {1}


def _supports(cast: Cast) -> set[tuple[str, bytes]]:
    with cast.reading() as session:
        return {(row.question_id, bytes(row.voter)) for row in session.scalars(select(Support))}


def test_what_was_carried_along_is_added_once(cast: Cast) -> None:
    """Paper brought 7 and 5 supporters; one ballot stands behind both: 13, and 7 and 5 and one again afterwards."""
    hall = Hall(cast, 2)
    for id_, carried in zip(hall.ids, (7, 5), strict=True):
        cast.write(_carry, id_, carried)
        cast.write(service.support, cast.dialogue_id, id_, queries.voter(hall.key, hall.ballots[0]), wanted=True)
    merged = cast.write(groups.merge, hall.key, cast.dialogue_id, hall.ids[0], hall.ids[1:])
    assert merged.supporters == 13
    split = cast.write(groups.split, hall.key, cast.dialogue_id, hall.ids[0])
    assert split.supporters == 8
    with cast.reading() as session:
        assert session.get_one(Question, hall.ids[1]).supporters == 6


def _carry(session, question_id: str, carried: int) -> None:
    question = session.get_one(Question, question_id)
    question.carried = question.supporters = carried


def test_merges_that_would_hide_or_lose_something_are_refused(cast: Cast) -> None:
    """Alone, with a stranger's question, into the queue, with an answered one: a sentence each, and nothing changes."""
    hall = Hall(cast, 3)
    first, second, third = hall.ids
    merge = (groups.merge, hall.key, cast.dialogue_id)
    with pytest.raises(Invalid):
        cast.write(*merge, first, [first])
    with pytest.raises(NotFound):
        cast.write(*merge, first, ["nobody"])
    with pytest.raises(NotFound):
        cast.write(groups.split, hall.key, cast.dialogue_id, first)
    cast.write(_state, second, State.PENDING)
    cast.write(_state, third, State.ANSWERED)
    with pytest.raises(NotNow):
        cast.write(*merge, second, [first])
    with pytest.raises(NotNow):
        cast.write(*merge, first, [third])
    hall.cast.write(*merge, first, [second])  # premise: the other way round it works


def _state(session, question_id: str, state: State) -> None:
    session.get_one(Question, question_id).state = state


def test_a_written_wording_goes_with_its_undoing_and_what_came_since_stays(cast: Cast) -> None:
    """Two ballots come while it leads, one goes; the most supported original has the newcomers, the written one nobody."""
    hall = Hall(cast, 2)
    hall.vote(0, hall.ids[1], True)
    hall.write(hall.ids[:2])
    written = hall.ids[-1]
    for ballot in (1, 2):
        hall.vote(ballot, written, True)
    hall.vote(0, hall.ids[0], False)
    hall.split(written)
    hall.check()
    assert (hall.behind[hall.ids[1]], hall.behind[hall.ids[0]]) == ({1, 2}, set())
    with pytest.raises(NotFound):
        cast.write(groups.split, hall.key, cast.dialogue_id, written)


def test_a_written_wording_stays_while_it_is_answered_and_a_merged_one_is_not_split_below(cast: Cast) -> None:
    hall = Hall(cast, 3)
    hall.write(hall.ids[:2])
    written = hall.ids[-1]
    for state in (State.ANSWERING, State.ANSWERED, State.IN_WRITING):
        cast.write(_state, written, state)
        with pytest.raises(NotNow):
            cast.write(groups.split, hall.key, cast.dialogue_id, written)
    cast.write(_state, written, State.APPROVED)
    hall.merge(hall.ids[2], [written])
    with pytest.raises(NotNow):
        cast.write(groups.split, hall.key, cast.dialogue_id, written)
    hall.split(hall.ids[2])
    hall.split(written)
    hall.check()
