"""A dialogue's following up from another installation: read and checked whole, one file in memory at a time.

`house_keep` takes in what was found whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO
from typing import Any

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.dialogues.state import OVER
from survey.exports import house
from survey.followups import attachments

EPOCH = 2**32  # added to the versions, as a restore does: a phone that knew the old house reads anew
MANIFEST = "manifest.json"
NEWER = N_("Tệp này do một bản mới hơn của chương trình làm ra. Hãy cập nhật máy này rồi nhập lại.")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Whatever a cut, changed, locked or differently packed file makes the reading of it say.
_SPOILT = (
    zipfile.BadZipFile, zlib.error, ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, RuntimeError,
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a file brings, checked: rows as values of their columns; the bytes stay in the file until `part` reads them."""

    code: str
    theme: str
    organisation: str
    rows: Mapping[str, list[Row]]
    files: Mapping[tuple[str, str], bytes]  # (table, id) -> digest
    parts: zipfile.ZipFile

    def part(self, key: tuple[str, str]) -> bytes:
        """The bytes of one attached file. Raises `Invalid` where the file changed since it was checked."""
        content = _part(self.parts, house.FILES + key[1], attachments.LARGEST)
        if hashlib.sha256(content).digest() != self.files[key]:
            raise Invalid(house.BROKEN)
        return content


def read(file: IO[bytes]) -> Cargo:
    """The file, whole and in itself consistent; it stays open for as long as the cargo is used.

    Raises `Invalid` with the sentence that says what is wrong with it.
    """
    try:
        parts = zipfile.ZipFile(file)
        sums = _sums(parts, file.seek(0, os.SEEK_END))
        content = _part(parts, house.ROWS, house.LARGEST_ROWS)
        if hashlib.sha256(content).hexdigest() != sums[house.ROWS]:
            raise Invalid(house.BROKEN)
        rows = _rows(json.loads(content))
        dialogue, organisation = _closed(rows)
        files = _files(rows, parts, sums)
    except Invalid:
        raise
    except _SPOILT as error:
        raise Invalid(house.BROKEN) from error
    return Cargo(dialogue["code"], dialogue["theme"], organisation["name"], rows, files, parts)


def _sums(parts: zipfile.ZipFile, size: int) -> dict[str, str]:
    """The digest of every part; there are those that the manifest names and no other.

    Attached files lie in it as they are, so that all of them together unpack to no more than the file has.
    """
    manifest = json.loads(_part(parts, MANIFEST, 1024 * 1024))
    if manifest["what"] != house.CODE:
        raise Invalid(house.BROKEN)
    if manifest["format"] != house.FORMAT:
        raise Invalid(NEWER)
    sums: dict[str, str] = manifest["files"]
    names = parts.namelist()
    if sorted(names) != sorted({MANIFEST, *sums}) or len(names) > house.MOST_PARTS:
        raise Invalid(house.BROKEN)
    if sum(one.file_size for one in parts.infolist() if one.filename.startswith(house.FILES)) > size:
        raise Invalid(house.BROKEN)
    return sums


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


def _files(
    rows: Mapping[str, list[Row]], parts: zipfile.ZipFile, sums: Mapping[str, str]
) -> dict[tuple[str, str], bytes]:
    """The digest of each attached file, which must be what its row says and of a kind that may be attached."""
    found: dict[tuple[str, str], bytes] = {}
    for table, one in [(name, row) for name in house.ATTACHED for row in rows[name]]:
        name = f"{house.FILES}{one['id']}"
        content = _part(parts, name, attachments.LARGEST)
        digest = hashlib.sha256(content)
        if digest.digest() != one["sha256"] or digest.hexdigest() != sums[name] or len(content) != one["size"]:
            raise Invalid(house.BROKEN)
        if attachments.KINDS[attachments.checked(one["name"], content)] != one["mimetype"]:
            raise Invalid(house.BROKEN)
        found[table, one["id"]] = digest.digest()
    if len(found) + 1 != len(sums):
        raise Invalid(house.BROKEN)
    return found
