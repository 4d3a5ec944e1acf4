"""Results against an independent recount: random questionnaires with rules, random people, every kind of item."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from survey.questionnaires import building
from survey.questionnaires import items as build
from survey.questionnaires import queries
from survey.questionnaires import service
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.queries import ItemRow
from tests.conftest import Cast

Figure = Callable[[str], None]
WORDS = ("lương", "nhà ở", "việc làm", "đào tạo", "thủ tục", "chuyển đổi số")
TYPED: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "single": lambda r: {"options": _lines(r), "other": r.random() < 0.5}, "multiple": lambda r: {"options": _lines(r)},
    "yesno": lambda r: {}, "rating": lambda r: {"steps": str(r.randint(2, 10))}, "score": lambda r: {},
    "matrix": lambda r: {"rows": _lines(r), "steps": str(r.randint(2, 6))}, "rank": lambda r: {"options": _lines(r)},
    "short": lambda r: {}, "text": lambda r: {}, "number": lambda r: {"least": "0", "greatest": "99"}, "date": lambda r: {},
    "section": lambda r: {"page": r.random() < 0.5}, "note": lambda r: {},
}  # fmt: skip


def _lines(chance: random.Random) -> str:
    return "\n".join(chance.sample(WORDS, chance.randint(2, len(WORDS))))


def ids(item: ItemRow, what: str = "options") -> list[str]:
    return [option["id"] for option in item.settings[what]]


def raw_answer(item: ItemRow, chance: random.Random) -> dict[str, list[str]]:
    """What a form sends for this item, mostly sensible."""
    if item.kind in {"single", "yesno"}:
        choice = chance.choice(ids(item) if item.kind == "single" else ["yes", "no"])
        other = item.settings.get("other") and chance.random() < 0.2
        return {"": ["other"], "other": [chance.choice(WORDS)]} if other else {"": [choice]}
    if item.kind == "multiple":
        return {"": chance.sample(ids(item), chance.randint(1, len(ids(item))))}
    if item.kind in {"rating", "score"}:
        return {"": [str(chance.randint(1, item.settings.get("steps", 10)))]}
    if item.kind == "matrix":
        return {
            row: [str(chance.randint(1, item.settings["steps"]))] for row in ids(item, "rows") if chance.random() < 0.8
        }
    if item.kind == "rank":
        chosen = chance.sample(ids(item), chance.randint(1, len(ids(item))))
        return {option: [str(place)] for place, option in enumerate(chosen, 1)}
    plain = {"number": str(chance.randint(0, 99)), "date": f"{chance.randint(1, 28)}/{chance.randint(1, 12)}/2026"}
    return {"": [plain.get(item.kind, chance.choice(WORDS))]}


def random_rule(earlier: list[ItemRow], chance: random.Random) -> dict[str, Any]:
    """A rule on earlier items, or none."""
    sources = [item for item in earlier if item.kind in {"single", "yesno", "rating", "number"}]
    if not sources or chance.random() < 0.6:
        return {}
    tests = []
    for source in chance.sample(sources, min(len(sources), chance.randint(1, 2))):
        if source.kind in {"single", "yesno"}:
            value = chance.choice(ids(source) if source.kind == "single" else ["yes", "no"])
            tests.append({"item": source.id, "op": chance.choice(["equals", "differs", "answered"]), "value": value})
        else:
            tests.append(
                {
                    "item": source.id,
                    "op": chance.choice(["greater", "less", "empty"]),
                    "value": str(chance.randint(1, 50)),
                }
            )
    return {"join": chance.choice(["all", "any"]), "tests": tests}


def random_items(chance: random.Random) -> list[ItemRow]:
    """Two to eight items."""
    made: list[ItemRow] = []
    for number in range(chance.randint(2, 8)):
        kind = chance.choice(list(TYPED))
        settings = KINDS[kind].configure(TYPED[kind](chance), {})
        made.append(ItemRow(f"i{number}", kind, kind, "", False, settings, random_rule(made, chance)))
    return made


def recount(items: list[ItemRow], people: list[dict[str, dict[str, list[str]]]]) -> dict[str, Counter[str]]:
    """For each item how often each value was sent by those who were asked."""
    found: dict[str, Counter[str]] = {item.id: Counter() for item in items}
    for sent in people:
        seen: dict[str, bool] = {}
        for item in items:
            seen[item.id] = item.kind not in {"section", "note"} and _asked(item, sent, seen)
            parts = sent.get(item.id, {}) if seen[item.id] else {}
            if item.kind in {"matrix", "rank"}:
                found[item.id].update(f"{part}:{value}" for part, values in parts.items() for value in values)
            elif item.kind == "date":
                found[item.id].update(
                    f"{value.split('/')[2]}-{int(value.split('/')[1]):02}" for value in parts.get("", ())
                )
            else:
                found[item.id].update(parts.get("", ()))
    return found


def _asked(item: ItemRow, sent: dict[str, dict[str, list[str]]], seen: dict[str, bool]) -> bool:
    def given(test: dict[str, str]) -> str:
        return sent.get(test["item"], {}).get("", [""])[0] if seen[test["item"]] else ""

    def met(test: dict[str, str]) -> bool:
        value, wanted = given(test), test["value"]
        if test["op"] == "answered" or test["op"] == "empty":
            return (value != "") == (test["op"] == "answered")
        if test["op"] == "equals" or test["op"] == "differs":
            return (value == wanted) == (test["op"] == "equals")
        return value != "" and (int(value) > int(wanted) if test["op"] == "greater" else int(value) < int(wanted))

    tests = [met(test) for test in item.shown_if.get("tests", ())]
    return not tests or (any(tests) if item.shown_if["join"] == "any" else all(tests))


def one_round(seed: int) -> int:
    """A questionnaire, its people, both counts; the number of answers compared."""
    chance = random.Random(seed)
    items = random_items(chance)
    people = [
        {item.id: raw_answer(item, chance) for item in items if KINDS[item.kind].asks and chance.random() < 0.85}
        for _ in range(chance.randint(1, 12))
    ]
    kept = []
    for sent in people:
        values, refused = service.read(items, sent)
        assert refused == {}, (seed, refused)
        kept.append(values)
    expected, compared = recount(items, people), 0
    for item in items:
        tally = KINDS[item.kind].tally([values[item.id] for values in kept if item.id in values], item.settings)
        counts = Counter(dict(tally.counts)) if item.kind not in {"short", "text"} else Counter(tally.texts)
        assert counts == expected[item.id], (seed, item)
        compared += counts.total()
    return compared


@pytest.mark.claim("surveys", "results agree with an independent recount, rules included")
def test_results_agree_with_an_independent_recount(figure: Figure) -> None:
    """300 random questionnaires with random people."""
    compared = sum(one_round(seed) for seed in range(300))
    figure(f"300 questionnaires, {compared} answers counted twice, 0 differences")
    assert compared > 5_000, "the premise: there was something to count"


@pytest.mark.night
def test_results_agree_with_an_independent_recount_for_long() -> None:
    """5,000 of them."""
    assert sum(one_round(seed) for seed in range(1_000, 6_000)) > 80_000


def test_a_recount_that_ignores_rules_would_differ() -> None:
    """The control: the comparison sees an answer that should have been left out."""
    rule = {"join": "all", "tests": [{"item": "i0", "op": "equals", "value": "yes"}]}
    items = [ItemRow("i0", "yesno", "", "", False, {}, {}), ItemRow("i1", "yesno", "", "", False, {}, rule)]
    people = [{"i0": {"": ["no"]}, "i1": {"": ["yes"]}}]
    assert recount(items, people)["i1"] == Counter()
    free = [items[0], ItemRow("i1", "yesno", "", "", False, {}, {})]
    assert recount(free, people)["i1"] == Counter({"yes": 1})


def test_the_database_gives_the_same_figures(cast: Cast) -> None:
    """Through the builder, the responses and the published figures, for one large questionnaire."""
    chance = random.Random(7)
    made = cast.write(building.create, cast.dialogue_id, "Đếm lại")
    for kind, typed in TYPED.items():
        cast.write(build.add_item, cast.dialogue_id, made, kind, {"label": kind, **typed(chance)})
    cast.write(building.open_, cast.dialogue_id, made)
    with cast.reading() as session:
        row = queries.one(session, cast.dialogue_id, made)
    people = [{item.id: raw_answer(item, chance) for item in row.asked} for _ in range(60)]
    key = cast.keys.get(cast.dialogue_id, "response")
    for number, sent in enumerate(people):
        cast.write(service.respond, made, queries.response_mark(key, f"{number:032x}", made), sent)
    expected = recount(list(row.items), people)
    with cast.reading() as session:
        results = queries.results(session, made)
    assert results.responses == 60
    by_kind = {item.kind: item for item in results.items}
    assert {item.kind for item in results.items} == {kind for kind in TYPED if KINDS[kind].asks}
    compared = 0
    for item in row.asked:
        lines = [by_kind[item.kind].rows, *(part.rows for part in by_kind[item.kind].parts)]
        shown = sum(bar.count for bars in lines for bar in bars)
        least = sum(count - count % 5 for count in expected[item.id].values())
        if item.kind in {"single", "multiple", "yesno", "rating", "score", "matrix"}:
            assert shown == least, item.kind
            compared += shown
    assert compared > 0, "the premise: some groups are large enough"
