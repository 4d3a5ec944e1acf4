"""What the builder is told: items that nobody reaches, choices that are none, and a unit that would single people out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.questionnaires import building
from survey.questionnaires import checking
from survey.questionnaires import items
from survey.questionnaires import narrow
from survey.questionnaires import reach
from survey.questionnaires.queries import ItemRow
from tests.questionnaires.conftest import Poll

Figure = Callable[[str], None]

UNITS = {"options": [{"id": "a", "text": "Chi đoàn A", "depth": 0}, {"id": "b", "text": "Chi đoàn B", "depth": 0}]}
SEX = {"options": [{"id": "m", "text": "Nam"}, {"id": "f", "text": "Nữ"}]}


def item(name: str, kind: str = "yesno", *tests: tuple[str, str, str], join: str = "all", **more: Any) -> ItemRow:
    rule = {"join": join, "tests": [{"item": one, "op": op, "value": value} for one, op, value in tests]}
    settings = more.pop("settings", {})
    return ItemRow(
        name, kind, more.pop("label", name), "", more.pop("required", False), settings, rule if tests else {}
    )


@pytest.mark.parametrize(
    ("rows", "out"),
    [
        ([item("a"), item("b", "yesno", ("a", "equals", "yes"))], set()),
        ([item("a"), item("b", "yesno", ("a", "equals", "yes"), ("a", "equals", "no"))], {"b"}),
        ([item("a"), item("b", "yesno", ("a", "equals", "yes"), ("a", "equals", "no"), join="any")], set()),
        # Through another item: b is for those who said yes, c for who answered b and said no.
        ([item("a"), item("b", "yesno", ("a", "equals", "yes")),
          item("c", "text", ("b", "answered", ""), ("a", "equals", "no"))], {"c"}),
        # What stands behind an item that nobody reaches is out of reach, unless it asks for no answer.
        ([item("a"), item("b", "yesno", ("a", "equals", "yes"), ("a", "equals", "no")),
          item("c", "text", ("b", "equals", "yes")), item("d", "text", ("b", "empty", ""))], {"b", "c"}),
        ([item("a", required=True), item("b", "text", ("a", "empty", ""))], {"b"}),
        ([item("a", "rating", settings={"steps": 5}), item("b", "text", ("a", "greater", "5"))], {"b"}),
        ([item("a", "rating", settings={"steps": 5}), item("b", "text", ("a", "greater", "4"))], set()),
        ([item("a", "number", settings={}), item("b", "text", ("a", "greater", "3"), ("a", "less", "4"))], {"b"}),
        ([item("a", "number", settings={"decimals": True}),
          item("b", "text", ("a", "greater", "3"), ("a", "less", "4"))], set()),
        ([item("a", "date", settings={"least": "2026-03-01"}), item("b", "text", ("a", "less", "1/3/2026"))], {"b"}),
        ([item("a", "multiple", settings=SEX), item("b", "text", ("a", "equals", "m"), ("a", "equals", "f"))], set()),
    ],
)  # fmt: skip
def test_only_what_nobody_can_reach_is_called_out_of_reach(rows: list[ItemRow], out: set[str]) -> None:
    assert reach.unreached(rows) == out


def test_a_chain_of_three_hundred_rules_is_followed_in_a_moment() -> None:
    last = [("0", "equals", "yes" if n < 299 else "no") for n in range(300)]
    rows = [item("0"), *(item(str(n), "yesno", (str(n - 1), "equals", "yes"), last[n]) for n in range(1, 300))]
    assert reach.unreached(rows) <= {"299"}
    branches = [item(str(n), "yesno", *((str(m), "answered", "") for m in range(n)), join="any") for n in range(40)]
    assert reach.unreached(branches) == set()


def said(rows: list[ItemRow], sizes: dict[str, int] | None) -> list[str]:
    return [one.sentence % one.said for one in narrow.warnings(rows, sizes)]


@pytest.mark.claim(
    "surveys", "the builder is warned where the unit and what else is asked would single out fewer than five"
)
def test_the_unit_is_warned_of_where_fewer_than_five_would_stand_out(figure: Figure) -> None:
    unit, sex = item("u", "unit", settings=UNITS), item("s", "single", label="Giới tính của bạn", settings=SEX)
    (alone,) = said([unit], {"a": 4, "b": 30})
    assert "1 trên 2 đơn vị có dưới 5 người" in alone
    assert "Chi đoàn A: 4" in alone
    assert said([unit], {"a": 5, "b": 30}) == []
    (both,) = said([unit, sex], {"a": 9, "b": 10})
    assert "chia mỗi đơn vị thành 2 nhóm" in both
    assert "Chi đoàn A: 9" in both
    assert "Chi đoàn B" not in both
    assert said([unit, sex], {"a": 10, "b": 10}) == []
    (unknown,) = said([unit, sex], None)
    assert "Ở đơn vị ít người" in unknown
    assert said([unit, item("q", "single", label="Việc nào cần nhất?", settings=SEX)], {"a": 5, "b": 5}) == []
    assert "không còn kín" in said([item("n", "short", label="Họ tên của bạn")], None)[0]
    figure("units of 4 alone, of 9 with two answers: named; units of 5 and of 10: not")


def test_a_deleted_item_comes_back_with_its_id_and_its_place(poll: Poll) -> None:
    dialogue, before = poll.cast.dialogue_id, [one.id for one in poll.row().items]
    poll.cast.write(items.delete_item, dialogue, poll.id, poll.single)
    poll.cast.write(items.delete_item, dialogue, poll.id, poll.text)
    assert [one.label for one in poll.row().removed] == ["Bạn nói gì?", "Việc nào cần nhất?"]
    for one in (poll.text, poll.single, poll.single):
        poll.cast.write(items.restore_item, dialogue, poll.id, one)
    assert [one.id for one in poll.row().items] == before
    assert poll.row().removed == ()
    with pytest.raises(NotFound):
        poll.cast.write(items.restore_item, dialogue, poll.id, "nothing")
    poll.cast.write(items.delete_item, dialogue, poll.id, poll.text)
    poll.answer("0" * 32)
    with pytest.raises(NotNow):
        poll.cast.write(items.restore_item, dialogue, poll.id, poll.text)


def test_an_item_is_put_below_another_or_first_of_all(poll: Poll) -> None:
    dialogue = poll.cast.dialogue_id
    poll.cast.write(items.place_item, dialogue, poll.id, poll.text, items.FIRST)
    assert [one.id for one in poll.row().items] == [poll.text, poll.single, poll.rating]
    poll.cast.write(items.place_item, dialogue, poll.id, poll.text, poll.single)
    assert [one.id for one in poll.row().items] == [poll.single, poll.text, poll.rating]
    poll.cast.write(items.place_item, dialogue, poll.id, poll.text, poll.text)
    poll.cast.write(items.place_item, dialogue, poll.id, poll.text, "nothing")
    assert [one.id for one in poll.row().items] == [poll.single, poll.text, poll.rating]
    made = poll.cast.write(items.add_item, dialogue, poll.id, "text", {"label": "Mới", "after": items.FIRST})
    assert poll.row().items[0].id == made


def test_a_new_version_leaves_the_old_results_standing(poll: Poll) -> None:
    for n in range(5):
        poll.answer(f"{n:032x}", 0, "5", "Chữ")
    before = poll.results()
    made = poll.cast.write(building.copy, poll.cast.dialogue_id, poll.id)
    poll.cast.write(items.add_item, poll.cast.dialogue_id, made, "text", {"label": "Thêm một mục"})
    poll.cast.write(building.open_, poll.cast.dialogue_id, made)
    assert poll.results() == before
    assert len(poll.row().items) == 3


def test_a_long_questionnaire_is_told_to_be_shorter() -> None:
    rows = [item(str(n)) for n in range(26)]
    assert len(checking.advice(rows, None)) == 2
    assert checking.advice(rows[:12], None) == []
