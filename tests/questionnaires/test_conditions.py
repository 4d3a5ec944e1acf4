"""Rules on earlier answers: what is asked, what is left out, what the builder is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pytest

from survey.core.errors import Invalid
from survey.questionnaires import conditions
from survey.questionnaires import paging
from survey.questionnaires.queries import ItemRow

OPTIONS = {"options": [{"id": "a", "text": "Thu nhập"}, {"id": "b", "text": "Nhà ở"}], "other": True}


@dataclass(frozen=True)
class Asked:
    """An item as far as rules know it."""

    id: str
    kind: str = "single"
    settings: Mapping[str, Any] = field(default_factory=lambda: OPTIONS)
    shown_if: Mapping[str, Any] = field(default_factory=dict)


def rule(*tests: tuple[str, str, str], join: str = "all") -> dict[str, Any]:
    return {"join": join, "tests": [{"item": item, "op": op, "value": value} for item, op, value in tests]}


@pytest.mark.parametrize(
    ("op", "value", "answer", "met"),
    [
        ("equals", "a", "a", True), ("equals", "a", "b", False), ("equals", "a", None, False), ("differs", "a", None, True),
        ("differs", "a", "b", True), ("contains", "b", ["a", "b"], True), ("contains", "b", ["a"], False),
        ("equals", "other", {"other": "Nhà trẻ"}, True), ("contains", "nha o", "Tôi cần Nhà Ở gần cơ quan", True),
        ("contains", "luong", "Tôi cần nhà ở", False), ("greater", "3", 4, True), ("greater", "3", 3, False),
        ("less", "2,5", 2, True), ("greater", "1.000", 1001, True), ("less", "26/3/2026", "2026-03-25", True),
        ("greater", "26/3/2026", "2026-03-25", False), ("answered", "", 0, True), ("answered", "", None, False),
        ("empty", "", None, True), ("empty", "", "a", False), ("greater", "x", 4, False),
        ("equals", "26/3/2026", "2026-03-26", True), ("equals", "7,5", 7.5, True),
        ("differs", "1.000", 1000, False), ("equals", "1.000", 999, False),
    ],
)  # fmt: skip
def test_a_comparison_says_what_its_word_says(op: str, value: str, answer: Any, met: bool) -> None:
    answers = {} if answer is None else {"q": answer}
    assert conditions.holds(rule(("q", op, value)), answers) is met


def test_all_and_any() -> None:
    both = [("p", "equals", "a"), ("q", "equals", "b")]
    assert not conditions.holds(rule(*both), {"p": "a"})
    assert conditions.holds(rule(*both, join="any"), {"p": "a"})
    assert conditions.holds({}, {})


def test_an_answer_to_an_item_that_is_not_asked_counts_for_nothing() -> None:
    chain = [
        Asked("p"),
        Asked("q", shown_if=rule(("p", "equals", "a"))),
        Asked("r", shown_if=rule(("q", "equals", "a"))),
    ]
    assert [item.id for item in conditions.shown(chain, {"p": "a", "q": "a", "r": "a"})] == ["p", "q", "r"]
    assert [item.id for item in conditions.shown(chain, {"p": "b", "q": "a", "r": "a"})] == ["p"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (rule(("z", "answered", "")), "không còn trong phiếu"), (rule(("r", "answered", "")), "đứng sau"),
        (rule(("q", "answered", "")), "đứng sau"), (rule(("p", "equals", "c")), "không còn trong mục"),
        (rule(("p", "greater", "2")), "có số"), (rule(("p", "equals", "a"), ("p", "equals", "b")), "Không ai tới được"),
        (rule(("p", "equals", "a"), ("p", "differs", "a")), "Không ai tới được"),
        (rule(("p", "empty", ""), ("p", "equals", "a")), "Không ai tới được"),
        (rule(("n", "greater", "5"), ("n", "less", "5")), "Không ai tới được"),
    ],
)  # fmt: skip
def test_the_builder_is_told_of_rules_that_cannot_work(wrong: dict[str, Any], word: str) -> None:
    items = [Asked("p"), Asked("n", "number", {}), Asked("q", shown_if=wrong), Asked("r")]
    assert word in conditions.faults(items)["q"]


def test_rules_that_can_work_are_not_complained_of() -> None:
    fine = [
        rule(("p", "equals", "a"), ("p", "equals", "b"), join="any"), rule(("p", "equals", "other")),
        rule(("n", "greater", "5"), ("n", "less", "9")), rule(("p", "empty", ""), ("n", "differs", "3")),
    ]  # fmt: skip
    for each in fine:
        assert conditions.faults([Asked("p"), Asked("n", "number", {}), Asked("q", shown_if=each)]) == {}


def test_rows_of_the_builder_come_back_as_they_were_chosen() -> None:
    made = conditions.from_form("any", ["p:equals:a", "n:greater", "", "p:answered"], ["", " 1.000 ", "", "left over"])
    assert made["join"] == "any"
    assert [conditions.written_row(test) for test in made["tests"]] == [
        ("p:equals:a", ""), ("n:greater", "1.000"), ("p:answered", ""),
    ]  # fmt: skip
    assert conditions.from_form("all", ["", "x:nonsense"], ["", ""]) == {}
    with pytest.raises(Invalid):
        conditions.from_form("all", ["n:greater"], [" "])


def page_items() -> list[ItemRow]:
    """Two pages and a third that is asked only after "a" on the first, and again one for all."""

    def item(name: str, kind: str = "yesno", settings: Any = None, shown_if: Any = None) -> ItemRow:
        return ItemRow(name, kind, name, "", False, settings or {}, shown_if or {})

    new_page = {"page": True}
    return [
        item("p", "single", OPTIONS), item("s1", "section", new_page), item("q", shown_if=rule(("p", "equals", "a"))),
        item("s2", "section", new_page), item("r"),
    ]  # fmt: skip


def test_pages_that_ask_nothing_are_passed_over() -> None:
    items = page_items()
    assert [len(page) for page in paging.pages(items)] == [1, 2, 2]
    assert paging.place(items, 0, {"p": "a"}, paging.NEXT).number == 1
    assert paging.place(items, 0, {"p": "b"}, paging.NEXT).number == 2
    assert paging.place(items, 2, {"p": "b"}, paging.BACK).number == 0
    assert paging.place(items, 0, {}).last is False
    assert paging.place(items, 2, {"p": "b"}).last is True
    assert paging.place(items, 99, {}).number == 2


def test_the_last_page_that_asks_is_the_one_that_sends() -> None:
    items = page_items()[:3]
    assert paging.place(items, 0, {"p": "b"}).last is False, (
        "what is being chosen on this page may still open the next one"
    )
    answered = paging.place(items, 0, {"p": "b"}, paging.NEXT)
    assert (answered.number, answered.last) == (0, True)
