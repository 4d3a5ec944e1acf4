"""Building: template, copies, order, and the guard after the first response."""

from __future__ import annotations

import pytest

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries

ANNA = "aa" * 16


def rows(cast, dialogue_id=None):
    with cast.reading() as session:
        return queries.of_dialogue(session, dialogue_id or cast.dialogue_id)


def labels(poll):
    return [item.label for item in poll.row().items]


def other_dialogue(cast):
    from survey.dialogues.queries import by_code

    with cast.reading() as session:
        return by_code(session, cast.other_code).id


def test_template_makes_a_questionnaire_that_opens_at_once(cast):
    made = cast.write(building.create_from, cast.dialogue_id, "before")
    cast.write(building.open_, cast.dialogue_id, made)
    (row,) = rows(cast)
    assert (row.title, row.state) == ("Khảo sát trước đối thoại", "open")
    assert [(item.kind, item.required) for item in row.items] == [
        ("single", True), ("rating", True), ("single", False), ("text", False),
    ]  # fmt: skip


def test_empty_questionnaire_cannot_open(cast):
    made = cast.write(building.create, cast.dialogue_id, "Trống")
    with pytest.raises(NotNow):
        cast.write(building.open_, cast.dialogue_id, made)


@pytest.mark.parametrize("title", ["", "   ", "x" * 121])
def test_title_is_needed_and_bounded(cast, title):
    with pytest.raises(Invalid):
        cast.write(building.create, cast.dialogue_id, title)


def test_items_move_and_stop_at_the_ends(poll):
    dialogue, start = poll.cast.dialogue_id, labels(poll)
    poll.cast.write(items.move_item, dialogue, poll.id, poll.text, -1)
    assert labels(poll) == [start[0], start[2], start[1]]
    poll.cast.write(items.move_item, dialogue, poll.id, poll.single, -1)
    poll.cast.write(items.move_item, dialogue, poll.id, poll.rating, 1)
    assert labels(poll) == [start[0], start[2], start[1]]
    poll.cast.write(items.move_item, dialogue, poll.id, poll.single, 1)
    assert labels(poll) == [start[2], start[0], start[1]]


def test_item_copy_stands_below_its_original_and_is_its_own(poll):
    twin = poll.cast.write(items.copy_item, poll.cast.dialogue_id, poll.id, poll.single)
    assert [item.id for item in poll.row().items] == [poll.single, twin, poll.rating, poll.text]
    poll.cast.write(items.delete_item, poll.cast.dialogue_id, poll.id, twin)
    poll.cast.write(items.delete_item, poll.cast.dialogue_id, poll.id, twin)
    assert [item.id for item in poll.row().items] == [poll.single, poll.rating, poll.text]


def test_last_item_of_an_open_questionnaire_stays(poll):
    for item in (poll.single, poll.rating):
        poll.cast.write(items.delete_item, poll.cast.dialogue_id, poll.id, item)
    with pytest.raises(NotNow):
        poll.cast.write(items.delete_item, poll.cast.dialogue_id, poll.id, poll.text)


def test_item_names_all_that_is_wrong_at_once(poll):
    with pytest.raises(Invalid) as refused:
        poll.cast.write(items.add_item, poll.cast.dialogue_id, poll.id, "single", {
            "label": " ", "help": "x" * 501, "options": "một",
        })  # fmt: skip
    assert set(refused.value.fields) == {"label", "help", "options"}


def test_after_the_first_response_wording_may_change_and_meaning_not(poll):
    cast, dialogue = poll.cast, poll.cast.dialogue_id
    poll.answer(ANNA, 1)
    same = {"label": "Việc nào cần hơn?", "help": "Chọn kỹ.", "required": True}
    cast.write(
        items.change_item, dialogue, poll.id, poll.single, {**same, "options": "Thu nhập\nMáy tính mới\nĐào tạo"}
    )
    assert labels(poll)[0] == "Việc nào cần hơn?"
    for typed in (
        {**same, "options": "Thu nhập\nMáy tính mới"},
        {**same, "options": "Thu nhập\nMáy tính mới\nĐào tạo\nKhác"},
        {**same, "required": False, "options": "Thu nhập\nMáy tính mới\nĐào tạo"},
    ):
        with pytest.raises(Invalid):
            cast.write(items.change_item, dialogue, poll.id, poll.single, typed)
    with pytest.raises(Invalid):
        cast.write(items.change_item, dialogue, poll.id, poll.rating, {"label": "Bạn hài lòng?", "steps": "4"})
    for act, *args in (
        (items.add_item, "text", {"label": "Thêm"}),
        (items.move_item, poll.text, -1),
        (items.copy_item, poll.text),
        (items.delete_item, poll.text),
        (building.delete,),
    ):
        with pytest.raises(NotNow):
            cast.write(act, dialogue, poll.id, *args)
    assert [item.id for item in poll.row().items] == [poll.single, poll.rating, poll.text]


def test_copy_holds_the_items_and_no_response(poll):
    for n in range(5):
        poll.answer(f"{n:032x}")
    made = poll.cast.write(building.copy, poll.cast.dialogue_id, poll.id)
    old, new = rows(poll.cast)
    assert (new.id, new.state, new.started, new.shown) == (made, "draft", False, 0)
    assert [item.label for item in new.items] == [item.label for item in old.items]
    assert not {item.id for item in new.items} & {item.id for item in old.items}


def test_copy_all_gives_another_dialogue_drafts(poll):
    target = other_dialogue(poll.cast)
    poll.cast.write(building.copy_all, poll.cast.dialogue_id, target)
    assert [(row.title, row.state, len(row.items)) for row in rows(poll.cast, target)] == [("Khảo sát thử", "draft", 3)]


def test_delete_takes_the_items_along_and_may_be_repeated(poll):
    for _again in range(2):
        poll.cast.write(building.delete, poll.cast.dialogue_id, poll.id)
    assert rows(poll.cast) == []


def test_another_dialogue_reaches_nothing(poll):
    theirs = other_dialogue(poll.cast)
    for act, *args in (
        (building.change, {"title": "Của tôi"}), (building.open_,), (building.close,), (building.copy,),
        (building.delete,), (items.add_item, "text", {"label": "x"}), (items.delete_item, poll.text),
        (items.move_item, poll.text, -1), (items.change_item, poll.text, {"label": "x"}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            poll.cast.write(act, theirs, poll.id, *args)
    assert labels(poll) == ["Việc nào cần nhất?", "Bạn hài lòng đến đâu?", "Bạn nói gì?"]


def test_item_of_another_questionnaire_is_not_touched(poll):
    from tests.questionnaires.conftest import make_poll

    other = make_poll(poll.cast)
    with pytest.raises(NotFound):
        poll.cast.write(items.change_item, poll.cast.dialogue_id, other.id, poll.text, {"label": "x"})
    poll.cast.write(items.delete_item, poll.cast.dialogue_id, other.id, poll.text)
    assert len(labels(poll)) == 3


def test_sample_fills_a_questionnaire(cast):
    from survey.questionnaires import sample

    key = cast.keys.get(cast.dialogue_id, "response")
    made = cast.write(sample.build, key, cast.dialogue_id, [f"{n:032x}" for n in range(100)])
    with cast.reading() as session:
        found = queries.results(session, made)
    assert (found.responses, found.items[0].answered) == (70, 70)
    assert 70 - 4 * len(found.items[0].rows) <= sum(row.count for row in found.items[0].rows) <= 70
