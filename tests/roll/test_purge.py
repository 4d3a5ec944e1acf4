"""A roll that is deleted is gone from every byte of the data folder; bare counts stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text

from survey import lifecycle
from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.clock import now
from survey.core.columns import RollBase
from survey.core.db import Database
from survey.core.errors import Busy
from survey.core.ids import digest
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.core.text import fold
from survey.roll import counts
from survey.roll import heads
from survey.roll import issuing
from survey.roll import people
from survey.roll import purging
from survey.roll import service
from survey.roll.models import Correction
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.models import UnitCount
from tests.conftest import Cast
from tests.conftest import make_cast

Figure = Callable[[str], None]
DAY = local(now()).date() + dt.timedelta(days=40)
DUE = dt.datetime.combine(DAY, dt.time(0, 1), ZONE)
BEFORE = DUE - dt.timedelta(minutes=2)
UNITS = {"Sở Nội vụ": 9, "Sở Y tế": 7, "Văn phòng": 2}
ANSWERED = {"Sở Nội vụ": ("yes", ""), "Văn phòng": ("no", "thiếu bạn Đặng Thúy Quỳnh mới chuyển về")}


@dataclass
class Planted:
    """A roll with everything on it, and what must not be found any more."""

    cast: Cast
    secrets: dict[str, bytes]

    @property
    def stores(self) -> Stores:
        return self.cast.stores

    def counts(self) -> counts.RollCounts:
        with self.stores.roll.reading() as session:
            found = counts.public(session, self.cast.dialogue_id, opened=True)
        assert found is not None
        return found


def plant(app: Flask, delete_on: dt.date = DAY) -> Planted:
    """Eighteen people of three units, frozen, confirmed, issued, with a late one, a claim and a wish for a correction."""
    cast = make_cast(app, "collect", entry="roll")
    roll, dialogue = cast.stores.roll, cast.dialogue_id
    members = [
        cast.enrol(f"Nguyễn Thị Hồng {unit} {place}", unit, code=f"ĐV-{unit[-1]}-{place:03}",
                   phone=f"09130{ord(unit[-1])}{place:02}", email=f"hong.{ord(unit[-1])}.{place}@tinhdoan.example")
        for unit, size in UNITS.items() for place in range(size)
    ]  # fmt: skip
    wanted = service.Wanted("Phát phiếu kín", "Gọi chị Lan, 0290 123", delete_on, "word", b"w" * 16)
    roll.write(service.change, dialogue, wanted, None, actor="staff:lan")
    roll.write(service.freeze, dialogue, actor="staff:lan")
    links = roll.write(heads.make_links, dialogue, None, actor="staff:lan")
    for unit, (said, remark) in ANSWERED.items():
        roll.write(heads.answer, dialogue, links[unit], said, remark)
    for member in members[:6]:
        issue = (cast.keys.get(dialogue, "weak"), dialogue, member, f"máy của {member}", now())
        roll.write(issuing.issue_weak, *issue)
    roll.write(issuing.hand_card, dialogue, members[7])
    roll.write(_more, cast.keys.get(dialogue, "link"), dialogue, members)
    return Planted(cast, _secrets(cast, members, links))


def _more(session: Any, key: bytes, dialogue: str, members: list[str]) -> None:
    late = people.Person("ĐV-MUỘN", "Trần Văn Muộn", "Sở Y tế", "muon@tinhdoan.example", "0988777666", ("Văn phòng",))
    people.add(session, key, dialogue, late, added="late", reason="mới về nhận công tác")
    session.get(Member, members[1]).claimed = True
    session.get(Issue, (dialogue, members[3])).moved = 2
    session.add(Correction(id=members[2], dialogue_id=dialogue, member_id=members[2], kind="correct",
                           text="Tên tôi là Hường"))  # fmt: skip
    service.log(session, dialogue, "door", actor="staff:lan", reason="dien thoai het pin")


def _secrets(cast: Cast, members: list[str], links: dict[str, str]) -> dict[str, bytes]:
    personal = cast.personal(members[0])
    with cast.stores.roll.reading() as session:
        bound = session.get_one(Issue, (cast.dialogue_id, members[0])).bound
    assert bound is not None
    texts = {
        "a name": "Nguyễn Thị Hồng", "a folded name": fold("Nguyễn Thị Hồng"), "a code": "ĐV-ụ-00",
        "a phone": "09130", "an e-mail": "tinhdoan.example", "a late name": "Trần Văn Muộn",
        "a reason": "mới về nhận công tác", "a reason in the log": "dien thoai het pin", "a wish": "Tên tôi là Hường",
        "a remark of a head": "Đặng Thúy Quỳnh", "an id": members[0], "the id of one who took a ballot": members[5],
    }  # fmt: skip
    digests = {
        "a link": digest(personal.token), "a phone that was bound": bound,
        "a head's link": digest(next(iter(links.values()))), "the word at the door": b"w" * 16,
    }  # fmt: skip
    return {name: value.encode() for name, value in texts.items()} | digests


def found_in(folder: Path, secrets: dict[str, bytes]) -> set[str]:
    """Which of the secrets stand anywhere in any file of the folder, log of the database included."""
    held = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    assert sum(map(len, held)) > 10_000
    return {name for name, secret in secrets.items() if any(secret in data for data in held)}


@pytest.fixture
def planted(app: Flask) -> Planted:
    """The roll, and the proof that a byte search finds all of it."""
    return plant(app)


@pytest.mark.claim("anonymity", "a roll that is deleted is in no byte of the data folder")
def test_no_byte_is_left(planted: Planted, settings: Settings, figure: Figure) -> None:
    """Search every file for names, codes, phones, addresses, links and marks, before and after."""
    before = found_in(settings.data_dir, planted.secrets)
    assert before == set(planted.secrets), "the premise: all of it is there to be found"
    with planted.stores.roll.reading() as page:
        page.execute(select(Member)).first()  # a page that was read and is still open in its browser
    number = purging.purge(planted.stores, planted.cast.dialogue_id, DUE, actor="test")
    left = found_in(settings.data_dir, planted.secrets)
    figure(f"{number} people, {len(before)} kinds of traces before, {len(left)} after")
    assert (number, left) == (19, set())
    assert not [purpose for purpose in purging.KEYS if planted.stores.keys.exists(planted.cast.dialogue_id, purpose)]


def test_deleting_rows_alone_leaves_traces(planted: Planted, settings: Settings) -> None:
    """The negative control: without the rewriting the log of the database still has them."""
    planted.stores.roll.write(purging.forget, planted.cast.dialogue_id, DUE, actor="test")
    assert {"a name", "a phone", "a link"} <= found_in(settings.data_dir, planted.secrets)


def test_bare_counts_stay(planted: Planted) -> None:
    """Minutes that are printed after the deletion have the same figures."""
    before = planted.counts()
    assert (before.total, before.units, before.others) == (18, (("Sở Nội vụ", 9),), 9)
    assert (before.issued, before.cards, before.late, before.claims, before.moved) == (6, 1, 1, 1, 2)
    assert (before.confirmed, before.disputed, before.units_asked) == (1, 1, 3)
    purging.purge(planted.stores, planted.cast.dialogue_id, DUE, actor="test")
    after = planted.counts()
    assert after.purged_at == DUE
    assert [getattr(after, name) for name in counts.RollCounts.__slots__ if name != "purged_at"] == [
        getattr(before, name) for name in counts.RollCounts.__slots__ if name != "purged_at"
    ]
    assert counts.lines(after) == counts.lines(before)


def test_no_count_below_five_is_kept(planted: Planted) -> None:
    """What is not published is not kept either: a unit that has no number of its own gets none."""
    purging.purge(planted.stores, planted.cast.dialogue_id, DUE, actor="test")
    with planted.stores.roll.reading() as session:
        rows = {
            row.unit_id: (row.members, row.answer, row.token, row.remark) for row in session.scalars(select(UnitCount))
        }
    assert rows == {
        "Sở Nội vụ": (9, "yes", None, ""), "Sở Y tế": (0, "", None, ""), "Văn phòng": (0, "no", None, ""),
        "": (9, "", None, ""),
    }  # fmt: skip


def test_only_the_roll_whose_day_has_come_goes(app: Flask) -> None:
    """The day before nothing happens; on the day it goes by itself, and another roll and its log stay."""
    due, other = plant(app), plant(app, DAY + dt.timedelta(days=1))
    lifecycle.sweep(due.stores, BEFORE)
    assert people_of(due) == people_of(other) == 19
    lifecycle.sweep(due.stores, DUE)
    assert (people_of(due), people_of(other)) == (0, 19)
    with due.stores.roll.reading() as session:
        logged = {
            planted.cast.dialogue_id: {row.action for row in session.scalars(select(RollLog).where(
                RollLog.dialogue_id == planted.cast.dialogue_id))} for planted in (due, other)
        }  # fmt: skip
    assert logged == {
        due.cast.dialogue_id: {"settings", "freeze", "units", "delete"},
        other.cast.dialogue_id: {"settings", "freeze", "units", "door"},
    }
    lifecycle.sweep(due.stores, DUE + dt.timedelta(minutes=1))
    assert due.counts().purged_at == DUE, "a second look finds nothing to do"


def people_of(planted: Planted) -> int:
    """How many rows of people this dialogue has."""
    with planted.stores.roll.reading() as session:
        here = select(func.count()).select_from(Member).where(Member.dialogue_id == planted.cast.dialogue_id)
        return session.scalar(here) or 0


def test_a_deletion_that_was_interrupted_is_finished(planted: Planted, settings: Settings) -> None:
    """A machine that stopped between deleting and rewriting does the rest at its next look."""
    planted.stores.roll.write(purging.forget, planted.cast.dialogue_id, DUE, actor="test")
    assert found_in(settings.data_dir, planted.secrets)
    lifecycle.sweep(planted.stores, DUE)
    assert found_in(settings.data_dir, planted.secrets) == set()
    with planted.stores.roll.reading() as session:
        assert session.get_one(Roll, planted.cast.dialogue_id).scrubbed


def test_a_reader_in_the_way_is_named(planted: Planted, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who holds the file keeps the old log alive: it is said, and done later."""
    monkeypatch.setattr("survey.core.engines.LOCK_PATIENCE", 0.2)
    other = Database(settings.roll_database_url)
    with other.reading() as session:
        session.execute(text("BEGIN"))
        session.execute(select(Member.id)).all()
        with pytest.raises(Busy, match="ghi lại"):
            purging.purge(planted.stores, planted.cast.dialogue_id, DUE, actor="test")
        assert people_of(planted) == 0
        session.execute(text("ROLLBACK"))
    other.dispose()
    lifecycle.sweep(planted.stores, DUE)
    assert found_in(settings.data_dir, planted.secrets) == set()


def test_a_roll_that_was_never_frozen_goes_too(app: Flask, settings: Settings) -> None:
    """A list that somebody loaded and forgot."""
    cast = make_cast(app, "collect", entry="roll")
    cast.enrol("Lê Thị Bỏ Quên", "Sở Y tế", code="BQ-1")
    cast.stores.roll.write(service.change, cast.dialogue_id, service.Wanted("Phát phiếu", "", DAY), None, actor="test")
    assert found_in(settings.data_dir, {"name": "Lê Thị Bỏ Quên".encode()}) == {"name"}
    lifecycle.sweep(cast.stores, DUE)
    assert found_in(settings.data_dir, {"name": "Lê Thị Bỏ Quên".encode()}) == set()


def test_a_hall_may_close_and_open_again_over_a_deleted_roll(planted: Planted) -> None:
    """The deletion is no reason to lock a hall; but nobody new gets in by a link."""
    stores, dialogue = planted.stores, planted.cast.dialogue_id
    purging.purge(stores, dialogue, DUE, actor="test")
    lifecycle.take(stores, dialogue, "live", actor="test")
    assert planted.counts().total == 18


def test_the_files_of_postgresql_are_written_anew(cast_on_postgres: Cast) -> None:
    """DELETE leaves dead rows in the table's file; VACUUM FULL gives it another file without them."""
    app = cast_on_postgres.app
    planted = plant(app)

    def rows_on_disk() -> set[str]:
        raw = b""
        with planted.stores.roll.reading() as session:
            for table in RollBase.metadata.tables:
                raw += bytes(
                    session.scalar(text(f"SELECT pg_read_binary_file(pg_relation_filepath('{table}'))")) or b""
                )
        return {name for name, secret in planted.secrets.items() if secret in raw}

    def checkpoint() -> None:
        with planted.stores.roll.reading() as session:
            session.execute(text("CHECKPOINT"))

    checkpoint()
    assert rows_on_disk() == set(planted.secrets), "the premise"
    planted.stores.roll.write(purging.forget, planted.cast.dialogue_id, DUE, actor="test")
    checkpoint()
    assert "a name" in rows_on_disk(), "the negative control: deleted and still there"
    lifecycle.sweep(planted.stores, DUE)
    checkpoint()
    assert rows_on_disk() == set()
