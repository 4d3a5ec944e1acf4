"""The column `constraint` of XLSForm as the bounds that our items know."""

from __future__ import annotations

from typing import Any

from survey.core.text import N_
from survey.questionnaires.exchange.columns import Line
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.exchange.xpath import FLIPPED
from survey.questionnaires.exchange.xpath import Node
from survey.questionnaires.exchange.xpath import Unread
from survey.questionnaires.exchange.xpath import parse
from survey.questionnaires.kinds.amount import day_of
from survey.questionnaires.kinds.amount import number_of
from survey.questionnaires.kinds.amount import shown_day
from survey.questionnaires.kinds.amount import written

_UNREAD = N_("Ràng buộc (constraint) này không có ở đây; mục được nhập không kèm ràng buộc.")
_OPEN = N_("Giới hạn ở đây gồm cả hai đầu: “lớn hơn” và “nhỏ hơn” đã hiểu là “từ” và “đến”.")
LEAST, MOST = ("least", "greatest"), ("fewest", "most")
Found = dict[str, Any]


def bounds(line: Line, kind: str, sheet: str, reading: Reading, *, decimals: bool) -> Found:
    """Bounds of a number, a day or a number of choices, in the builder's words; says so where there is something else."""
    made: Found = {"decimals": decimals} if kind == "number" else {}
    text = line.get("constraint")
    if not text or kind in {"note", "section"}:
        return made
    try:
        for node in _all(parse(text)):
            found, open_ = _bound(node, kind, decimals=decimals)
            if set(found) & set(made):
                raise Unread
            made |= found
            if open_:
                reading.doubt(sheet, line.row, _OPEN, text)
    except Unread:
        reading.doubt(sheet, line.row, _UNREAD, text)
        return {"decimals": decimals} if kind == "number" else {}
    return made


def _all(node: Node) -> list[Node]:
    return [inner for part in node[1] for inner in _all(part)] if node[0] == "and" else [node]


def _bound(node: Node, kind: str, *, decimals: bool) -> tuple[Found, bool]:
    """One bound, and whether it stood without its end and could not be moved to it."""
    if node[0] != "cmp":
        raise Unread
    sign, left, right = node[1:]
    if right[0] in {"self", "call"}:
        sign, left, right = FLIPPED[sign], right, left
    counted = left == ("call", "count-selected", [("self",)])
    if right[0] not in {"text", "number"} or not (counted if kind == "multiple" else left == ("self",)):
        raise Unread
    names = MOST if kind == "multiple" else LEAST
    if kind == "date" and day_of(right[1]):
        if sign not in {"<=", ">=", "<", ">"}:
            raise Unread
        return {names[sign in {"<=", "<"}]: shown_day(day_of(right[1]))}, sign in {"<", ">"}
    number = number_of(right[1].replace(".", ",")) if kind in {"number", "multiple"} else None
    if number is None:
        raise Unread
    if sign == "=" and kind == "multiple":
        return dict.fromkeys(names, written(number)), False
    if sign not in {"<=", ">=", "<", ">"}:
        raise Unread
    moved = sign in {"<", ">"} and (kind == "multiple" or not decimals) and isinstance(number, int)
    number += (1 if sign == ">" else -1) if moved else 0
    return {names[sign in {"<=", "<"}]: written(number)}, sign in {"<", ">"} and not moved
