"""`demo-trust`: the same three attacks on each way in, played over real HTTP, and what each gave away.

A server of its own is started over an empty folder; thirty made-up members come, each asks one question and supports
three. The play knows who did what and so can say how many of the thief's guesses are right; the thief knows only what a
stolen disk holds.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from sqlalchemy.orm import Session

from survey import lifecycle
from survey.accounts import service as accounts
from survey.cli.windows import Window
from survey.core.boxes import Boxes
from survey.core.clock import now
from survey.core.db import Database
from survey.core.errors import Busy
from survey.core.ids import new_id
from survey.core.keys import KeyStore
from survey.core.migrations import upgrade
from survey.core.paths import PACKAGE
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import service as dialogues
from survey.dialogues.entry import Entry
from survey.dialogues.entry import Way
from survey.questions import releasing
from survey.questions import service as questions
from survey.questions.state import State
from survey.roll import people
from survey.roll import secrets
from survey.roll import service as roll
from survey.room import filling
from survey.room import tickets

MEMBERS = 30
WINDOWS = 20  # private windows of one person
SUPPORTED = 3  # questions that each member supports
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang")
WAYS = (Way.OPEN, Way.TICKETS, Way.ROLL, Way.BLIND)


@dataclass
class Played:
    """One dialogue after the play: where it lies, and the truth that only the play knows."""

    way: Way
    dialogue_id: str
    code: str
    names: list[str]
    means: dict[str, str] = field(default_factory=dict)  # name -> card code or secret of the personal link
    asked: dict[str, str] = field(default_factory=dict)  # question id -> name
    supported: set[tuple[str, str]] = field(default_factory=set)  # (name, question id)
    first: str = ""  # the question that everybody sees from the beginning
    counted: int = 0  # votes that one person's private windows were worth


@contextmanager
def stage(folder: Path) -> Iterator[tuple[Stores, str]]:
    """A server over empty databases in `folder`, and its address; it dies with the block."""
    settings = {"DATA_DIR": str(folder / "data"), "KEY_DIR": str(folder / "keys"), "HOST": "127.0.0.1", "BASE_URL": ""}
    (folder / "data").mkdir()
    urls = {name: f"sqlite:///{(folder / 'data' / name).as_posix()}.sqlite3" for name in ("main", "roll")}
    for name, url in urls.items():
        upgrade(url, "main" if name == "main" else "roll")
    keys = KeyStore(folder / "keys")
    stores = Stores(Database(urls["main"]), Database(urls["roll"]), keys, Boxes(folder / "data-box", keys))
    port = _free_port()
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "ROLL_DATABASE_URL", "REDIS_URL"}}
    server = subprocess.Popen(
        [sys.executable, "-m", "app"], env={**kept, **settings, "PORT": str(port), "PYTHONPATH": path},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, server)
        yield stores, base
    finally:
        server.terminate()
        server.wait(10)
        stores.db.dispose()
        stores.roll.dispose()


def play(stores: Stores, base: str, way: Way, chance: random.Random) -> Played:
    """Thirty members come in an order of chance, ask and support; the first of them tries twenty private windows."""
    played = _prepare(stores, way)
    coming = chance.sample(played.names, MEMBERS)
    inside = dict[str, Window]() if way != Way.BLIND else _through_the_opening(stores, base, played, coming, chance)
    for number, name in enumerate(inside or coming):
        window = inside.get(name) or _comes(base, played, name, alone=number == 0)
        played.asked[window.ask(f"Câu hỏi số {number + 1}: bao giờ việc này được giải quyết?")] = name
        inside[name] = window
    stores.db.write(releasing.release_all, played.dialogue_id)  # by roll questions wait for each other, up to a minute
    for name, window in inside.items():
        for question in chance.sample(list(played.asked), min(SUPPORTED, len(played.asked))):
            window.support(question)
            played.supported.add((name, question))
    return played


def _comes(base: str, played: Played, name: str, *, alone: bool) -> Window:
    if alone:
        return _private_windows(base, played, name)
    window = Window(base, played.code)
    window.enter(played.way, played.means.get(name, ""))
    return window


def _through_the_opening(
    stores: Stores, base: str, played: Played, coming: list[str], chance: random.Random
) -> dict[str, Window]:
    """Everybody has a ballot signed before the hall opens, and enters with all others, in an order that has nothing to do
    with that; who is in, in the order in which they will ask."""
    tried = {
        name: [Window(base, played.code) for _ in range(1 if number else WINDOWS)] for number, name in enumerate(coming)
    }
    held = {name: [one for one in some if one.take_ballot(played.means[name])] for name, some in tried.items()}
    _open(stores, played)
    phones = chance.sample([one for some in held.values() for one in some], sum(map(len, held.values())))
    for phone in phones:
        phone.knock()
    lifecycle.empty_box(stores, played.dialogue_id, now() + filling.WINDOW)
    for phone in phones:
        phone.knock()
    for phone in held[coming[0]]:
        phone.support(played.first)
    played.counted = Window(base, played.code).supporters(played.first)
    return {name: held[name][0] for name in chance.sample(coming, len(coming))}


def _private_windows(base: str, played: Played, name: str) -> Window:
    """Twenty private windows of one person, with the one means that this person has; the first of them stays open."""
    windows = [Window(base, played.code) for _ in range(WINDOWS)]
    for window in windows:
        if window.enter(played.way, played.means.get(name, "")):
            window.support(played.first)
    played.counted = Window(base, played.code).supporters(played.first)
    return windows[0]


def _prepare(stores: Stores, way: Way) -> Played:
    organisation = stores.db.write(accounts.create_organisation, "Chi đoàn thử")
    made = stores.db.write(lifecycle.prepare, stores.keys, organisation, "Ai biết câu nào là của tôi?")
    entry, strong = (Entry.ROLL, True) if way == Way.BLIND else (Entry(way.value), False)
    stores.db.write(lifecycle.set_entry, stores.keys, made["id"], entry, strong=strong)
    stores.db.write(dialogues.change, made["id"], {"pre_moderation": False, "board_public": True})
    names = [f"{family} Văn {given}" for family in FAMILY for given in GIVEN][:MEMBERS]
    played = Played(way, made["id"], made["code"], names)
    if entry == Entry.TICKETS:
        key = stores.keys.get(made["id"], "ticket")
        sheets = stores.db.write(tickets.print_batch, key, made["id"], new_id(), MEMBERS, actor="cli")
        played.means = dict(zip(names, [code for sheet in sheets for code in sheet], strict=True))
    if entry == Entry.ROLL:
        played.means = {name: _enrol(stores, made["id"], name) for name in names}
    if not strong:
        _open(stores, played)
        return played
    stores.roll.write(roll.freeze, made["id"], actor="cli")
    lifecycle.take(stores, made["id"], "collecting", actor="cli")
    return played


def _open(stores: Stores, played: Played) -> None:
    lifecycle.take(stores, played.dialogue_id, "live", actor="cli")
    played.first = stores.db.write(_first_question, played.dialogue_id)


def _first_question(session: Session, dialogue_id: str) -> str:
    text = "Câu có sẵn từ đầu, để đếm lượt ủng hộ."
    return questions.add(session, dialogue_id, text, None, state=State.APPROVED, author=None).id


def _enrol(stores: Stores, dialogue_id: str, name: str) -> str:
    key = stores.keys.get(dialogue_id, "link")
    member_id = stores.roll.write(people.add, key, dialogue_id, people.Person(new_id(), name, None))
    with stores.roll.reading() as session:
        return secrets.personal(key, people.load(session, dialogue_id, member_id)).token


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(base: str, server: subprocess.Popen[bytes], patience: float = 60.0) -> None:
    """Until it answers. Raises `Busy` where it died or took too long."""
    until = time.monotonic() + patience
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Busy(N_("Máy chủ của buổi diễn không khởi động được. Hãy chạy lại sau ít phút."))


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="doi-thoai-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
