"""Out as XLSForm and as JSON, and in again: the same questionnaire, and pyxform takes the XLSForm."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import convert

from survey.core import clock
from survey.questionnaires import building
from survey.questionnaires import items as build
from survey.questionnaires import timing
from survey.questionnaires.exchange import plain
from survey.questionnaires.exchange import sheets
from survey.questionnaires.exchange import upload
from survey.questionnaires.exchange.bringing import bring_in
from survey.questionnaires.exchange.bringing import rows_of
from survey.questionnaires.exchange.bringing import taken_out
from survey.questionnaires.exchange.document import document
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.queries import ItemRow
from tests.questionnaires.test_recount import TYPED
from tests.questionnaires.test_recount import random_items

Figure = Callable[[str], None]
WORDS = (
    "Đúng giờ",
    'Nói "thật"',
    "it's ${x}",
    "=1+1",
    "2,5 triệu",
    "a & b < c",
    "Có | Không",
    "-",
    "x'y\"z",
    "1 – một",
    "9",
)
SURE = {
    "single": lambda r: {"options": lines(r), "other": r.random() < 0.5, "shuffled": r.random() < 0.5},
    "multiple": lambda r: {"options": lines(r), "other": r.random() < 0.5, "fewest": r.choice(["", "1"]),
                           "most": r.choice(["", "2"])},
    "rating": lambda r: {"steps": str(r.randint(2, 10)), "low": some(r), "high": some(r)},
    "score": lambda r: {"low": some(r), "high": some(r)},
    "matrix": lambda r: {"rows": lines(r), "steps": str(r.randint(2, 10)), "low": some(r), "high": some(r)},
    "rank": lambda r: {"options": lines(r), "shuffled": r.random() < 0.5},
    "number": lambda r: {"least": r.choice(["", "0", "-2,5"]), "greatest": r.choice(["", "1000000", "99,25"]),
                         "decimals": r.random() < 0.5, "measure": r.choice(["", "năm", "triệu đồng"])},
    "date": lambda r: {"least": r.choice(["", "1/1/2020"]), "greatest": r.choice(["", "26/3/2031"])},
    "section": lambda r: {"page": r.random() < 0.5}, "text": lambda r: {"board": r.random() < 0.5},
    "unit": lambda r: {"units": [("s", "Sở", 0), ("v", "Văn phòng", 1), ("t", "Thanh tra", 1), ("k", "Văn phòng", 0)]},
}  # fmt: skip
OPS = {
    "choice": ("equals", "differs", "contains"), "ordered": ("equals", "differs", "greater", "less"),
    "words": ("contains", "equals"),
}  # fmt: skip


@dataclass
class Head:
    """A questionnaire."""

    title: str = "Phiếu thử"
    intro: str = ""
    editable: bool = True
    results_shown: bool = False
    rows_announced: bool = False
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None


def lines(chance: random.Random) -> str:
    return "\n".join(chance.sample(WORDS, chance.randint(2, len(WORDS))))


def some(chance: random.Random) -> str:
    return chance.choice(["", *WORDS])


def any_items(chance: random.Random) -> list[ItemRow]:
    """Items of every kind with all that they can say, and rules of every comparison."""
    made: list[ItemRow] = []
    for number in range(chance.randint(1, 12)):
        kind = chance.choice(list(KINDS))
        settings = KINDS[kind].configure(SURE.get(kind, lambda _r: {})(chance), {})
        help_ = chance.choice(["", "Một dòng", "Hai\n\ndòng ${đây}"])
        asks = KINDS[kind].asks
        made.append(ItemRow(
            f"i{number}", kind, chance.choice(WORDS), help_, asks and chance.random() < 0.4, settings, any_rule(made, chance),
        ))  # fmt: skip
    return made


def any_rule(earlier: list[ItemRow], chance: random.Random) -> dict[str, Any]:
    sources = [item for item in earlier if KINDS[item.kind].asks]
    if not sources or chance.random() < 0.4:
        return {}
    tests = []
    for source in chance.sample(sources, min(len(sources), chance.randint(1, 3))):
        family = "choice" if source.kind in {"single", "multiple", "yesno", "unit"} else "ordered" if source.kind in {
            "rating", "score", "number", "date"} else "words" if source.kind in {"text", "short"} else ""  # fmt: skip
        op = chance.choice([*OPS.get(family, ()), "answered", "empty"])
        value = chance.choice(WORDS) if family == "words" else str(chance.randint(1, 9)) if family == "ordered" else ""
        if source.kind == "date":
            value = f"{chance.randint(1, 28)}/{chance.randint(1, 12)}/2026"
        if family == "choice":
            ids = [o["id"] for o in source.settings.get("options", ())] or ["yes", "no"]
            value = chance.choice([*ids, "other"] if source.settings.get("other") else ids)
        tests.append({"item": source.id, "op": op, "value": "" if op in {"answered", "empty"} else value})
    return {"join": chance.choice(["all", "any"]), "tests": tests}


def one_round(items: list[ItemRow], head: Head) -> bytes:
    """Out and in again both ways; the workbook."""
    first = document(head, items)
    book = sheets.workbook(first)
    again = upload.found(book, "a.xlsx")
    assert again["document"] == first
    assert not [one for one in again["complaints"] if one["lost"]]
    assert {one["message"][:8] for one in again["complaints"]} <= {"Không ai", "Điều kiệ"}, (
        "only what the rules themselves are"
    )
    assert upload.found(plain.write(first), "a.json")["document"] == first
    return book


@pytest.mark.claim("surveys", "a questionnaire comes back from its XLSForm and from its JSON as it was")
def test_out_and_in_again_is_the_same(figure: Figure) -> None:
    """The questionnaires of the recount, and others of every kind with words that files stumble over."""
    judged = 0
    for seed in range(80):
        chance = random.Random(seed)
        head = Head(
            chance.choice(WORDS), chance.choice(["", "Chào bạn.\n\n=Phiếu ${này}"]), seed % 2 == 0, seed % 3 == 0
        )
        one_round(random_items(random.Random(seed)), head)
        book = one_round(any_items(chance), head)
        if seed % 5 == 0:
            warned: list[str] = []
            convert(io.BytesIO(book), file_type=".xlsx", form_name="data", warnings=warned)
            assert warned == [], seed
            judged += 1
    figure(f"160 questionnaires out and in as XLSForm and as JSON, 0 differences; pyxform took {judged} of {judged}")


@pytest.mark.night
def test_out_and_in_again_is_the_same_for_long() -> None:
    """3,000 of them."""
    for seed in range(10_000, 13_000):
        one_round(any_items(random.Random(seed)), Head())


def test_a_difference_would_be_seen() -> None:
    """The control: one option that changes its place is another questionnaire."""
    items = next(found for seed in range(99) if (found := any_items(random.Random(seed)))[0].kind == "rank")
    turned = [
        replace(items[0], settings={**items[0].settings, "options": items[0].settings["options"][::-1]}),
        *items[1:],
    ]
    assert document(Head(), items) != document(Head(), turned)
    assert document(Head(), items) == document(Head(), list(items))


def test_every_setting_of_every_kind_has_a_shape() -> None:
    """A setting that a kind gains comes in and goes out, or this fails."""
    for kind, made in {**TYPED, **SURE}.items():
        settings = KINDS[kind].configure(made(random.Random(1)), {})
        known = {*plain.SETTINGS[kind], *KINDS[kind].fields}
        assert set(settings) <= known, kind


def test_the_database_holds_the_same_after_a_round(cast) -> None:
    """Through the builder, both files, and a second questionnaire in the same dialogue."""
    from survey.questionnaires import building

    made = cast.write(building.create, cast.dialogue_id, "Đủ loại")
    chance = random.Random(3)
    for kind in KINDS:
        if kind != "unit":
            typed = {"label": kind, "help": "Giải thích", "required": True, **SURE.get(kind, lambda _r: {})(chance)}
            cast.write(build.add_item, cast.dialogue_id, made, kind, typed)
    with cast.reading() as session:
        first = taken_out(session, cast.dialogue_id, made)
    for data, name in ((sheets.workbook(first), "a.xlsx"), (plain.write(first), "a.json")):
        said = upload.found(data, name)["document"]
        again = cast.write(bring_in, cast.dialogue_id, said, rows_of(said, []))
        with cast.reading() as session:
            assert taken_out(session, cast.dialogue_id, again) == first
    assert len(first["items"]) == len(KINDS) - 1


def test_the_documented_example_is_read() -> None:
    """What docs/questionnaire-json.md shows comes in without a word."""
    text = Path("docs/questionnaire-json.md").read_text(encoding="utf-8")
    example = text.split("```json\n", 1)[1].split("```", 1)[0]
    found = upload.found(example.encode(), "a.json")
    assert found["complaints"] == []
    assert found["document"] == json.loads(example)


def test_the_promise_of_rows_and_the_hours_come_along(poll):
    """In both kinds of files, and into the draft; hours that have passed stay behind, and the preview says so."""
    cast, dialogue = poll.cast, poll.cast.dialogue_id
    opens, closes = (dt.datetime(2031, 3, day, 1, tzinfo=dt.UTC) for day in (26, 27))
    copied = cast.write(building.copy, dialogue, poll.id)
    cast.write(building.change, dialogue, copied, {"rows_announced": True})
    cast.write(timing.set_hours, dialogue, copied, opens, closes, clock.now())
    with cast.reading() as session:
        said = taken_out(session, dialogue, copied)
    assert (said["rows_announced"], said["opens_at"], said["closes_at"]) == (
        True, "2031-03-26T08:00+07:00", "2031-03-27T08:00+07:00",
    )  # fmt: skip
    for name, data in (("a.json", plain.write(said)), ("a.xlsx", sheets.workbook(said))):
        found = upload.found(data, name)
        assert (found["document"], found["complaints"]) == (said, [])
        made = cast.write(bring_in, dialogue, found["document"], rows_of(found["document"], []))
        with cast.reading() as session:
            assert taken_out(session, dialogue, made) == said
    last_year = {**said, "opens_at": "2020-03-26T08:00+07:00", "closes_at": ""}
    for name, data in (("a.json", plain.write(last_year)), ("a.xlsx", sheets.workbook(last_year))):
        found = upload.found(data, name)
        assert (found["document"]["opens_at"], [one["value"] for one in found["complaints"]]) == (
            "", ["2020-03-26T08:00+07:00"],
        )  # fmt: skip
    broken = upload.found(sheets.workbook({**said, "opens_at": "mai"}), "a.xlsx")
    assert (broken["document"]["opens_at"], [one["value"] for one in broken["complaints"]]) == ("", ["mai"])
