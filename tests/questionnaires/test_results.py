"""Figures, and that they move only in steps of five and once at closing."""

from __future__ import annotations

import pytest

from survey import lifecycle
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import results as rules
from survey.questionnaires import service


def ballots(first, last):
    return [f"{n:032x}" for n in range(first, last)]


def test_figures_are_rounded_down_to_fives(poll):
    for n, ballot in enumerate(ballots(0, 20)):
        poll.answer(ballot, 0 if n < 13 else 1, ("5", "", "4", "")[n % 4], f"Câu {n}" if n % 2 else "")
    found = poll.results()
    single, rating, text = found.items
    assert (found.responses, found.title, found.enough) == (20, "Khảo sát thử", True)
    assert [tuple(row) for row in single.rows] == [("Thu nhập", 10, 0.5), ("Máy tính", 5, 0.25), ("Đào tạo", 0, 0.0)]
    assert (single.answered, single.exact, rating.answered, rating.exact) == (20, True, 10, False)
    assert [(row.label, row.count) for row in rating.rows] == [
        ("1 – kém", 0), ("2", 0), ("3", 0), ("4", 5), ("5 – tốt", 5),
    ]  # fmt: skip
    assert (rating.mean, text.answered) == (4.5, 10)


def test_texts_are_shown_one_step_late_and_in_fives(poll):
    """Else the few who come last would be the authors of what is new at closing."""
    seen = []
    for n, ballot in enumerate(ballots(0, 12)):
        poll.answer(ballot, text=f"Câu {n}")
        seen.append(len(poll.results().items[2].texts))
    assert seen == [0] * 9 + [5] * 3
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    found = poll.results()
    assert (found.responses, len(found.items[2].texts)) == (12, 10)
    assert set(found.items[2].texts) <= {f"Câu {n}" for n in range(12)}


def test_figures_below_five_are_not_there(poll):
    for ballot in ballots(0, 4):
        poll.answer(ballot, 0, "3", "Chữ")
    found = poll.results()
    assert (found.responses, found.enough) == (0, False)
    assert [(item.answered, item.rows, item.mean, item.texts) for item in found.items] == [(0, (), None, ())] * 3


@pytest.mark.claim("surveys", "figures move in steps of five while a questionnaire is open")
def test_figures_move_in_steps_of_five_while_open(poll, figure):
    seen = []
    for ballot in ballots(0, 12):
        poll.answer(ballot)
        seen.append(poll.results().responses)
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]
    figure("12 responses, shown: " + " ".join(map(str, seen)))


def test_figures_do_not_show_a_single_edit(poll):
    for ballot in ballots(0, 6):
        poll.answer(ballot, 0)
    poll.answer(ballots(0, 1)[0], 2)
    assert [row.count for row in poll.results().items[0].rows] == [5, 0, 0]
    for ballot in ballots(6, 9):
        poll.answer(ballot, 2)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    assert [row.count for row in poll.results().items[0].rows] == [5, 0, 0]  # five and four


def test_figures_hold_all_at_closing_but_never_fewer_than_five(poll):
    for ballot in ballots(0, 7):
        poll.answer(ballot)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    assert poll.results().responses == 7
    assert poll.results().people == 5
    assert [row.count for row in poll.results().items[0].rows] == [5, 0, 0]


def test_whoever_comes_last_moves_no_figure(poll):
    """Nine of one answer and a sixteenth response: a bar that moved with it would tell what it said."""
    for n, ballot in enumerate(ballots(0, 15)):
        poll.answer(ballot, int(n >= 9))
    before = [row.count for row in poll.results().items[0].rows]
    poll.answer(ballots(15, 16)[0], 0)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    assert (before, poll.results().responses) == ([5, 5, 0], 16)
    assert [row.count for row in poll.results().items[0].rows] == before


def test_figures_of_three_stay_hidden_after_closing(poll):
    for ballot in ballots(0, 3):
        poll.answer(ballot)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    found = poll.results()
    assert (found.enough, found.left_out) == (False, True)


def test_figures_settle_when_the_hall_closes(poll):
    for ballot in ballots(0, 8):
        poll.answer(ballot)
    assert poll.results().responses == 5
    poll.cast.write(lifecycle.close, poll.cast.dialogue_id, actor="test")
    assert poll.results().responses == 8


def test_closing_and_opening_around_one_response_does_not_show_it(poll):
    for ballot in ballots(0, 7):
        poll.answer(ballot, 0)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    poll.cast.write(building.open_, poll.cast.dialogue_id, poll.id)
    poll.answer(ballots(7, 8)[0], 2)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    assert poll.results().responses == 7
    assert poll.results().left_out
    poll.cast.write(building.open_, poll.cast.dialogue_id, poll.id)
    for ballot in ballots(8, 12):
        poll.answer(ballot, 1)
    assert poll.results().responses == 12
    assert [row.count for row in poll.results().items[0].rows] == [5, 0, 0]


def test_new_wording_keeps_the_figures(poll):
    for ballot in ballots(0, 5):
        poll.answer(ballot, 1)
    poll.cast.write(items.change_item, poll.cast.dialogue_id, poll.id, poll.single, {
        "label": "Việc nào cần?", "required": True, "options": "Thu nhập\nMáy tính mới\nĐào tạo",
    })  # fmt: skip
    found = poll.results().items[0]
    assert found.label == "Việc nào cần?"
    assert [(row.label, row.count) for row in found.rows] == [("Thu nhập", 0), ("Máy tính mới", 5), ("Đào tạo", 0)]


def test_texts_do_not_come_in_the_order_of_arrival(poll):
    for n, ballot in enumerate(ballots(0, 40)):
        poll.answer(ballot, text=f"{n:03}")
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    texts = list(poll.results().items[2].texts)
    assert sorted(texts) == [f"{n:03}" for n in range(40)]
    assert texts != sorted(texts)
    assert sum(int(text) >= 35 for text in texts[-5:]) < 5  # the last five are not the newest


def test_a_survey_that_was_counted_before_keeps_its_figures(poll):
    """Rows of before the snapshots: `published` has the old shape, and no snapshot is there."""
    for n, ballot in enumerate(ballots(0, 12)):
        poll.answer(ballot, 1, text=f"Chữ {n}")

    def older(session):
        found = service.load(session, poll.id)
        found.published, found.snapshot, found.state = {"responses": 12, "settled": True, "items": {}}, "", "closed"

    poll.cast.write(older)
    found = poll.results()
    assert [row.count for row in found.items[0].rows] == [0, 10, 0]
    assert (found.people, len(found.items[2].texts)) == (12, 10)
    assert set(poll.results().items[2].texts) == set(found.items[2].texts)


def test_figures_are_frozen_at_the_conclusion(poll):
    for ballot in ballots(0, 5):
        poll.answer(ballot)
    for step in ("closed", "concluded"):
        poll.cast.write(lifecycle.step, poll.cast.dialogue_id, step, actor="test")

    def more(session):
        found = service.load(session, poll.id)
        found.responses = 40
        return service.publish(session, found, closing=True)

    assert poll.cast.write(more) is False
    assert poll.results().responses == 5


@pytest.mark.parametrize(
    ("responses", "shown", "closing", "settled", "expected"),
    [
        (4, 0, False, False, False), (5, 0, False, False, True), (9, 5, False, False, False),
        (10, 5, False, False, True), (4, 0, True, False, False), (7, 5, True, False, True),
        (8, 7, True, True, False), (12, 7, True, True, True), (11, 7, False, True, False), (205, 200, False, False, False),
        (210, 200, False, False, True), (205, 200, True, True, True),
    ],
)  # fmt: skip
def test_due_is_the_rule_of_five(responses, shown, closing, settled, expected):
    assert rules.due(responses, shown, closing=closing, settled=settled) is expected
