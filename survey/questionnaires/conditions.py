"""Which items are asked, by answers to earlier ones. Pure rules over plain values; `static/js/survey.js` does the same.

A rule is `{"join": "all" | "any", "tests": [{"item": id, "op": op, "value": text}, ...]}`; no rule, always shown.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Protocol
from typing import TypeVar

from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.questionnaires.kinds.amount import day_of
from survey.questionnaires.kinds.amount import number_of
from survey.questionnaires.kinds.base import OTHER
from survey.questionnaires.kinds.base import refuse
from survey.questionnaires.kinds.choice import YesNo
from survey.questionnaires.reach import unreached

Rule = Mapping[str, Any]
Test = Mapping[str, str]
MOST_TESTS, LONGEST_VALUE = 10, 200
OPS: Mapping[str, str] = {
    "equals": N_("là"), "differs": N_("không là"), "contains": N_("có chứa"), "greater": N_("lớn hơn"),
    "less": N_("nhỏ hơn"), "answered": N_("đã trả lời"), "empty": N_("không trả lời"),
}  # fmt: skip
BARE = frozenset({"answered", "empty"})  # they compare with nothing
CHOICES = frozenset({"single", "multiple", "yesno", "unit"})
ORDERED = frozenset({"rating", "score", "number", "date"})
_LATER = N_("Điều kiện hỏi đến một mục đứng sau. Hãy đưa mục ấy lên trước, hoặc bỏ điều kiện.")
_GONE = N_("Điều kiện hỏi đến một mục không còn trong phiếu. Hãy chọn mục khác, hoặc bỏ điều kiện.")
_NO_OPTION = N_("Điều kiện hỏi đến một lựa chọn không còn trong mục ấy. Hãy chọn lại.")
_NEVER = N_("Không ai tới được mục này: các điều kiện trái nhau. Hãy xem lại.")
_NO_ORDER = N_("“Lớn hơn” và “nhỏ hơn” chỉ dùng cho mục có số, điểm hoặc ngày.")


class Asked(Protocol):
    """What is needed of an item."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def shown_if(self) -> Mapping[str, Any]: ...


T = TypeVar("T", bound=Asked)


def shown(items: Sequence[T], answers: Mapping[str, Any]) -> list[T]:
    """The items that are asked, in their order. Answers to items that are not asked count as none."""
    counted: dict[str, Any] = {}
    found = []
    for item in items:
        if holds(item.shown_if, counted):
            found.append(item)
            if item.id in answers:
                counted[item.id] = answers[item.id]
    return found


def holds(rule: Rule, answers: Mapping[str, Any]) -> bool:
    """Whether the rule lets its item be asked."""
    tests = [_holds(test, answers.get(test["item"])) for test in rule.get("tests", ())]
    return not tests or (any(tests) if rule.get("join") == "any" else all(tests))


def from_form(join: str, chosen: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    """The rule that the builder's rows say: each `chosen` is "item:op" or "item:op:value", empty for no row.

    Raises `Invalid` at the field `rule` for a row that compares with nothing.
    """
    tests = []
    for place, row in enumerate(chosen[:MOST_TESTS]):
        item, _, rest = row.partition(":")
        op, _, value = rest.partition(":")
        chosen_one = bool(value)
        value = value or clean_line(values[place] if place < len(values) else "")[:LONGEST_VALUE]
        if op in OPS:
            if not value and op not in BARE:
                refuse("rule", N_("Điều kiện còn thiếu giá trị để so sánh. Hãy ghi vào ô bên cạnh, hoặc bỏ điều kiện."))
            tests.append({"item": item, "op": op, "value": "" if op in BARE else value, "chosen": chosen_one})
    return {"join": "any" if join == "any" else "all", "tests": tests} if tests else {}


def written_row(test: Test) -> tuple[str, str]:
    """The row of the builder that says this test, and the words beside it."""
    if test["op"] in BARE:
        return f"{test['item']}:{test['op']}", ""
    if test.get("chosen"):
        return f"{test['item']}:{test['op']}:{test['value']}", ""
    return f"{test['item']}:{test['op']}", test["value"]


def offered(item: Asked) -> list[tuple[str, str, str]]:
    """The rows that a rule on this item can say: value, comparison, and the option or "…" where words stand beside."""
    names = _names(item)
    if names is not None:
        rows = [
            (f"{item.id}:{op}:{value}", OPS[op], f"“{text}”") for value, text in names for op in ("equals", "differs")
        ]
    elif item.kind in ORDERED:
        rows = [(f"{item.id}:{op}", OPS[op], "…") for op in ("equals", "greater", "less")]
    elif item.kind in {"text", "short"}:
        rows = [(f"{item.id}:contains", OPS["contains"], "…")]
    else:
        rows = []
    return [*rows, *((f"{item.id}:{op}", OPS[op], "") for op in ("answered", "empty"))]


def described(items: Sequence[Asked]) -> dict[str, list[tuple[str, str, str]]]:
    """For each item with a rule, its tests for readers: id of the item asked, comparison, words compared with."""
    by_id = {item.id: item for item in items}
    return {
        item.id: [(test["item"], OPS[test["op"]], _said(test, by_id)) for test in item.shown_if["tests"]]
        for item in items if item.shown_if.get("tests")
    }  # fmt: skip


def _said(test: Test, by_id: Mapping[str, Asked]) -> str:
    source = by_id.get(test["item"])
    names = dict(_names(source) or ()) if source else {}
    return names.get(test["value"], test["value"])


def faults(items: Sequence[Asked]) -> dict[str, str]:
    """What is wrong with the rules, a sentence by item: rules on what comes later or is gone, what nobody can reach."""
    place = {item.id: number for number, item in enumerate(items)}
    by_id = {item.id: item for item in items}
    out_of_reach = unreached(items)
    found: dict[str, str] = {}
    for number, item in enumerate(items):
        tests: Sequence[Test] = item.shown_if.get("tests", ())
        wrong = [_wrong(test, number, place, by_id) for test in tests]
        sentence = next(filter(None, wrong), None) or (_NEVER if item.id in out_of_reach else None)
        if sentence:
            found[item.id] = sentence
    return found


def atoms(value: Any) -> list[str]:
    """The single values that an answer holds, as text."""
    if isinstance(value, dict):
        return [OTHER] if OTHER in value else [str(part) for part in value.values()]
    return [atom for part in value for atom in atoms(part)] if isinstance(value, list) else [str(value)]


def _holds(test: Test, value: Any) -> bool:
    if test["op"] in BARE:
        return (value is None) == (test["op"] == "empty")
    if value is None:
        return test["op"] == "differs"
    return _COMPARE[test["op"]](value, test.get("value", ""))


def _equals(value: Any, wanted: str) -> bool:
    return (
        wanted in atoms(value)
        or _ordered(value, wanted) == 0
        or (isinstance(value, str) and fold(value) == fold(wanted))
    )


def _contains(value: Any, wanted: str) -> bool:
    return wanted in atoms(value) or (isinstance(value, str) and fold(wanted) in fold(value))


def _ordered(value: Any, wanted: str) -> int | None:
    """-1, 0, 1 as the answer is less, equal or greater; None where the two cannot be compared."""
    given: Any = value if isinstance(value, int | float) else None
    limit: Any = number_of(wanted)
    if isinstance(value, str) and day_of(value) == value:
        given, limit = value, day_of(wanted)
    if given is None or limit is None:
        return None
    return 1 if given > limit else -1 if given < limit else 0


_COMPARE: Mapping[str, Callable[[Any, str], bool]] = {
    "equals": _equals,
    "differs": lambda value, wanted: not _equals(value, wanted),
    "contains": _contains,
    "greater": lambda value, wanted: _ordered(value, wanted) == 1,
    "less": lambda value, wanted: _ordered(value, wanted) == -1,
}


def _wrong(test: Test, number: int, place: Mapping[str, int], by_id: Mapping[str, Asked]) -> str | None:
    if test["item"] not in place:
        return _GONE
    if place[test["item"]] >= number:
        return _LATER
    source = by_id[test["item"]]
    if test["op"] in {"greater", "less"} and source.kind not in ORDERED:
        return _NO_ORDER
    known = _values(source)
    return _NO_OPTION if known is not None and test["op"] not in BARE and test.get("value") not in known else None


def _values(item: Asked) -> frozenset[str] | None:
    """All that an answer to a choice may be; None where there is no list."""
    names = _names(item)
    return None if names is None else frozenset(value for value, _ in names)


def _names(item: Asked) -> list[tuple[str, str]] | None:
    if item.kind not in CHOICES:
        return None
    if item.kind == "yesno":
        return list(YesNo.LABELS.items())
    named = [(option["id"], option["text"]) for option in item.settings["options"]]
    return [*named, (OTHER, N_("Khác"))] if item.settings.get("other") else named
