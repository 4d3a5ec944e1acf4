"""The same in the strong mode: who on the roll asked and who supported is nowhere, not even for those who run the server."""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import update

from survey import lifecycle
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.questions import releasing
from survey.questions.models import Question
from survey.web import limits
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.security.conftest import memory
from tests.security.conftest import program
from tests.security.disk import Play
from tests.security.test_two_worlds import certain
from tests.security.test_two_worlds import different
from tests.security.world import JSON
from tests.security.world import without_tokens

Figure = Callable[[str], None]
AN, BINH, OTHERS = 0, 1, range(2, 6)
MEMBERS = 12
STAFF = ("organiser", "moderator", "leader", "door", "scrutineer", "secretary")
# HMACs under keys that die, digests of random secrets, random keys: each a number that says nothing by itself.
MASKED = {
    "ballots": {"ballot"}, "supports": {"voter"}, "group_supports": {"voter"}, "questions": {"author", "mute"},
    "gathered_questions": {"author", "mute"}, "responses": {"mark"}, "key_records": {"fingerprint"},
}  # fmt: skip
CLOCK = re.compile(r' data-clock="[^"]*"')  # of the server, by which a page counts seconds
# Of the computer and of this look at it: a code that is good once, the hour, the room on the disk.
MACHINE = re.compile(r"<svg.*?</svg>|\b\d+:\d\d(?::\d\d)?\b|[\d.,]+ (?:GB|MB)", re.DOTALL)
SKIPPED = {"live", "news"}  # streams and what is asked for again and again; the page itself is looked at


@dataclass
class Hall:
    """One world: a hall by blind signatures, a phone for each member, a browser for each role."""

    cast: Cast
    secrets: list[str]
    staff: dict[str, FlaskClient]
    phones: list[FlaskClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        for secret in self.secrets:
            phone = self.cast.app.test_client()
            phone.set_cookie("ballot", secret, path=self.cast.base)
            self.phones.append(phone)
        for browser in self.staff.values():  # whose screens the hall does not see
            browser.set_cookie(f"own_screen_{self.cast.code}", "1", path="/s")

    def act(self, who: int, tail: str, **form: str) -> Any:
        """What a member does on the phone; it must be taken."""
        return self._post(self.phones[who], f"{self.cast.base}/{tail}", self.cast.base, form)

    def decide(self, tail: str, **form: str) -> Any:
        """What the moderator does."""
        return self._post(self.staff["moderator"], f"{self.cast.desk}/{tail}", f"{self.cast.desk}/moderate", form)

    def _post(self, browser: FlaskClient, path: str, page: str, form: dict[str, str]) -> Any:
        answer = browser.post(path, data=form, headers={**JSON, "X-CSRFToken": csrf(browser, page)})
        assert answer.status_code in {200, 201, 303}, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.get_json(silent=True)

    def beat(self) -> None:
        """Twenty seconds, or a minute."""
        releasing.look(self.cast.stores.db, publishing=True, minute=True)


@pytest.fixture(scope="module")
def base(migrated: Path) -> Iterator[Callable[[], Hall]]:
    """`base()` gives the same hall again and again: twelve on the roll have entered with the opening."""
    with tempfile.TemporaryDirectory(prefix="doithoai-", dir=memory()) as name, contextlib.ExitStack() as opened:
        first = Path(name) / "first"
        shutil.copytree(migrated, first / "data")
        cast = make_cast(program(first), "collect", entry="roll", strong=True)
        played = Play(cast, random.Random(26))
        played.prepare(MEMBERS)
        for member in played.members:
            played.come(member)
        lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
        played.enter_with_the_opening()
        staff = {role: cast.staff(role) for role in STAFF}
        secrets = [played.secrets[member] for member in played.members]
        dispose(cast.app)

        def again() -> Hall:
            folder = Path(tempfile.mkdtemp(dir=name))
            shutil.copytree(first, folder, dirs_exist_ok=True)
            app = program(folder)
            opened.callback(dispose, app)
            browsers = {role: app.test_client() for role in staff}
            for role, browser in browsers.items():
                browser._cookies = dict(staff[role]._cookies or {})
            return Hall(
                Cast(app, cast.organisation_id, cast.dialogue_id, cast.code, cast.other_code), secrets, browsers
            )

        yield again


def dispose(app: Flask) -> None:
    """Let go of the files."""
    for name in ("db", "roll"):
        app.extensions["survey"][name].dispose()


def acts(hall: Hall, asker: int, other: int) -> None:
    """One asks, corrects and takes another one back, the other supports; four more ask so that it is a lot."""
    asked = hall.act(asker, "questions", body="Bao giờ tăng lương cơ sở?", client_id="n1")["id"]
    gone = hall.act(asker, "questions", body="Câu này tôi sẽ rút lại", client_id="n3")["id"]
    hall.act(asker, f"questions/{asked}", body="Bao giờ tăng lương cơ sở cho xã?")
    hall.act(asker, f"questions/{gone}/withdrawal")
    rest = [hall.act(n, "questions", body=f"Câu hỏi của người thứ {n}", client_id="n")["id"] for n in OTHERS]
    hall.beat()
    for question in (asked, *rest):
        hall.decide(f"questions/{question}/approve")
    hall.beat()
    for who, question in ((asker, rest[0]), (other, asked), (other, rest[1]), (asker, rest[2])):
        hall.act(who, f"questions/{question}/vote")
    hall.act(other, f"questions/{rest[1]}/vote/withdrawal")
    for tail in ("call", "answer"):
        hall.decide(f"questions/{asked}/{tail}")
    hall.act(asker, "questions", body="Câu này còn đợi các câu khác", client_id="n4")


def sights(hall: Hall) -> dict[str, str]:
    """Every page under `/s/<code>` that each role may see, every file, and what another member and a stranger see."""
    desk, room = hall.cast.desk, hall.cast.base
    rules = [str(rule) for rule in hall.cast.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = [one.replace("/s/<code>", desk) for one in rules if one.startswith("/s/<code>/") and one.count("<") == 1]
    pages = [one for one in pages if one.rsplit("/", 1)[1] not in SKIPPED]
    pages += [f"{desk}/exports/{table}.{kind}" for table in ("questions", "results", "log") for kind in ("csv", "json")]
    found = {}
    for role, browser in hall.staff.items():
        for path in pages:
            found[f"{role} {path}"] = _seen(browser, path)
    for path in (room, f"{room}?tab=ranking", f"{room}/board.json", f"{room}/key"):
        found[f"another member {path}"] = _seen(hall.phones[-1], path)
        found[f"a stranger {path}"] = _seen(hall.cast.stranger(), path)
    return found


def _seen(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    kind = answer.mimetype or ""
    text = answer.get_data(as_text=True) if kind.startswith("text/") or kind == "application/json" else kind
    text = MACHINE.sub("", text) if path.endswith("/ready") else text
    return f"{answer.status_code} {CLOCK.sub('', without_tokens(text))}"


def rows(hall: Hall) -> dict[str, list[str]]:
    """Both databases row by row, with what is masked counted."""
    found: dict[str, list[str]] = {}
    for database, metadata in ((hall.cast.stores.db, Base.metadata), (hall.cast.stores.roll, RollBase.metadata)):
        with database.reading() as session:
            for table in metadata.sorted_tables:
                masked = MASKED.get(table.name, set())
                kept = [column for column in table.columns if column.name not in masked]
                found[table.name] = sorted(repr(tuple(row)) for row in session.execute(select(*kept)))
                for column in masked:
                    values = session.execute(select(table.c[column])).scalars().all()
                    found[f"{table.name}.{column}"] = [f"{len(values)} of {len(set(values))}"]
    return found


def play(
    base: Callable[[], Hall], monkeypatch: pytest.MonkeyPatch, asker: int, other: int, leak: bool = False
) -> tuple[dict[str, str], dict[str, list[str]], str]:
    """One world to its end: what can be seen, what is stored, and the asker's own page."""
    limits.limiter.reset()
    with certain(monkeypatch, 26):
        hall = base()
        acts(hall, asker, other)
        if leak:
            one = update(Question).where(Question.body.contains("lương cơ sở")).values(unit=hall.secrets[asker][:4])
            hall.cast.write(lambda session: session.execute(one) and None)
        return sights(hall), rows(hall), hall.phones[asker].get(f"{hall.cast.base}?tab=mine").text


@pytest.mark.claim(
    "anonymity", "strong mode: swapping which of two members on the roll asked changes no page, file or row of anybody"
)
def test_two_strong_worlds_look_the_same(
    base: Callable[[], Hall], monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    seen_a, stored_a, own_a = play(base, monkeypatch, AN, BINH)
    seen_b, stored_b, own_b = play(base, monkeypatch, BINH, AN)
    assert different(stored_a, stored_b) == []
    assert different(seen_a, seen_b) == []
    for own in (own_a, own_b):
        assert "lương cơ sở cho xã" in own, "the premise: who asked sees it under her own questions"
        assert "còn đợi các câu khác" in own
    assert any("lương cơ sở cho xã" in page for page in seen_a.values()), "and the others read it"
    assert not [name for name, page in seen_a.items() if "còn đợi các câu khác" in page], "but not what still waits"
    looked = sum(page.startswith("200") for page in seen_a.values())
    assert looked >= 40
    figure(
        f"{looked} pages and files of {len(STAFF)} roles and 2 others, {sum(map(len, stored_a.values()))} rows, 0 differ"
    )
    leaking_a, stored_a, _ = play(base, monkeypatch, AN, BINH, leak=True)
    leaking_b, stored_b, _ = play(base, monkeypatch, BINH, AN, leak=True)
    assert different(leaking_a, leaking_b) != [], "the control: four letters of the ballot would be seen"
    assert different(stored_a, stored_b) == ["questions"]
