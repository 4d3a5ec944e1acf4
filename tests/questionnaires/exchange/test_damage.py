"""Files damaged at random are read or refused; nothing else ever happens, and what was read can be made."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from survey.core.errors import Invalid
from survey.core.sheets import Odd
from survey.core.sheets import Sheet
from survey.questionnaires.exchange import bringing
from survey.questionnaires.exchange import checking
from survey.questionnaires.exchange import upload
from survey.questionnaires.exchange import xlsform
from survey.questionnaires.exchange.document import document
from tests.questionnaires.exchange.forms import FORMS
from tests.questionnaires.exchange.forms import tables
from tests.questionnaires.exchange.test_round_trip import Head
from tests.questionnaires.exchange.test_round_trip import any_items

JUNK: list[Any] = [None, True, 0, -1, 10**30, 1.5, 1e300, "", "x" * 5000, "\u2028a\x00", "${q}", [], {}, [[]], {"id": 1},
        {"id": "a", "text": ""}, [{"id": "a", "text": "b"}, {"id": "c", "text": "B"}], "q1", "other",
        "all", "equals"]  # fmt: skip
CELLS = ["", "select_one viec", "select_multiple viec or_other", "begin_group", "end_group", "begin_repeat", "range", "rank viec",
         "${q} = 1", "selected(${may},'luong')", "((", "a" * 400, "table-list", "field-list", "start=1 end=0 step=0",
         "start=x", "start=-5 end=5 step=2", "yes", "unit", "section", "intro", ". > 'a'", "count-selected(.) > 99", "9" * 20,
         "note", "${", "not(${can} = 'luong')", "\n\n", "(" * 200, Odd("=A1", "formula")]  # fmt: skip
HEADS = [
    "bind::doithoai:kind",
    "bind::doithoai:options",
    "bind::doithoai:steps",
    "label::x",
    "hint::vi",
    "name",
    "type",
]
HERE = [("1", "Sở", 0), ("2", "Văn phòng", 1), ("3", "Khác", 0)]


def bent(value: Any, chance: random.Random) -> Any:
    """The same with one thing in it otherwise."""
    if isinstance(value, dict) and value:
        name = chance.choice(list(value))
        if chance.random() < 0.2:
            return {key: inner for key, inner in value.items() if key != name}
        return {**value, name: bent(value[name], chance) if chance.random() < 0.7 else chance.choice(JUNK)}
    if isinstance(value, list) and value:
        place = chance.randrange(len(value))
        return [*value[:place], bent(value[place], chance), *value[place + chance.randint(0, 1) :]]
    return chance.choice(JUNK)


def make(found: dict[str, Any]) -> int:
    """What was read, as rows, with and without units; every sentence can be said."""
    for here in ([], HERE):
        kept = bringing.at_home(json.loads(json.dumps(found)), here)["document"]
        assert len(bringing.rows_of(kept, here)) == len(kept["items"])
    for one in found["complaints"]:
        assert one["message"] % one["says"] if one["says"] else one["message"]
    return len(found["document"]["items"])


def read_json(seed: int) -> int:
    chance = random.Random(seed)
    damaged = document(Head(), any_items(chance))
    for _ in range(chance.randint(1, 3)):
        damaged["items"] = bent(damaged["items"], chance)
    return make(upload.found(json.dumps(damaged).encode(), "a.json"))


def read_form(seed: int) -> int:
    chance = random.Random(seed)
    sheets = tables(FORMS[chance.choice(list(FORMS))])
    for _ in range(chance.randint(1, 8)):
        rows = chance.choice(list(sheets.values()))
        row = chance.choice(rows[1:])
        row[chance.randrange(len(row))] = chance.choice(CELLS)
        if chance.random() < 0.1:
            rows[0][chance.randrange(len(rows[0]))] = chance.choice(HEADS)
    merged = ((chance.randrange(5), chance.randrange(4), chance.randrange(9), chance.randrange(9)),)
    made = checking.checked(xlsform.read_sheets([Sheet(name, rows, merged) for name, rows in sheets.items()], "a.xlsx"))
    complaints = [
        {"sheet": c.sheet, "row": c.row, "message": c.message, "value": c.value, "lost": c.lost, "says": c.says}
        for c in made.reading.complaints
    ]
    return make({"document": made.document, "rows": made.rows, "complaints": complaints})


@pytest.mark.parametrize("read", [read_json, read_form])
def test_damaged_files_are_read_or_refused(read) -> None:
    items = refused = 0
    for seed in range(80):
        try:
            items += read(seed)
        except Invalid:
            refused += 1
    assert items > 150
    assert refused < 70
