"""Taking over: everything from the folder of a spare into an empty installation, and its keys where somebody has the words.

Read-only from the first step to the last: a machine that loses its power in between shows and takes nothing, and whoever
begins again begins from the start.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import make_url

from survey.core import durable
from survey.core import readonly
from survey.core import running
from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.migrations import upgrade
from survey.core.settings import Settings
from survey.core.text import N_
from survey.dialogues import versions
from survey.spare import attached
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare.copies import Place
from survey.spare.folder import Found
from survey.spare.gathering import SECRET
from survey.spare.gathering import records
from survey.spare.sealing import Pair
from survey.spare.sender import EVERY
from survey.spare.sender import FOLDERS

OLD = N_("máy chủ cũ")
NAMES = ("main", "roll")
STILL, LONGEST, LOOK = 2 * EVERY + 1, 60.0, 0.1  # seconds: without a beat, and until we stop waiting for that
STILL_SENDING = N_(
    "Máy chủ cũ đang chạy và vẫn ghi vào bản dự phòng. Hãy tắt hẳn máy ấy, rút dây mạng của nó, rồi gõ lại lệnh này."
)
CHANGED = N_(
    "Bản dự phòng đã bị sửa sau khi máy chủ gửi, nên không dùng được. Hãy lấy ổ khác của cùng máy chủ, hoặc bản sao lưu gần nhất."
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over: so many keys, of so many that lay there; `told`: the folder says so to the machine before.

    `damaged`: attached files that are missing or not as they were. `alive`: the machine before was still sending.
    """

    keys: int
    there: int
    drops: int
    told: bool
    damaged: int = 0
    alive: bool = False


def pair_of(found: Found) -> Pair | None:
    """Under which words its keys lie; None where none were ever made."""
    kept = found.manifest.get("pair")
    return Pair(**kept) if kept else None


def take_over(settings: Settings, secret_file: Path, found: Found, private: X25519PrivateKey | None) -> Taken:
    """Everything of the copy; without `private` nothing but what can be read without a key, and read-only.

    With the words the folder is marked first, and read once more when nobody writes to it any longer: what was acknowledged
    while somebody typed comes along. Raises `Invalid` where this installation has dialogues of its own, where the machine
    before does not stop sending, and where what lies there is not what it sent.
    """
    _check_empty(settings)
    readonly.close(settings.data_dir, readonly.NO_WORDS)
    told = alive = False
    if private is not None:
        _check_proof(found, private)
        told, alive = _mark(settings, found), _wait_until_still(found.folder)
        found = folder.newest(found.folder)
        _check_proof(found, private)
    for name, url in zip(NAMES, (settings.database_url, settings.roll_database_url), strict=True):
        if f"{name}.sqlite3" in found.blobs:
            _put_database(found.blobs[f"{name}.sqlite3"], Path(str(make_url(url).database)))
    upgrade(settings.database_url, "main")
    upgrade(settings.roll_database_url, "roll")
    versions.jump_ahead(settings.database_url)
    damaged = attached.take(found.blobs.get("files.json"), found.folder, settings.data_dir, FOLDERS)
    sealed = json.loads(found.blobs.get("keys.json") or b"{}")
    if private is None:
        return Taken(0, len(sealed), 0, told=False, damaged=damaged)
    drops, keys = _put_box(settings, found), _put_keys(settings, secret_file, sealed, private)
    _settle(settings, found, sealed, private)
    readonly.reopen(settings.data_dir)
    return Taken(keys, len(sealed), drops, told, damaged, alive)


def _check_proof(found: Found, private: X25519PrivateKey) -> None:
    """Before anything is marked or believed."""
    if not found.proven(sealing.proof(private)):
        raise Invalid(CHANGED)


def _mark(settings: Settings, found: Found) -> bool:
    """The folder is ours from now on: whoever sent to it sees that at its next pass, and stops. Whether it could be written."""
    mine, before = copies.owner(settings.key_dir), found.marker
    if before.owner == mine:
        return True
    came_from = (*(one for one in before.came_from if one != before.owner), before.owner)
    with suppress(OSError):
        folder.mark(found.folder, replace(before, owner=mine, taken=True, came_from=came_from))
        return True
    return False


def _wait_until_still(place: Path) -> bool:
    """Whether the machine before was still sending; it has stopped now. Raises `Invalid` where it does not."""
    began = since = time.monotonic()
    seen, took = folder.beat(place)
    alive = False
    while time.monotonic() - since < STILL + (2 * took if STILL else 0):
        time.sleep(LOOK)
        fresh, took = folder.beat(place)
        if fresh != seen:
            seen, since, alive = fresh, time.monotonic(), True
        if alive and time.monotonic() - began > LONGEST:
            raise Invalid(STILL_SENDING)
    return alive


def _check_empty(settings: Settings) -> None:
    """Nobody serves from here, and what is here already is nothing, or what an earlier try left."""
    if running.is_served(settings.data_dir):
        raise Invalid(
            N_("Đối Thoại đang chạy trên DATA_DIR này. Hãy dừng nó trước (Ctrl+C), rồi gõ lại lệnh tiếp quản.")
        )
    if settings.read_only == readonly.NO_WORDS or make_url(settings.database_url).get_backend_name() != "sqlite":
        return
    with closing(sqlite3.connect(str(make_url(settings.database_url).database))) as database:
        used = database.execute("SELECT EXISTS(SELECT 1 FROM dialogues)").fetchone()[0]
    if used:
        raise Invalid(
            N_("DATA_DIR này đã có đối thoại. Hãy tiếp quản vào một thư mục trống: đặt DATA_DIR sang chỗ khác.")
        )


def _put_database(content: bytes, target: Path) -> None:
    """The bytes whose sum was looked at, by way of a file of their own: what the folder holds by now does not count."""
    half = target.with_name(f"{target.name}.{new_id()}")
    durable.write(half, content)
    try:
        uri = f"{half.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as read, closing(sqlite3.connect(target)) as write:
            read.backup(write)
            write.commit()
    finally:
        half.unlink()


def _put_box(settings: Settings, found: Found) -> int:
    """The records as they lay, sealed; how many."""
    count = 0
    for name, content in records(found.blobs.get("box.bin") or b""):
        path = settings.box_dir / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if name.endswith("/"):
            path.mkdir(exist_ok=True, mode=0o700)
        elif not path.exists():
            with durable.kept(path.parent):
                durable.write(path, content)
            count += 1
    return count


def _put_keys(settings: Settings, secret_file: Path, sealed: dict[str, str], private: X25519PrivateKey) -> int:
    """Each under its own name; one that is damaged is left out, and its dialogue closed to votes. How many are there."""
    count = 0
    for name, content in sealed.items():
        path = secret_file if name == SECRET else settings.key_dir / f"{name}.key"
        with suppress(InvalidTag, ValueError):
            key = sealing.unseal(private, name, content)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.unlink(missing_ok=True)
            with durable.kept(path.parent):
                durable.write(path, key)
            count += 1
    return count


def _settle(settings: Settings, found: Found, sealed: dict[str, str], private: X25519PrivateKey) -> None:
    """The words stay good; the copies at the old places are known here, too, with those of which the machine before knew."""
    pair, names = pair_of(found), tuple(sorted(sealed))
    assert pair is not None
    copies.keep_pair(settings.key_dir, sealing.proving(pair, private))
    for one in copies.read_places(json.loads(found.blobs.get("copies.json") or b"[]")):
        copies.note(settings.key_dir, one)
    ours = found.marker.owner == copies.owner(settings.key_dir)
    before = found.marker.came_from[-1] if ours and found.marker.came_from else found.marker.owner
    copies.note(settings.key_dir, Place(found.marker.id, found.marker.label, pair.id, names))
    copies.note(settings.key_dir, Place(before, OLD, "", names))
