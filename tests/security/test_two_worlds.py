"""Two worlds that differ in nothing but which of two members did it: nobody else can tell them apart, nor can the database."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import re
import sys
import zipfile
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update

from survey import lifecycle
from survey.core import clock
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.desk import order
from survey.exports import house_out
from survey.exports.catalogue import NAMES
from survey.exports.catalogue import ORDER
from survey.moderation.passing import PASSING
from survey.moderation.presence import PRESENCE
from survey.moderation.waits import WAITS
from survey.questions.models import Question
from survey.stage import queries as stage
from survey.stage.memory import Memory
from survey.web import limits
from tests.security.world import World
from tests.security.world import without_tokens

Figure = Callable[[str], None]
Acts = Callable[["Played", str, str], None]
MOMENT = dt.datetime(2026, 3, 26, 1, 2, 3, 456789, tzinfo=dt.UTC)
# Pseudonyms under keys that die: each is a random-looking number that stands for one ballot and one object.
RANDOM = {"questions": {"author", "mute"}, "supports": {"voter"}, "responses": {"mark"}, "threads": {"author", "mute"}}


class Played:
    """One world: the base with its browsers, in a folder of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.room, self.desk = f"/d/{world.here.code}", f"/s/{world.here.code}"
        for browser in world.people.values():  # whose screens the hall does not see
            browser.set_cookie(f"own_screen_{world.here.code}", "1", domain=world.host, path="/s")

    def do(self, who: str, method: str, path: str, form: dict[str, Any] | None = None) -> Any:
        """One act, which must be taken."""
        answer = self.world.ask(who, method, path, form)
        assert answer.status_code in {200, 201, 204}, f"{who} {path}: {answer.text}"
        return answer.get_json(silent=True)


@contextmanager
def certain(monkeypatch: pytest.MonkeyPatch, seed: int) -> Iterator[None]:
    """The same chance and the same moment for each world: ids, tie breakers and shuffles come out alike."""
    chance = random.Random(seed)
    with monkeypatch.context() as patch:
        patch.setattr(random, "_urandom", chance.randbytes)
        patch.setattr(os, "urandom", chance.randbytes)
        real = clock.now
        for module in [m for name, m in sys.modules.items() if name.startswith("survey.")]:
            if getattr(module, "now", None) is real:
                patch.setattr(module, "now", lambda: MOMENT)
        for memory, name in ((PRESENCE, "_tables"), (PASSING, "_plans"), (PASSING, "_on")):
            patch.setattr(memory, name, {})
        for known in (order.QUEUES, WAITS, PASSING):
            known.clear()
        patch.setattr(PRESENCE, "_clock", MOMENT.timestamp)
        patch.setattr(stage, "MEMORY", Memory())
        yield


@pytest.fixture(scope="module")
def base(copies: Callable[[], World]) -> Callable[[], Played]:
    """`base()` gives the same world again and again: three phones are in, everything else is as it was built."""
    return lambda: Played(copies())


def acts(played: Played, asker: str, other: str) -> None:
    """Everything that a member can do, by two of them; then what staff do with it."""
    here, room, desk = played.world.here, played.room, played.desk
    asked = played.do(asker, "POST", f"{room}/questions", {"body": "Bao giờ tăng lương cơ sở?", "client_id": "n1"})
    played.do(asker, "POST", f"{room}/questions/{asked['id']}", {"body": "Bao giờ tăng lương cơ sở cho xã?"})
    second = played.do(other, "POST", f"{room}/questions", {"body": "Nhà văn hóa sửa khi nào?", "client_id": "n2"})
    gone = played.do(asker, "POST", f"{room}/questions", {"body": "Câu này tôi sẽ rút lại", "client_id": "n3"})
    played.do(asker, "POST", f"{room}/questions/{gone['id']}/withdrawal")
    for who, question, tail in (
        (asker, here["approved"], "vote"), (asker, here["second"], "vote"), (asker, here["second"], "vote/withdrawal"),
        (other, here["second"], "vote"), (asker, here["answered"], "skip"),
    ):  # fmt: skip
        played.do(who, "POST", f"{room}/questions/{question}/{tail}")
    survey = f"{room}/surveys/{here['questionnaire']}"
    played.do(asker, "POST", survey, {here["item"]: "Mong được nói thẳng", "counter": "1"})
    played.do(other, "POST", survey, {here["item"]: "Mong được nghe thật", "counter": "1"})
    played.do(asker, "POST", survey, {here["item"]: "Mong được nói thẳng và thật", "counter": "2"})
    for question, act, form in ((asked["id"], "approve", {}), (second["id"], "reject", {"reason": "unclear"}),
                                (asked["id"], "call", {}), (asked["id"], "note", {"note": "Sẽ tăng từ tháng bảy"}),
                                (asked["id"], "answer", {})):  # fmt: skip
        played.do("moderator", "POST", f"{desk}/questions/{question}/{act}", form)


def sights(played: Played) -> dict[str, str]:
    """All that anybody but the two can see, page by page."""
    here, room, desk = played.world.here, played.room, played.desk
    pages = {
        "moderator": [f"{desk}/moderate", *(f"{desk}/moderate?list={name}" for name in
                      ("pending", "approved", "held", "rejected", "answered")), f"{desk}/moderate?whole=1&q=luong",
                      f"{desk}/lead", f"{desk}/screen", f"{desk}/manage", f"{desk}/devices"],
        "leader": [f"{desk}/lead", f"{desk}/lead/print", f"{desk}/screen"],
        "screen": [f"{desk}/screen"],
        "organiser": [f"{desk}/manage", f"{desk}/surveys", f"{desk}/surveys/{here['questionnaire']}/results", f"{desk}/exports",
                      f"{desk}/staff", *(f"{desk}/exports/{table}/print" for table in ORDER),
                      *(f"{desk}/exports/{table}.{fmt}" for table in NAMES for fmt in ("csv", "json", "xlsx"))],
        "Chi": [room, *(f"{room}?tab={tab}" for tab in ("unseen", "ranking", "mine")), f"{room}/board", f"{room}/board.json",
                f"{room}/surveys/{here['questionnaire']}"],
        "stranger": [room, f"{room}/board.json", "/"],
    }  # fmt: skip
    found = {}
    for who, paths in pages.items():
        for path in paths:
            for part in ({}, {"HX-Request": "true"}) if path.startswith("/s/") and "exports" not in path else ({},):
                answer = played.world.ask(who, "GET", path, headers={"Accept": "*/*", **part})
                assert answer.status_code == 200, path
                page = re.sub(
                    r' data-clock="[^"]*"', "", without_tokens(answer.data.decode("utf-8", "backslashreplace"))
                )
                found[f"{who} {path} {part}"] = re.sub(r'name="client_id" value="\w+"', "", page)
    return found


PAPERS = (
    "plan",
    "invitation",
    "rules",
    "guide",
    "script",
    "ranking",
    "minutes",
    "summary",
    "notice",
    "tracking",
    "surveys",
)


def afterwards(played: Played) -> dict[str, str]:
    """The hall is closed: what everybody may read then, and every part of the file that moves to another installation."""
    here, world = played.world.here, played.world
    world.db.write(lifecycle.close, here.id, actor="test")
    moving = io.BytesIO()
    with world.db.reading() as session:
        house_out.make(session, world.app.extensions["survey"]["settings"].data_dir, here.code, moving)
    with zipfile.ZipFile(moving) as parts:
        found = {f"move {name}": parts.read(name).decode() for name in parts.namelist()}
    for path in (f"/p/{here.code}", f"/p/{here.code}.json", f"{played.desk}/exports/all.csv"):
        found[f"afterwards {path}"] = without_tokens(world.ask("organiser", "GET", path).get_data(as_text=True))
    for paper in PAPERS:
        answer = world.ask("organiser", "GET", f"{played.desk}/exports/{paper}.docx")
        with zipfile.ZipFile(io.BytesIO(answer.get_data())) as parts:
            found[f"paper {paper}"] = parts.read("word/document.xml").decode()
    return found


def rows(played: Played) -> dict[str, list[str]]:
    """The databases without the pseudonyms, and how many of those there are."""
    found: dict[str, list[str]] = {}
    for name, metadata in (("db", Base.metadata), ("roll", RollBase.metadata)):
        with played.world.app.extensions["survey"][name].reading() as session:
            for table in metadata.sorted_tables:
                left_out = RANDOM.get(table.name, set())
                kept = [column for column in table.columns if column.name not in left_out]
                found[table.name] = sorted(repr(tuple(row)) for row in session.execute(select(*kept)))
                for column in left_out:
                    values = session.execute(select(table.c[column])).scalars().all()
                    found[f"{table.name}.{column}"] = [f"{len(values)} of {len(set(values))}"]
    return found


def play(
    base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch, asker: str, other: str, script: Acts = acts
) -> tuple[dict[str, str], dict[str, list[str]], dict[str, str]]:
    """One world from the base to the end: what can be seen, what is stored, and what the two see themselves."""
    limits.limiter.reset()
    with certain(monkeypatch, 26):
        played = base()
        script(played, asker, other)
        own = {who: played.world.people[who].get(f"{played.room}?tab=mine").text for who in (asker, other)}
        return {**sights(played), **afterwards(played)}, rows(played), own


def different(one: dict[str, Any], two: dict[str, Any]) -> list[str]:
    """What is not the same in both."""
    return [name for name in one if one[name] != two.get(name)] + [name for name in two if name not in one]


@pytest.mark.claim(
    "anonymity", "swapping which of two members acted changes no page, file or row that anybody else can read"
)
def test_two_worlds_look_the_same(base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch, figure: Figure) -> None:
    """An asks and Bình supports, or the other way round: moderator, leader, screen, exports, Chi's phone and the databases."""
    seen_a, stored_a, own_a = play(base, monkeypatch, "An", "Bình")
    seen_b, stored_b, own_b = play(base, monkeypatch, "Bình", "An")
    figure(
        f"{len(seen_a)} pages and files, {sum(map(len, stored_a.values()))} rows, {len(different(seen_a, seen_b))} differ"
    )
    assert different(seen_a, seen_b) == []
    assert different(stored_a, stored_b) == []
    assert "lương cơ sở cho xã" in own_a["An"], "the premise: who asked sees it under her own questions"
    assert "lương cơ sở cho xã" in own_b["Bình"]
    assert "lương cơ sở cho xã" not in own_a["Bình"]
    assert "lương cơ sở cho xã" not in own_b["An"]
    assert any("lương cơ sở cho xã" in page for page in seen_a.values()), "and the others read it"
    assert any("bảy" in page for page in seen_a.values())


def test_the_comparison_would_see_a_leak(base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: one byte of the asker's ballot in a column that staff read, and both comparisons fall."""

    def leaking(played: Played, asker: str, other: str) -> None:
        acts(played, asker, other)
        cookie = played.world.people[asker].get_cookie("ballot", path=played.room)
        assert cookie is not None
        leak = update(Question).where(Question.body.contains("lương cơ sở")).values(unit=cookie.value[:4])
        played.world.db.write(lambda session: session.execute(leak) and None)

    seen_a, stored_a, _ = play(base, monkeypatch, "An", "Bình", leaking)
    seen_b, stored_b, _ = play(base, monkeypatch, "Bình", "An", leaking)
    assert different(seen_a, seen_b) != []
    assert different(stored_a, stored_b) == ["questions"]


def test_the_same_world_twice_is_the_same(base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch) -> None:
    """The other control: chance and time are the same in both, so a difference above would come from who acted."""
    seen_a, stored_a, _ = play(base, monkeypatch, "An", "Bình")
    seen_b, stored_b, _ = play(base, monkeypatch, "An", "Bình")
    assert different(seen_a, seen_b) == []
    assert different(stored_a, stored_b) == []
