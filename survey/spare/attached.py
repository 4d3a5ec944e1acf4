"""Attached files at the spare. They are never changed, so what is there whole stays; a half one is copied again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from survey.core import durable
from survey.spare.folder import FILES

Listed = dict[str, tuple[int, str]]  # path below DATA_DIR: bytes, and their sum


class Attached:
    """What lies in `folders` below `data_dir`, sent to `target`. Remembers the sums of files that it has read once."""

    def __init__(self, data_dir: Path, target: Path, folders: Sequence[str]) -> None:
        self._data_dir, self._target, self._folders = data_dir, target / FILES, folders
        self._known: Listed = {}

    def send(self) -> bytes:
        """What is missing there or has another length is copied, what went here goes there; the list of all that is there."""
        self._known = {name: one for folder in self._folders for name, one in self._send(folder)}
        return json.dumps(dict(sorted(self._known.items()))).encode()

    def _send(self, folder: str) -> list[tuple[str, tuple[int, str]]]:
        here, there = sizes(self._data_dir / folder), sizes(self._target / folder)
        for one in there.keys() - here.keys():
            (self._target / folder / one).unlink(missing_ok=True)
        found = []
        for one in sorted(here):
            name = f"{folder}/{one}"
            if there.get(one) != here[one] or name not in self._known:
                told = self._one(name, there.get(one) == here[one])
            else:
                told = self._known[name]
            if told is not None:
                found.append((name, told))
        return found

    def _one(self, name: str, lies: bool) -> tuple[int, str] | None:
        """Taken away meanwhile is no error: whoever needed it is gone, too."""
        source, target = self._data_dir / name, self._target / name
        try:
            told = summed(source)
        except FileNotFoundError:
            return None
        if not lies or summed(target) != told:
            copy(source, target)
        return told


def summed(path: Path) -> tuple[int, str]:
    """Its length and sum."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def sizes(folder: Path) -> dict[str, int]:
    """Each file there, and its length."""
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}


def copy(source: Path, target: Path) -> None:
    """On the disk before it has its name, and with it afterwards: a stick that is pulled leaves the whole file or none."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f"{target.name}.part")
    with source.open("rb") as read, part.open("wb") as file:
        shutil.copyfileobj(read, file)
        file.flush()
        os.utime(part, (0, 0))
        os.fsync(file.fileno())
    with durable.kept(target.parent):
        part.replace(target)


def take(found: bytes | None, source: Path, data_dir: Path, folders: Sequence[str]) -> int:
    """Every listed file that is whole, from the spare to here; how many are missing or damaged."""
    bad = 0
    for name, told in json.loads(found or b"{}").items():
        folder, _, one = name.rpartition("/")
        if folder not in folders or one != Path(one).name or "\\" in one:
            bad += 1
            continue
        try:
            if summed(source / FILES / name) != tuple(told):
                raise FileNotFoundError(name)
            copy(source / FILES / name, data_dir / name)
        except OSError:
            bad += 1
    return bad
