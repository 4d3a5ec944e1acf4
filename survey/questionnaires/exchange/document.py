"""A questionnaire as a plain document, apart from any database: what both kinds of files say. docs/questionnaire-json.md.

Ids are places: items q1, q2…, options and rows a1, a2…, units u1, u2…; two questionnaires that say the same are equal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Protocol

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.questionnaires.conditions import BARE
from survey.questionnaires.conditions import CHOICES
from survey.questionnaires.conditions import ORDERED
from survey.questionnaires.kinds.amount import day_of
from survey.questionnaires.kinds.amount import number_of
from survey.questionnaires.kinds.amount import shown_day
from survey.questionnaires.kinds.amount import written

FORMAT, VERSION = "doi-thoai/questionnaire", 1
LISTS = {"options": "a", "rows": "a"}  # settings that hold things with ids

Document = dict[str, Any]


class Parts(Protocol):
    """What is needed of an item."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def shown_if(self) -> Mapping[str, Any]: ...


class Head(Protocol):
    """What is needed of a questionnaire."""

    @property
    def title(self) -> str: ...
    @property
    def intro(self) -> str: ...
    @property
    def editable(self) -> bool: ...
    @property
    def results_shown(self) -> bool: ...
    @property
    def rows_announced(self) -> bool: ...
    @property
    def opens_at(self) -> dt.datetime | None: ...
    @property
    def closes_at(self) -> dt.datetime | None: ...


def document(head: Head, items: Sequence[Parts]) -> Document:
    """The whole questionnaire, without its state and its answers."""
    return {
        "format": FORMAT, "version": VERSION, "title": head.title, "intro": head.intro, "editable": head.editable,
        "results_shown": head.results_shown, "rows_announced": head.rows_announced, "opens_at": hour(head.opens_at),
        "closes_at": hour(head.closes_at), "items": parts(items),
    }  # fmt: skip


def hour(moment: dt.datetime | None) -> str:
    """An hour of Vietnam as files write it; empty for none."""
    return local(moment).isoformat(timespec="minutes") if moment else ""


def moment_of(text: str) -> dt.datetime | None:
    """What `hour` wrote, or the same without a zone; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(dt.UTC)


def parts(items: Sequence[Parts]) -> list[dict[str, Any]]:
    """The items with places for ids, also inside the rules; a rule on what is not there is left out."""
    names = {item.id: f"q{number}" for number, item in enumerate(items, 1)}
    settled = {item.id: _settings(item) for item in items}
    kinds = {item.id: item.kind for item in items}
    made = []
    for item in items:
        tests = [
            {"item": names[test["item"]], **_test(test, kinds[test["item"]], settled[test["item"]][1])}
            for test in item.shown_if.get("tests", ()) if test["item"] in names
        ]  # fmt: skip
        made.append({
            "id": names[item.id], "kind": item.kind, "label": item.label, "help": item.help, "required": item.required,
            "identifying": bool(getattr(item, "identifying", False)), "settings": settled[item.id][0],
            "shown_if": rule(item.shown_if.get("join", ""), tests),
        })  # fmt: skip
    return made


def rule(join: str, tests: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """A rule in the one way in which we write it: a single test needs no choice between all and any."""
    found = [dict(test) for test in tests]
    return {"join": "any" if join == "any" and len(found) > 1 else "all", "tests": found} if found else {}


def renamed(settings: Mapping[str, Any], kind: str) -> dict[str, str]:
    """The place of each option and row, by its id."""
    letter = "u" if kind == "unit" else "a"
    return {
        one["id"]: f"{letter}{number}" for name in LISTS for number, one in enumerate(settings.get(name, ()), 1)
    }  # fmt: skip


def _settings(item: Parts) -> tuple[dict[str, Any], dict[str, str]]:
    names = renamed(item.settings, item.kind)
    made = {
        name: [{**one, "id": names[one["id"]]} for one in value] if name in LISTS else value
        for name, value in item.settings.items()
    }
    return made, names


def _test(test: Mapping[str, str], kind: str, names: Mapping[str, str]) -> dict[str, str]:
    op, value = test["op"], test.get("value", "")
    if op in BARE:
        return {"op": op, "value": ""}
    if kind in CHOICES:
        # Of several, "is" and "contains" ask the same.
        op = "equals" if op == "contains" and kind == "multiple" else op
        return {"op": op, "value": names.get(value, value)}
    return {"op": op, "value": compared(value, kind)}


def compared(value: str, kind: str) -> str:
    """What an ordered answer is compared with, in one writing."""
    if kind == "date":
        return shown_day(day_of(value)) or value
    number = number_of(value) if kind in ORDERED else None
    return value if number is None else written(number)
