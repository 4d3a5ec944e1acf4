"""Backup and restore of both databases. Keys lie elsewhere and are never part of it (rule D4)."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from survey.core import readonly
from survey.core.errors import Invalid
from survey.core.migrations import upgrade
from survey.core.settings import Settings
from survey.core.text import N_
from survey.dialogues import versions
from survey.followups import publishing
from survey.followups.attachments import FOLDER
from survey.machine import surroundings

NAMES = ("main", "roll")
FOLDERS = (FOLDER, f"{publishing.FOLDER}/{FOLDER}")  # of attached files, and of plans and notices


def backup(settings: Settings, folder: Path) -> list[Path]:
    """Copy both databases (by SQLite's online backup) and attached files into `folder`; a half copy never has the final name.

    Raises `Invalid` on PostgreSQL, whose own `pg_dump` does this better.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = [_copy(source, folder / f"{name}.sqlite3") for name, source in _files(settings).items()]
    for name in FOLDERS:
        _copy_files(settings.data_dir / name, folder / name)
    (folder / "backup.json").write_text(json.dumps({"files": [path.name for path in made]}), encoding="utf-8")
    surroundings.note_backup(settings.data_dir)
    return made


def restore(settings: Settings, folder: Path) -> None:
    """Put the copies in place of the databases, at the newest schema, with versions that jump ahead.

    Raises `Invalid` when the folder holds no whole backup, and where nothing may be written.
    """
    if readonly.why(settings.data_dir):
        raise Invalid(N_("Máy này đang mở chỉ để đọc nên không khôi phục vào đây được. Hãy dùng một DATA_DIR trống."))
    files = _files(settings)
    for name in files:
        if not (folder / f"{name}.sqlite3").is_file():
            raise Invalid(N_("Thư mục này không có đủ hai tệp sao lưu main.sqlite3 và roll.sqlite3."))
    for name, target in files.items():
        _copy(folder / f"{name}.sqlite3", target)
    for name in FOLDERS:
        _copy_files(folder / name, settings.data_dir / name)
    upgrade(settings.database_url, "main")
    upgrade(settings.roll_database_url, "roll")
    versions.jump_ahead(settings.database_url)


def _files(settings: Settings) -> dict[str, Path]:
    urls = dict(zip(NAMES, (settings.database_url, settings.roll_database_url), strict=True))
    if any(make_url(url).get_backend_name() != "sqlite" for url in urls.values()):
        raise Invalid(N_("PostgreSQL được sao lưu bằng pg_dump; xem docs/operations.md."))
    return {name: Path(str(make_url(url).database)) for name, url in urls.items()}


def _copy_files(source: Path, target: Path) -> None:
    """The bytes of attached files: none is ever changed, so what is there already stays. After the databases, so that no
    row of the copy lacks its file."""
    if source.is_dir():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in source.iterdir():
            if not (target / path.name).exists():
                part = target / f"{path.name}.part"
                shutil.copyfile(path, part)
                part.replace(target / path.name)


def _copy(source: Path, target: Path) -> Path:
    """Into a temporary file for a backup, straight into the live database for a restore.

    In one step: it reads one snapshot of the write-ahead log and holds no writer up, while a copy in small steps
    would begin anew with each vote.
    """
    fresh = not target.exists()
    path = target.with_suffix(".part") if fresh else target
    with contextlib.closing(sqlite3.connect(source)) as read, contextlib.closing(sqlite3.connect(path)) as write:
        read.backup(write)
        write.commit()
    if fresh:
        shutil.move(path, target)
    return target
