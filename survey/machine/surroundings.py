"""What stands around the program: disk, battery, keys, the last backup. Everything here may be unknown, and then says so."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from survey.core.clock import now

BACKUP = "last-backup"  # in DATA_DIR; its own time says when the last backup was whole
SUPPLIES = Path("/sys/class/power_supply")
FULL = 50 * 2**20  # bytes free, below which nothing should be taken in any more
SCARCE = 2**30  # bytes free, below which somebody should make room before the day


@dataclass(frozen=True, slots=True)
class Battery:
    """The battery of a laptop: what is left in percent (None: it does not say), and whether it is being used up."""

    percent: int | None
    draining: bool


def free(folder: Path) -> int | None:
    """Bytes that may still be written there; None where the system does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def battery(supplies: Path = SUPPLIES) -> Battery | None:
    """The battery of this machine; None where there is none or nobody can tell (another system, a rented machine)."""
    with suppress(OSError):
        for supply in sorted(supplies.iterdir()):
            if _read(supply / "type") == "Battery" and _read(supply / "scope") != "Device":  # a mouse has one, too
                percent = _read(supply / "capacity")
                return Battery(int(percent) if percent.isdecimal() else None, _read(supply / "status") == "Discharging")
    return None


def keys_readable(folder: Path) -> bool:
    """Whether the folder of the keys can be read: without it no phone would be known again."""
    try:
        with os.scandir(folder) as entries:
            return all(entry.name is not None for entry in entries)
    except OSError:
        return False


def note_backup(data_dir: Path) -> None:
    """A backup is whole: from now on it is the last one."""
    (data_dir / BACKUP).touch()
    os.utime(data_dir / BACKUP)


def last_backup(data_dir: Path) -> dt.timedelta | None:
    """How old the last backup is; None where none was noted."""
    try:
        made = dt.datetime.fromtimestamp((data_dir / BACKUP).stat().st_mtime, dt.UTC)
    except OSError:
        return None
    return max(now() - made, dt.timedelta())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
