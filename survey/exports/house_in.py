"""A dialogue's following up from another installation: read, checked whole, and taken in by one write or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from typing import Any

from sqlalchemy import Table
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.link_kinds import Kind
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.core import durable
from survey.core.db import Database
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.exports import house
from survey.followups import attachments
from survey.followups import history

LARGEST_ROWS = 64 * 1024 * 1024  # bytes, unpacked
MOST_FILES = 5_000
EPOCH = 2**32  # added to the versions, as a restore does: a phone that knew the old house reads anew
NEWER = N_("Tệp này do một bản mới hơn của chương trình làm ra. Hãy cập nhật máy này rồi nhập lại.")
THERE = N_("Máy này đã có đối thoại này hoặc một đối thoại cùng mã. Không có gì được nhập.")
LOGIN = N_(
    "Tên đăng nhập “%(login)s” đã là của người khác trên máy này. Hãy đổi tên ấy ở một trong hai máy rồi làm lại."
)
CHAIN = N_("Lịch sử kiến nghị trong tệp này đã bị sửa, nên không nhập gì. Hãy xuất lại ở máy cũ.")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a file brings, checked: rows as values of their columns, and the bytes that belong to them."""

    code: str
    theme: str
    organisation: str
    rows: Mapping[str, list[Row]]
    files: Mapping[tuple[str, str], bytes]  # (table, id)


def read(file: IO[bytes]) -> Cargo:
    """The file, whole and in itself consistent. Raises `Invalid` with the sentence that says what is wrong with it."""
    try:
        with zipfile.ZipFile(file) as parts:
            manifest = json.loads(_part(parts, "manifest.json", 1024 * 1024))
            contents = _contents(parts, manifest)
        rows = _rows(json.loads(contents.pop(house.ROWS)))
    except Invalid:
        raise
    except (
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OSError,
        RecursionError,
        EOFError,
    ) as error:
        raise Invalid(house.BROKEN) from error
    dialogue, organisation = _closed(rows)
    return Cargo(dialogue["code"], dialogue["theme"], organisation["name"], rows, _files(rows, contents))


def keep(db: Database, data_dir: Path, cargo: Cargo) -> str:
    """Take it in; the dialogue's code. Raises `Conflict` where it, its code or a login is there already, `Invalid`.

    Bytes come first and go again where the one write fails, so there is all of it or nothing.
    """
    folders = {table: house.folder(data_dir, table) for table in house.ATTACHED}
    written: list[Path] = []
    try:
        for table, folder in folders.items():
            folder.mkdir(mode=0o700, exist_ok=True, parents=True)
            with durable.kept(folder):
                for (_table, file_id), content in cargo.files.items():
                    if _table == table:
                        _put(folder / file_id, content, written)
        db.write(_take_in, cargo)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in folders.values():
            durable.settle(folder)
        raise
    return cargo.code


def _put(path: Path, content: bytes, written: list[Path]) -> None:
    try:
        durable.write(path, content)
    except FileExistsError as error:
        raise Conflict(THERE) from error
    written.append(path)


def _take_in(session: Session, cargo: Cargo) -> None:
    _refuse_known(session, cargo)
    for table in house.tables():
        for lot in _parents_first(table, [*_new(session, table, cargo.rows[table.name])]):
            session.execute(insert(table), lot)
    if history.verify(session, cargo.rows["dialogues"][0]["id"]):
        raise Invalid(CHAIN)
    session.execute(delete(Link).where(Link.kind == Kind.SETUP))  # there is staff now


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


def _contents(parts: zipfile.ZipFile, manifest: Any) -> dict[str, bytes]:
    """Every part that the manifest names, each with its digest, and no other."""
    if manifest["what"] != house.CODE:
        raise Invalid(house.BROKEN)
    if manifest["format"] != house.FORMAT:
        raise Invalid(NEWER)
    sums: dict[str, str] = manifest["files"]
    names = parts.namelist()
    if sorted(names) != sorted({"manifest.json", *sums}) or len(names) > MOST_FILES or house.ROWS not in sums:
        raise Invalid(house.BROKEN)
    contents = {}
    for name, digest in sums.items():
        content = _part(parts, name, LARGEST_ROWS if name == house.ROWS else attachments.LARGEST)
        if hashlib.sha256(content).hexdigest() != digest:
            raise Invalid(house.BROKEN)
        contents[name] = content
    return contents


def _part(parts: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One part, of which no more is unpacked than may be there, whatever its head says."""
    with parts.open(name) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise Invalid(house.BROKEN)
    return content


def _rows(found: Any) -> dict[str, list[Row]]:
    """The rows as values of their columns: every table of ours and no other, every column and no other."""
    tables = {table.name: table for table in house.tables()}
    if unknown := set(found) - set(tables):
        raise Invalid(NEWER if unknown <= set(house.MOVES) else house.BROKEN)
    rows: dict[str, list[Row]] = {}
    for name, table in tables.items():
        columns = {column.name: column for column in house.columns(table)}
        rows[name] = []
        for one in found.get(name, ()):
            if set(one) != set(columns):
                raise Invalid(NEWER if set(one) > set(columns) else house.BROKEN)
            rows[name].append({key: house.read(columns[key], value) for key, value in one.items()})
    return rows


def _closed(rows: Mapping[str, list[Row]]) -> tuple[Row, Row]:
    """One dialogue that is over and its organisation; nothing in the file belongs to or names anything outside of it."""
    if len(rows["dialogues"]) != 1 or len(rows["organisations"]) != 1:
        raise Invalid(house.BROKEN)
    dialogue, organisation = rows["dialogues"][0], rows["organisations"][0]
    if dialogue["state"] not in OVER or not re.fullmatch(r"[A-Z0-9]{4,12}", dialogue["code"]):
        raise Invalid(house.BROKEN)
    for table in house.tables():
        for key in table.foreign_keys:
            there = {row[key.column.name] for row in rows.get(key.column.table.name, ())}
            if any(
                row[key.parent.name] not in there for row in rows[table.name] if row.get(key.parent.name) is not None
            ):
                raise Invalid(house.BROKEN)
        if any("id" in row and not _ID.fullmatch(row["id"]) for row in rows[table.name]):
            raise Invalid(house.BROKEN)
    dialogue["version"], dialogue["revision"] = dialogue["version"] + EPOCH, dialogue["revision"] + EPOCH
    return dialogue, organisation


def _files(rows: Mapping[str, list[Row]], contents: Mapping[str, bytes]) -> dict[tuple[str, str], bytes]:
    """The bytes of each attached file, which must be what its row says and of a kind that may be attached."""
    found: dict[tuple[str, str], bytes] = {}
    for table, one in [(name, row) for name in house.ATTACHED for row in rows[name]]:
        content = contents.get(f"{house.FILES}{one['id']}")
        if content is None or hashlib.sha256(content).digest() != one["sha256"] or len(content) != one["size"]:
            raise Invalid(house.BROKEN)
        if attachments.KINDS[attachments.checked(one["name"], content)] != one["mimetype"]:
            raise Invalid(house.BROKEN)
        found[table, one["id"]] = content
    if len(found) != len(contents):
        raise Invalid(house.BROKEN)
    return found
