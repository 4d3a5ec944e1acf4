"""Taking over: everything from the folder of a spare into an empty installation, and its keys where somebody has the words.

Read-only from the first step to the last: a machine that loses its power in between shows and takes nothing, and whoever
begins again begins from the start.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
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
from survey.core.errors import Invalid
from survey.core.migrations import upgrade
from survey.core.settings import Settings
from survey.core.text import N_
from survey.dialogues import versions
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare.copies import Place
from survey.spare.folder import Found
from survey.spare.gathering import SECRET
from survey.spare.gathering import records
from survey.spare.sealing import Pair

OLD = N_("máy chủ cũ")
NAMES = ("main", "roll")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over: so many keys, of so many that lay there; `told`: the folder says so to the machine before."""

    keys: int
    there: int
    drops: int
    told: bool


def pair_of(found: Found) -> Pair | None:
    """Under which words its keys lie; None where none were ever made."""
    kept = found.manifest.get("pair")
    return Pair(**kept) if kept else None


def take_over(settings: Settings, secret_file: Path, found: Found, private: X25519PrivateKey | None) -> Taken:
    """Everything of the copy; without `private` nothing but what can be read without a key, and read-only.

    Raises `Invalid` where this installation has dialogues of its own.
    """
    _check_empty(settings)
    readonly.close(settings.data_dir, readonly.NO_WORDS)
    for name, url in zip(NAMES, (settings.database_url, settings.roll_database_url), strict=True):
        if f"{name}.sqlite3" in found.manifest["sums"]:
            _put_database(found.place / f"{name}.sqlite3", Path(str(make_url(url).database)))
    upgrade(settings.database_url, "main")
    upgrade(settings.roll_database_url, "roll")
    versions.jump_ahead(settings.database_url)
    if (found.folder / folder.FILES).is_dir():
        shutil.copytree(found.folder / folder.FILES, settings.data_dir, dirs_exist_ok=True)
    sealed = json.loads(found.blob("keys.json") or b"{}")
    if private is None:
        return Taken(0, len(sealed), 0, told=False)
    drops, keys = _put_box(settings, found), _put_keys(settings, secret_file, sealed, private)
    told = _settle(settings, found, sealed)
    readonly.reopen(settings.data_dir)
    return Taken(keys, len(sealed), drops, told)


def _check_empty(settings: Settings) -> None:
    """What is here already must be nothing, or what an earlier try left."""
    if settings.read_only == readonly.NO_WORDS or make_url(settings.database_url).get_backend_name() != "sqlite":
        return
    with closing(sqlite3.connect(str(make_url(settings.database_url).database))) as database:
        used = database.execute("SELECT EXISTS(SELECT 1 FROM dialogues)").fetchone()[0]
    if used:
        raise Invalid(
            N_("DATA_DIR này đã có đối thoại. Hãy tiếp quản vào một thư mục trống: đặt DATA_DIR sang chỗ khác.")
        )


def _put_database(source: Path, target: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)
        write.commit()


def _put_box(settings: Settings, found: Found) -> int:
    """The records as they lay, sealed; how many."""
    count = 0
    for name, content in records(found.blob("box.bin") or b""):
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


def _settle(settings: Settings, found: Found, sealed: dict[str, str]) -> bool:
    """The words stay good; the copies at the old places are known here, too; and the machine before is told to stop."""
    pair, names = pair_of(found), tuple(sorted(sealed))
    assert pair is not None
    copies.keep_pair(settings.key_dir, pair)
    copies.note(settings.key_dir, Place(found.marker.id, found.marker.label, pair.id, names))
    copies.note(settings.key_dir, Place(found.marker.owner, OLD, "", names))
    mine = copies.owner(settings.key_dir)
    with suppress(OSError):
        folder.mark(found.folder, replace(found.marker, owner=mine, taken=True, came_from=found.marker.owner))
        return True
    return False
