"""Who drew which card is nowhere: what a thief of the disk finds of a card, and what of its order.

What the disk does give away, and why it is no person. A card is marked as used and its ballot is written in one
transaction, because a card that is used without a ballot would cost somebody their voice. Whoever takes the write-ahead
log while it lives (on PostgreSQL: the rows, whose `xmin` names the transaction, until they are rewritten) sees which mark
became which ballot; with the key `ticket`, which lies outside the databases and dies five minutes after the closing, and
with the codes, which are on paper alone, also which code; without them still the sheet, that is eight cards. This leads
from card to ballot and never on to a person: nobody wrote down who drew which card, and no page, row or line knows it.
Whoever hands cards out by name in the order of the sheets makes that list by hand; that is what the box is for, and the
control below shows how much such a list would be worth.
"""

from __future__ import annotations

import base64
import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy import text

from bench.client import Client
from bench.client import by_card
from bench.server import Running
from bench.server import command
from bench.server import running
from survey.cli.thief import commits
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.room import service
from survey.room.tickets import card_mark
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.security.test_order_and_time import FAR
from tests.security.test_order_and_time import correlation

Figure = Callable[[str], None]
PEOPLE = 12
MANY = 200
CHANCE = 1.0  # right guesses that are expected of so many people by chance, however many they are
QUESTION = "Canh bạc của con chim vành khuyên: bao giờ có sân chơi ạ?"


def spellings(code: str) -> dict[str, bytes]:
    """A code as a program may keep it: letters, cut in two, as a number of bytes, under the usual hashes."""
    forms = {"letters": code.encode(), "small": code.lower().encode(), "cut": f"{code[:4]}-{code[4:]}".encode()}
    forms |= {"spaced": f"{code[:4]} {code[4:]}".encode(), "utf-16": code.encode("utf-16-le"),
              "base64": base64.b64encode(code.encode()).rstrip(b"="), "backwards": code[::-1].encode()}  # fmt: skip
    for kind in ("md5", "sha1", "sha256"):
        for name, written in (("", code), (" small", code.lower())):
            made = hashlib.new(kind, written.encode()).digest()
            forms |= {f"{kind}{name}": made[:16], f"{kind}{name} hex": made.hex()[:32].encode()}
    return forms


def places(data: bytes, codes: list[str]) -> list[tuple[str, str]]:
    """Each code that stands in `data`, with its spelling."""
    return [(code, name) for code in codes for name, form in spellings(code).items() if form in data]


@dataclass
class Run:
    """A hall from the first card to the end, its disk while it ran and afterwards, and the codes that only paper knew."""

    server: Running
    codes: list[str]
    secrets: list[str] = field(default_factory=list)
    disks: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def copy(self, moment: str) -> None:
        """Take every file as a thief would find it now: databases with their logs, keys, what the server printed."""
        files = [path for path in self.server.folder.rglob("*") if path.is_file()]
        self.disks[moment] = {path.relative_to(self.server.folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Twelve people draw, come in, ask and support; some try twice or mistype; then the hall closes and is concluded."""
    with running("department", "--members", str(PEOPLE), "--entry", "tickets") as server:
        links = server.sample["entries"]
        made = Run(server, [link.rsplit("=", 1)[1] for link in links])
        base = f"/d/{server.sample['code']}"
        for number, link in enumerate(links):
            phone = by_card(link)
            made.secrets.append(phone.cookies[base, "ballot"])
            headers = {"X_CSRFToken": phone.csrf(f"{base}/leave"), "Accept": "application/json"}
            asked = {"body": f"{QUESTION} ({number})", "client_id": new_token()}
            assert phone.post(f"{base}/questions", asked, **headers).status == 201
            board = phone.get(f"{base}/board.json").json()["questions"]
            target = next(row["id"] for row in board if row["state"] == "approved")
            assert phone.post(f"{base}/questions/{target}/vote", {}, **headers).status == 200
            assert Client(server.url).get(f"{base}/entry?ticket={made.codes[number]}").status == 200, "used: said so"
            for wrong in (made.codes[number], made.codes[number][::-1]):
                late = Client(server.url)
                token = late.csrf(f"{base}/leave")
                assert late.post(f"{base}/entry", {"csrf_token": token, "ticket": wrong}).status in {409, 422}
        made.copy("while it ran")
        for step in ("close", "conclude"):
            command(server.environ, step, server.sample["code"])
        made.copy("when it was over")
        yield made


@pytest.mark.claim("anonymity", "the code of a card stands in no file, while the hall runs or afterwards")
def test_the_code_of_a_card_is_on_paper_alone(run: Run, figure: Figure) -> None:
    """Every byte of databases, logs, keys and of what the server said, in every spelling and under the usual hashes."""
    hits = [(moment, name, where) for moment, disk in run.disks.items() for name, data in disk.items()
            for where in places(data, run.codes) + [(s, "secret") for s in run.secrets if s.encode() in data]]  # fmt: skip
    size = sum(len(data) for disk in run.disks.values() for data in disk.values())
    forms, files = len(spellings("ABCDEFGH")), sum(map(len, run.disks.values()))
    figure(f"{len(run.codes)} codes in {forms} spellings, {size:,} bytes of {files} files: {len(hits)} hits")
    assert hits == []
    disk = run.disks["while it ran"]
    assert {"data/main.sqlite3", "data/main.sqlite3-wal", "server.log"} <= set(disk), "the control: what was searched"
    everything = b"".join(disk.values())
    assert QUESTION.encode() in everything, "the control: what was written is found by this search"
    assert all(digest(secret) in everything for secret in run.secrets)
    for form in spellings(run.codes[0]).values():
        assert places(b"x" + form + b"y", run.codes[:1]), "the control: each spelling would be a hit"


@pytest.mark.claim("anonymity", "no row joins a card and a ballot, and a card's mark stands in one table alone")
def test_no_row_joins_card_and_ballot(run: Run, figure: Figure) -> None:
    """Every value of every table: marks of cards are in `tickets`, ballots in `ballots`, and what both hold is the dialogue."""
    values = cells(run.server.folder / "data" / "main.sqlite3")
    with closing(sqlite3.connect(run.server.folder / "data" / "main.sqlite3")) as main:
        marks = {bytes(row[0]) for row in main.execute("SELECT mark FROM tickets")}
        ballots = {bytes(row[0]) for row in main.execute("SELECT ballot FROM ballots")}
        dialogue = main.execute("SELECT id FROM dialogues").fetchone()[0]
        columns = [row[1] for row in main.execute("PRAGMA table_info(tickets)")]
    assert (len(marks), len(ballots)) == (2 * PEOPLE, 2 * PEOPLE)
    where = {name: {table for table, found in values.items() if found & known} for name, known in
             (("mark", marks), ("ballot", ballots))}  # fmt: skip
    shared = values["tickets"] & values["ballots"]
    figure(
        f"{len(marks)} marks in {where['mark']}, {len(ballots)} ballots in {where['ballot']}; {len(shared)} value shared"
    )
    assert where == {"mark": {"tickets"}, "ballot": {"ballots"}}
    assert shared == {dialogue}
    assert columns == ["dialogue_id", "mark", "sheet", "site", "state"], "a new column is a decision"
    assert not cells(run.server.folder / "data" / "roll.sqlite3").keys() & {"tickets", "ballots"}


def cells(path: Path) -> dict[str, set[Any]]:
    """All values of each table, numbers left out: there are too few of them to name anybody."""
    with closing(sqlite3.connect(path)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: {
                value
                for row in database.execute(f'SELECT * FROM "{table}"')
                for value in row
                if isinstance(value, str | bytes) and len(value) > 8
            }
            for table in tables
        }


# --- The order -------------------------------------------------------------------------------------------------------


@dataclass
class Drawn:
    """Who drew which card in the order of coming, which nobody knows but this test."""

    sheets: list[str]  # codes in the order of the sheets
    came: list[str]  # codes in the order in which people came in
    ballot_of: dict[str, bytes]

    def right(self, guessed: list[bytes]) -> int:
        """How many are right if the k-th ballot that is found belongs to the k-th card of the sheets."""
        return sum(self.ballot_of[code] == ballot for code, ballot in zip(self.sheets, guessed, strict=True))

    def places(self, ballots: list[bytes]) -> list[int]:
        """Each ballot as the place of its card on the sheets."""
        code_of = {ballot: code for code, ballot in self.ballot_of.items()}
        place = {code: number for number, code in enumerate(self.sheets)}
        return [place[code_of[ballot]] for ballot in ballots]


def come_in(cast: Cast, draw: Callable[[list[str]], list[str]]) -> Drawn:
    """Print the cards, let people draw them so, and let each in by a transaction of its own: a slow hall is the worst."""
    sheets = cast.cards(MANY)
    key = cast.keys.get(cast.dialogue_id, "ticket")
    drawn = Drawn(sheets, draw(sheets), {})
    for code in drawn.came:
        secret = new_token()
        cast.write(service.enter_by_card, key, cast.dialogue_id, code, secret)
        drawn.ballot_of[code] = digest(secret)
    return drawn


def from_a_box(sheets: list[str]) -> list[str]:
    return random.Random(11).sample(sheets, len(sheets))


@dataclass
class Stolen:
    """A disk commit by commit: ballots as they came up, and which mark was used in the same commit."""

    ballots: list[bytes] = field(default_factory=list)
    pairs: dict[bytes, bytes] = field(default_factory=dict)  # ballot -> mark, where one commit brought one of each


def steal(database: Path, folder: Path) -> Stolen:
    """What the write-ahead log tells, by looking at the database as it was after each commit."""
    stolen, log = Stolen(), database.with_name(database.name + "-wal").read_bytes()
    marks: set[bytes] = set()
    copy = folder / "copy.sqlite3"
    shutil.copy(database, copy)
    for end in [0, *commits(log)]:
        copy.with_name("copy.sqlite3-shm").unlink(missing_ok=True)
        copy.with_name("copy.sqlite3-wal").write_bytes(log[:end])
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as state:
            try:
                ballots = {bytes(row[0]) for row in state.execute("SELECT ballot FROM ballots")} - set(stolen.ballots)
                used = {bytes(row[0]) for row in state.execute("SELECT mark FROM tickets WHERE state = 'used'")} - marks
            except sqlite3.OperationalError:
                continue  # the copy of the file is older than its tables
        marks |= used
        stolen.ballots += sorted(ballots)
        if len(ballots) == len(used) == 1:
            stolen.pairs[ballots.pop()] = used.pop()
    return stolen


def rows(cast: Cast, query: str) -> list[bytes]:
    with cast.reading() as session:
        return [bytes(row[0]) for row in session.execute(text(query), {"d": cast.dialogue_id})]


def main_file(cast: Cast) -> Path:
    settings = cast.app.extensions["survey"]["settings"]
    return Path(settings.data_dir) / "main.sqlite3"


@pytest.fixture
def hall(app: Any) -> Cast:
    """An open hall into which cards lead."""
    return make_cast(app, "open_hall", entry="tickets")


IN_ROWS = "SELECT ballot FROM ballots WHERE dialogue_id = :d"
MARKS_IN_ROWS = "SELECT mark FROM tickets WHERE dialogue_id = :d AND state = 'used'"


@pytest.mark.claim(
    "anonymity", "who knows the order of the cards on the sheets links no more of them to ballots than chance"
)
def test_the_order_of_the_sheets_says_nothing_of_the_ballots(hall: Cast, tmp_path: Path, figure: Figure) -> None:
    """Cards from a box; the thief has rows, pages and log, and tries them against the sheets, front to back and reversed."""
    drawn = come_in(hall, from_a_box)
    code_of = {card_mark(hall.keys.get(hall.dialogue_id, "ticket"), code): code for code in drawn.sheets}
    marks = [drawn.ballot_of[code_of[mark]] for mark in rows(hall, MARKS_IN_ROWS)]
    orders = {
        "rows of ballots": rows(hall, IN_ROWS), "rows of cards": marks,
        "commits in the log": steal(main_file(hall), tmp_path).ballots,
    }  # fmt: skip
    assert all(sorted(order) == sorted(drawn.ballot_of.values()) for order in orders.values()), "all are looked at"
    far = {name: correlation(drawn.places(order)) for name, order in orders.items()}
    right = {name: max(drawn.right(order), drawn.right(order[::-1])) for name, order in orders.items()}
    worst = max(far, key=lambda name: abs(far[name]))
    figure(f"{MANY} cards, {len(orders)} orders: at most {max(right.values())} right by place (chance {CHANCE:.0f}), "
           f"farthest from chance {far[worst]:+.2f} ({worst}); limit {FAR}")  # fmt: skip
    assert {name: value for name, value in far.items() if abs(value) > FAR} == {}
    assert max(right.values()) <= 8, (
        "by chance one of two hundred; more than eight in any of six orders: once in 100,000"
    )


def test_cards_that_are_handed_out_in_order_would_give_everybody_away(hall: Cast, tmp_path: Path) -> None:
    """The control: the same attack, where somebody handed the cards out from the top of the pile. Hence the box."""
    drawn = come_in(hall, list)
    stolen = steal(main_file(hall), tmp_path)
    assert correlation(drawn.places(stolen.ballots)) > 0.99
    assert drawn.right(stolen.ballots) >= 0.95 * MANY
    assert drawn.right(rows(hall, IN_ROWS)) <= 8, "and even then the rows themselves say nothing"


def test_the_log_joins_a_card_and_its_ballot_and_says_so_here(hall: Cast, tmp_path: Path, figure: Figure) -> None:
    """What is not promised: see the head of this file. With the key and the codes each ballot's code, never a person."""
    drawn = come_in(hall, from_a_box)
    path, key = main_file(hall), hall.keys.get(hall.dialogue_id, "ticket")
    stolen = steal(path, tmp_path)
    code_of = {card_mark(key, code): code for code in drawn.sheets}
    found = {code_of[mark]: ballot for ballot, mark in stolen.pairs.items()}
    assert found == drawn.ballot_of
    without_key = {card_mark(b"x" * 32, code) for code in drawn.sheets} & set(stolen.pairs.values())
    assert without_key == set(), "the codes without the key name no mark"
    stores = hall.app.extensions["survey"]
    stores["db"].dispose()
    log = path.with_name(path.name + "-wal")
    assert not log.exists() or log.stat().st_size == 0, "a server that was stopped leaves no log behind"
    assert sorted(cells(path)["ballots"] - {hall.dialogue_id}) == sorted(drawn.ballot_of.values()), "only the rows"


def test_on_postgres_a_transaction_joins_them_until_the_rows_are_rewritten(request: pytest.FixtureRequest) -> None:
    """The same on PostgreSQL: `xmin` of card and ballot; and rewriting both tables ends it."""
    cast: Cast = request.getfixturevalue("cast_on_postgres")
    entry = make_cast(cast.app, "open_hall", entry="tickets")
    drawn = come_in(entry, from_a_box)
    engine = cast.app.extensions["survey"]["db"]._engine
    joined = text("SELECT count(*) FROM ballots b JOIN tickets t ON b.xmin = t.xmin WHERE t.dialogue_id = :d")
    with engine.connect() as connection:
        assert connection.execute(joined, {"d": entry.dialogue_id}).scalar() == len(drawn.ballot_of)
    with engine.begin() as connection:
        for table in ("ballots", "tickets"):
            names = ", ".join(column["name"] for column in inspect(connection).get_columns(table))
            connection.execute(
                text(f"CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM {table} ORDER BY random()")
            )
            connection.execute(text(f"DELETE FROM {table}"))
            connection.execute(text(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept"))
            connection.execute(text("DROP TABLE kept"))
    with engine.connect() as connection:
        pairs = connection.execute(joined, {"d": entry.dialogue_id}).scalar()
    assert pairs == len(drawn.ballot_of) ** 2, "one transaction wrote all of them: each card goes with every ballot"
