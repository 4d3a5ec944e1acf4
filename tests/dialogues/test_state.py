"""The table of the life cycle, walked in full."""

from __future__ import annotations

from itertools import product

import pytest

from survey import lifecycle
from survey.core.errors import NotNow
from survey.dialogues import queries
from survey.dialogues import service
from survey.dialogues.models import Dialogue
from survey.dialogues.state import STEPS
from survey.dialogues.state import State
from survey.dialogues.state import check_step
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries as questionnaires
from survey.questionnaires import service as answering
from tests.conftest import Cast

PAIRS = list(product(State, State))


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{a}-{b}" for a, b in PAIRS])
def test_step_is_taken_only_if_the_table_has_it(before: State, after: State) -> None:
    if (before, after) in STEPS:
        assert check_step(before, after) in {"manage", "open"}
    else:
        with pytest.raises(NotNow):
            check_step(before, after)


def test_every_pair_outside_the_table_changes_nothing(cast: Cast) -> None:
    def walk(session) -> int:  # type: ignore[no-untyped-def]
        refused = 0
        for before, after in PAIRS:
            session.get(Dialogue, cast.dialogue_id).state = before
            session.flush()
            if (before, after) not in STEPS:
                with pytest.raises(NotNow):
                    service.move(session, cast.dialogue_id, after, actor="test")
                assert session.get(Dialogue, cast.dialogue_id).state == before
                refused += 1
        return refused

    assert cast.write(walk) == len(PAIRS) - len(STEPS)
    with cast.reading() as session:
        assert len(queries.steps(session, cast.dialogue_id)) == 1  # only the opening by the cast


def test_every_step_of_the_table_is_logged_with_its_actor(cast: Cast) -> None:
    def walk(session) -> None:  # type: ignore[no-untyped-def]
        for before, after in STEPS:
            session.get(Dialogue, cast.dialogue_id).state = before
            session.flush()
            assert service.move(session, cast.dialogue_id, after, actor=f"{before}-{after}") == before

    cast.write(walk)
    with cast.reading() as session:
        taken = {(row.before, row.after, row.actor) for row in queries.steps(session, cast.dialogue_id)}
    assert taken == {(str(a), str(b), f"{a}-{b}") for a, b in STEPS} | {("draft", "live", "test")}


def test_every_offered_move_leads_where_it_says(cast: Cast) -> None:
    for to in lifecycle.MOVES:
        before = next(before for before, after in STEPS if after == to)

        def stand(session, before=before) -> None:  # type: ignore[no-untyped-def]
            session.get(Dialogue, cast.dialogue_id).state = before

        cast.write(stand)
        cast.write(lifecycle.step, cast.dialogue_id, to, actor="test")
        with cast.reading() as session:
            assert queries.by_code(session, cast.code).state == to


@pytest.mark.parametrize("to", ["following", "draft", "", "nonsense"])
def test_no_button_leads_to_other_states(cast: Cast, to: str) -> None:
    with pytest.raises(NotNow):
        cast.write(lifecycle.step, cast.dialogue_id, to, actor="test")


def test_closing_settles_open_questionnaires(cast: Cast) -> None:
    def fill(session) -> str:  # type: ignore[no-untyped-def]
        made = building.create(session, cast.dialogue_id, "Trước đối thoại")
        item = items.add_item(session, cast.dialogue_id, made, "text", {"label": "Ý kiến"})
        building.open_(session, cast.dialogue_id, made)
        assert item
        (only,) = answering.items_of(session, made)
        for ballot in range(7):
            answering.respond(session, made, bytes([ballot]) * 16, {only.id: {"": [f"ý kiến thứ {ballot}"]}})
        return str(made)

    made = cast.write(fill)
    with cast.reading() as session:
        assert questionnaires.results(session, made).responses == 5
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    with cast.reading() as session:
        assert questionnaires.results(session, made).responses == 7


def test_closing_with_an_unknown_dialogue_changes_nothing(cast: Cast) -> None:
    with pytest.raises(NotNow):
        cast.write(lifecycle.put_rest_in_writing, cast.dialogue_id, actor="test")
