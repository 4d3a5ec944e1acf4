"""Rules on earlier answers: our own (`conditions`) and the column `relevant` of XLSForm, each out of the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from survey.core.text import N_
from survey.questionnaires.conditions import BARE
from survey.questionnaires.conditions import CHOICES
from survey.questionnaires.conditions import MOST_TESTS
from survey.questionnaires.conditions import ORDERED
from survey.questionnaires.exchange.document import compared
from survey.questionnaires.exchange.document import rule
from survey.questionnaires.exchange.found import Draft
from survey.questionnaires.exchange.xpath import FLIPPED
from survey.questionnaires.exchange.xpath import OPPOSITE
from survey.questionnaires.exchange.xpath import Node
from survey.questionnaires.exchange.xpath import Unread
from survey.questionnaires.exchange.xpath import parse
from survey.questionnaires.exchange.xpath import quoted
from survey.questionnaires.kinds.amount import day_of
from survey.questionnaires.kinds.amount import number_of
from survey.questionnaires.kinds.amount import shown_day
from survey.questionnaires.kinds.base import OTHER

_UNREAD = N_("Điều kiện viết theo cách chương trình không có. Mục được nhập không kèm điều kiện, ai cũng được hỏi.")
_MIXED = N_(
    "Điều kiện trộn “và” với “hoặc”; mỗi mục ở đây chỉ dùng một trong hai. Mục được nhập không kèm điều kiện, ai cũng được hỏi."
)
_MANY = N_("Điều kiện có hơn 10 vế. Mục được nhập không kèm điều kiện, ai cũng được hỏi.")
_GONE = N_(
    "Điều kiện hỏi đến “%(name)s”, không phải mục nào được nhập. Mục được nhập không kèm điều kiện, ai cũng được hỏi."
)
_OPTION = N_(
    "Điều kiện hỏi đến lựa chọn “%(name)s”, mục ấy không có. Mục được nhập không kèm điều kiện, ai cũng được hỏi."
)
_ROW = N_(
    "Điều kiện hỏi đến một dòng của bảng; ở đây chỉ hỏi được cả bảng. Mục được nhập không kèm điều kiện, ai cũng được hỏi."
)
_AMONG = N_("“=” và “!=” với câu nhiều lựa chọn đã hiểu là “có chọn” và “không chọn”, dù còn chọn điều khác.")
_SIGNS = {"equals": "=", "differs": "!=", "greater": ">", "less": "<"}
_OPS = {sign: op for op, sign in _SIGNS.items()}
_COMPARES = {
    "choice": {"equals", "differs", "contains"}, "ordered": {"equals", "differs", "greater", "less"},
    "words": {"equals", "differs", "contains"},
}  # fmt: skip
Joined = tuple[str, list[dict[str, str]]]


class Unfit(Exception):
    """A rule that we cannot say; `args` are the sentence and what stands in it."""


def written_rule(shown_if: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]) -> str:
    """The rule of a document as an expression."""
    word = " or " if shown_if.get("join") == "any" else " and "
    return word.join(_written(test, items[test["item"]]) for test in shown_if.get("tests", ()))


def _written(test: Mapping[str, str], source: Mapping[str, Any]) -> str:
    op, value, kind, ref = test["op"], test["value"], source["kind"], _ref(test["item"])
    if op in BARE:
        sign = "=" if op == "empty" else "!="
        rows = ", ".join(_ref(f"{source['id']}_{row['id']}") for row in source["settings"].get("rows", ()))
        return f"concat({rows}, '') {sign} ''" if rows else f"{ref} {sign} ''"
    if kind == "multiple":
        chosen = f"selected({ref}, {quoted(value)})"
        return f"not({chosen})" if op == "differs" else chosen
    if op == "contains":
        return f"{'selected' if kind in CHOICES else 'contains'}({ref}, {quoted(value)})"
    if kind == "date" and day_of(value):
        return f"{ref} {_SIGNS[op]} date('{day_of(value)}')"
    number = number_of(value) if kind in ORDERED - {"date"} else None
    return f"{ref} {_SIGNS[op]} {quoted(value) if number is None else plain_number(number)}"


def _ref(name: str) -> str:
    return "${" + name + "}"


def plain_number(value: float) -> str:
    """A number as formulas write it: "1234.5"."""
    return str(value) if isinstance(value, int) or "e" not in str(value) else f"{value:.12f}".rstrip("0")


class Rules:
    """Expressions turned into rules on these items. Parts of a group that asks several things count as its rows."""

    def __init__(self, items: Sequence[Draft]) -> None:
        self.doubts: list[str] = []  # of the expressions read last
        self.items: dict[str, Draft] = {}
        self.rows: dict[str, Draft] = {}
        for item in items:
            self.items.setdefault(item.id, item)
            if item.kind == "matrix":
                self.rows.update(dict.fromkeys(item.names, item))

    def read(self, expressions: Sequence[str]) -> dict[str, Any]:
        """The rule that holds where all these expressions do. Raises `Unfit`."""
        self.doubts = []
        try:
            joined = self._joined("and", [parse(text) for text in expressions])
        except Unread as error:
            raise Unfit(_UNREAD) from error
        if len(joined[1]) > MOST_TESTS:
            raise Unfit(_MANY)
        return rule(*joined)

    def settled(self, shown_if: Mapping[str, Any]) -> dict[str, Any]:
        """A rule in our own words, with the file's names in it. Raises `Unfit`."""
        self.doubts = []
        tests = []
        for test in shown_if["tests"]:
            source, op, value = self._source(test["item"]), test["op"], test["value"]
            if op not in BARE and op not in _COMPARES.get(_family(source.kind), ()):
                raise Unfit(_UNREAD)
            chosen = source.kind in CHOICES and op not in BARE
            tests.append({"item": source.id, "op": op, "value": self._option(source, value) if chosen else value})
        return rule(shown_if["join"], tests)

    def _joined(self, word: str, nodes: Sequence[Node]) -> Joined:
        join = "any" if word == "or" else "all"
        tests: list[dict[str, str]] = []
        for node in nodes:
            inner, found = self._node(node)
            if word == "or" and not found:
                raise Unfit(_UNREAD)
            if len(found) > 1 and inner != join and len(nodes) > 1:
                raise Unfit(_MIXED)
            join = inner if len(nodes) == 1 else join
            tests += [test for test in found if test not in tests]
        return join, tests

    def _node(self, node: Node) -> Joined:
        if node[0] in {"and", "or"}:
            return self._joined(node[0], node[1])
        if node[0] == "not":
            return self._node(_denied(node[1]))
        if node[0] == "cmp":
            return self._compared(node[1], node[2], node[3])
        if node[0] == "call" and node[1] == "true" and not node[2]:
            return "all", []
        if node[0] == "call" and node[1] in {"selected", "contains", "unselected"} and len(node[2]) == 2:
            return self._holding(node[1], *node[2])
        raise Unfit(_UNREAD)

    def _holding(self, call: str, left: Node, right: Node) -> Joined:
        if left[0] != "ref" or right[0] not in {"text", "number"}:
            raise Unfit(_UNREAD)
        source = self._source(left[1])
        if source.kind in CHOICES:
            if call == "contains":
                raise Unfit(_UNREAD)
            op = "differs" if call == "unselected" else "equals" if source.kind == "multiple" else "contains"
            return _one(source, op, self._option(source, right[1]))
        if call != "contains" or source.kind not in {"text", "short"}:
            raise Unfit(_UNREAD)
        return _one(source, "contains", right[1])

    def _compared(self, sign: str, left: Node, right: Node) -> Joined:
        if left[0] in {"text", "number"}:
            sign, left, right = FLIPPED[sign], right, left
        if right[0] not in {"text", "number"}:
            raise Unfit(_UNREAD)
        if left[0] == "call":
            return self._counted(sign, left, right)
        if left[0] != "ref":
            raise Unfit(_UNREAD)
        source, value = self._source(left[1]), right[1]
        if value == "" and sign in OPPOSITE:
            return _one(source, "empty" if sign == "=" else "answered", "")
        if source.kind in CHOICES:
            if sign not in OPPOSITE:
                raise Unfit(_UNREAD)
            self.doubts += [_AMONG] if source.kind == "multiple" else []
            return _one(source, _OPS[sign], self._option(source, value))
        if source.kind in ORDERED:
            return _ordered(source, sign, value)
        if source.kind in {"text", "short"} and sign in OPPOSITE:
            return _one(source, _OPS[sign], value)
        raise Unfit(_UNREAD)

    def _counted(self, sign: str, call: Node, right: Node) -> Joined:
        """Whether anything was answered, said by a count, a length or a row of parts put together."""
        refs = [node[1] for node in call[2] if node[0] == "ref"]
        if call[1] in {"count-selected", "string-length", "count-non-empty"} and len(refs) == len(call[2]) == 1:
            empty = {("=", "0"): True, (">", "0"): False, ("!=", "0"): False, (">=", "1"): False, ("<", "1"): True}
            if (sign, right[1]) in empty:
                return _one(self._source(refs[0]), "empty" if empty[sign, right[1]] else "answered", "")
        whole = {id(self.rows.get(ref)) for ref in refs}
        source = self.rows.get(refs[0]) if refs else None
        plain = all(node[0] == "ref" or node == ("text", "") for node in call[2])
        alike = plain and len(whole) == 1 and source is not None and len(set(refs)) == len(source.names)
        if call[1] != "concat" or not alike or right[1] != "" or sign not in OPPOSITE or source is None:
            raise Unfit(_UNREAD)
        return _one(source, "empty" if sign == "=" else "answered", "")

    def _source(self, name: str) -> Draft:
        found = self.items.get(name)
        if found is None and name in self.rows:
            raise Unfit(_ROW)
        if found is None or found.kind in {"section", "note"}:
            raise Unfit(_GONE, {"name": name})
        return found

    def _option(self, source: Draft, name: str) -> str:
        if source.kind == "yesno":
            found = source.names.get(name, name if name in {"yes", "no"} else None)
        else:
            found = source.names.get(name, OTHER if name == OTHER and source.settings.get("other") else None)
        if found is None:
            raise Unfit(_OPTION, {"name": name})
        return found


def _family(kind: str) -> str:
    return (
        "choice" if kind in CHOICES else "ordered" if kind in ORDERED else "words" if kind in {"text", "short"} else ""
    )


def _one(source: Draft, op: str, value: str) -> Joined:
    return "all", [{"item": source.id, "op": op, "value": value}]


def _denied(node: Node) -> Node:
    """What holds where `node` does not; only what is the same for those who did not answer."""
    if node[0] == "not":
        return node[1]  # type: ignore[no-any-return]
    if node[0] in {"and", "or"}:
        return ("or" if node[0] == "and" else "and", [_denied(part) for part in node[1]])
    if node[0] == "cmp" and node[1] in OPPOSITE:
        return ("cmp", OPPOSITE[node[1]], node[2], node[3])
    if node[0] == "call" and node[1] == "selected":
        return ("call", "unselected", node[2])
    raise Unfit(_UNREAD)


def _ordered(source: Draft, sign: str, value: str) -> Joined:
    day, number = day_of(value) if source.kind == "date" else None, _number(value)
    if source.kind == "date" and day is None:
        raise Unfit(_UNREAD)
    text = shown_day(day) if day else compared(value.replace(".", ",") if number is not None else value, source.kind)
    if sign in _OPS:
        return _one(source, _OPS[sign], text)
    whole = source.kind != "number" or not source.settings.get("decimals")
    if day:
        moved = dt.date.fromisoformat(day) + dt.timedelta(days=-1 if sign == ">=" else 1)
        return _one(source, "greater" if sign == ">=" else "less", shown_day(moved.isoformat()))
    if whole and number is not None and number.is_integer():
        return _one(source, "greater" if sign == ">=" else "less", str(int(number) + (-1 if sign == ">=" else 1)))
    op = "greater" if sign == ">=" else "less"
    return "any", [_one(source, op, text)[1][0], _one(source, "equals", text)[1][0]]


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
