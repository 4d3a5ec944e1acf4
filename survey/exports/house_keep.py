"""Taking in what `house_in` found whole: by one write, or not at all; an import that was cut off leaves nothing in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Table
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.accounts.link_kinds import Kind
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.accounts.policy import Role
from survey.core import durable
from survey.core.db import Database
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.ids import new_token
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.exports import house
from survey.exports.house_in import Cargo
from survey.exports.house_in import Row
from survey.followups import history
from survey.organisations.models import Organisation
from survey.organisations.models import Unit

THERE = N_("Máy này đã có đối thoại này hoặc một đối thoại cùng mã. Không có gì được nhập.")
LOGIN = N_(
    "Tên đăng nhập “%(login)s” đã là của người khác trên máy này. Hãy đổi tên ấy ở một trong hai máy rồi làm lại."
)
CHAIN = N_("Lịch sử kiến nghị trong tệp này đã bị sửa, nên không nhập gì. Hãy xuất lại ở máy cũ.")
NOBODY = N_(
    "Tệp này không có ai vừa có mật khẩu vừa là ban tổ chức của cả tổ chức, nên nhập xong sẽ không ai đăng nhập được. "
    "Hãy đặt mật khẩu cho một người như vậy ở máy cũ rồi xuất lại."
)
Staged = list[tuple[Path, Path]]  # where bytes lie, and where they will


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in, and of the staff what did not because the organisation was here already."""

    code: str
    logins: tuple[str, ...] = ()  # who has no way in here, or is not here at all
    grants: int = 0  # roles that were left out


def keep(db: Database, data_dir: Path, cargo: Cargo) -> Taken:
    """Take it in. Raises `Conflict` where it, its code or a login is there already, `Invalid`.

    Bytes lie on the disk under names of their own until the one write gives them theirs; what a power cut leaves of them is
    swept away with other bytes that have no row.
    """
    staged: Staged = []
    try:
        for table in house.ATTACHED:
            _stage(house.folder(data_dir, table), table, cargo, staged)
        return db.write(_take_in, cargo, staged)
    except IntegrityError as error:
        raise Conflict(THERE) from error
    finally:
        for part, _path in staged:
            part.unlink(missing_ok=True)


def _stage(folder: Path, table: str, cargo: Cargo, staged: Staged) -> None:
    folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    with durable.kept(folder):
        for key in cargo.files:
            if key[0] == table:
                part = folder / f"{key[1]}.{new_token()}"
                staged.append((part, folder / key[1]))
                durable.write(part, cargo.part(key))


def _take_in(session: Session, cargo: Cargo, staged: Staged) -> Taken:
    _refuse_known(session, cargo)
    organisation = cargo.rows["organisations"][0]["id"]
    here = session.get(Organisation, organisation) is not None
    rows = _beside(session, cargo) if here else dict(cargo.rows)
    for table in house.tables():
        for lot in _parents_first(table, [*_new(session, table, rows[table.name])]):
            session.execute(insert(table), lot)
    if history.verify(session, cargo.rows["dialogues"][0]["id"]):
        raise Invalid(CHAIN)
    if not _somebody(session, organisation):
        raise Invalid(NOBODY)
    session.execute(delete(Link).where(Link.kind == Kind.SETUP))  # there is staff now
    session.flush()
    _place(staged)
    return _taken(cargo, rows)


def _place(staged: Staged) -> None:
    """Last before the commit, when no row of another dialogue has these ids; twice is as good as once."""
    with ExitStack() as folders:
        for folder in sorted({path.parent for _part, path in staged}):
            folders.enter_context(durable.kept(folder))
        for part, path in staged:
            if part.exists():
                part.replace(path)


def _somebody(session: Session, organisation_id: str) -> bool:
    """Whether anybody can sign in who manages the whole organisation."""
    chief = (Grant.organisation_id == organisation_id) & Grant.dialogue_id.is_(None) & (Grant.role == Role.ORGANISER)
    able = Staff.disabled.is_(False) & Staff.password_hash.is_not(None)
    return (
        session.scalar(select(Grant.id).join(Staff, Staff.id == Grant.staff_id).where(chief, able).limit(1)) is not None
    )


def _beside(session: Session, cargo: Cargo) -> dict[str, list[Row]]:
    """The rows for an organisation that is here: its staff, their roles and the units' addresses are its own affair.

    Whoever a history names comes as a name that cannot sign in. A role in this one dialogue comes for who works here.
    """
    works = set(session.scalars(select(Staff.id).where(Staff.disabled.is_(False))))
    units = set(session.scalars(select(Unit.id)))
    named = {str(row.get(name) or "") for table in cargo.rows.values() for row in table for name in house.ACTORS}
    staff = [
        {**one, "password_hash": None, "disabled": True} for one in cargo.rows["staff"] if f"staff:{one['id']}" in named
    ]
    grants = [one for one in cargo.rows["grants"] if one["dialogue_id"] is not None and one["staff_id"] in works]
    contacts = [one for one in cargo.rows["unit_contacts"] if one["unit_id"] not in units]
    return {**cargo.rows, "staff": staff, "grants": grants, "unit_contacts": contacts}


def _taken(cargo: Cargo, rows: dict[str, list[Row]]) -> Taken:
    holding = {one["staff_id"] for one in rows["grants"]}
    left = {one["staff_id"] for one in cargo.rows["grants"]} - holding
    logins = sorted(one["login"] for one in cargo.rows["staff"] if one["id"] in left)
    return Taken(cargo.code, tuple(logins), len(cargo.rows["grants"]) - len(rows["grants"]))


def _parents_first(table: Table, rows: list[Row]) -> Iterator[list[Row]]:
    """The rows in lots: each unit after the one that it is part of. Raises `Invalid` where units stand in a ring."""
    own = next((key for key in table.foreign_keys if key.column.table is table), None)
    waiting = {row[own.column.name]: row for row in rows} if own is not None else {}
    if own is None:
        yield from [rows] if rows else []
    while waiting and own is not None:
        lot = [row for row in waiting.values() if row[own.parent.name] not in waiting]
        if not lot:
            raise Invalid(house.BROKEN)
        yield lot
        waiting = {key: row for key, row in waiting.items() if row[own.parent.name] in waiting}


def _refuse_known(session: Session, cargo: Cargo) -> None:
    own = cargo.rows["dialogues"][0]
    if session.scalar(select(Dialogue.id).where((Dialogue.id == own["id"]) | (Dialogue.code == own["code"]))):
        raise Conflict(THERE)
    for one in cargo.rows["staff"]:
        other = session.scalar(select(Staff).where(Staff.login == one["login"]))
        if other is not None and other.id != one["id"]:
            raise Conflict(LOGIN, login=one["login"])


def _new(session: Session, table: Table, rows: list[Row]) -> Iterator[Row]:
    """The rows, but those of the organisation that are here already."""
    if table.name not in house.HOUSE or not rows:
        yield from rows
        return
    keys = list(table.primary_key)
    there = {tuple(row) for row in session.execute(select(*keys))}
    yield from (row for row in rows if tuple(row[key.name] for key in keys) not in there)
