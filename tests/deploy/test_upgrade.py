"""Upgrade and way back: data of an older version, in place and out of its backup; what the installer says it takes."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from pathlib import Path

from alembic import command

from survey.cli import backups
from survey.core.migrations import config
from survey.core.migrations import upgrade
from survey.core.settings import Settings

INSTALLER = Path(__file__).resolve().parents[2] / "deploy/one-machine/install.sh"
OLD = {"main": "main_0008", "roll": "roll_0003"}


def older(folder: Path) -> None:
    """Both databases as an older version left them, with an organisation in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for branch in ("main", "roll"):
        command.upgrade(config(f"sqlite:///{folder}/{branch}.sqlite3", branch), OLD[branch])  # type: ignore[arg-type]
    with sqlite3.connect(folder / "main.sqlite3") as db:
        columns = {row[1]: row for row in db.execute("PRAGMA table_info(organisations)")}
        wanted = {"id": "one", "name": "Tỉnh đoàn"} | {
            name: "" if "CHAR" in row[2] or "TEXT" in row[2] else 0
            for name, row in columns.items()
            if row[3] and row[4] is None and name not in {"id", "name"}
        }
        db.execute(
            f"INSERT INTO organisations ({', '.join(wanted)}) VALUES ({', '.join('?' * len(wanted))})",
            (*wanted.values(),),
        )


def state(folder: Path) -> tuple[str, list[str]]:
    """Revision and organisations."""
    with sqlite3.connect(folder / "main.sqlite3") as db:
        revision = str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        return revision, [row[0] for row in db.execute("SELECT name FROM organisations")]


def test_an_upgrade_keeps_what_was_there(tmp_path: Path) -> None:
    older(tmp_path)
    assert state(tmp_path) == ("main_0008", ["Tỉnh đoàn"])
    upgrade(f"sqlite:///{tmp_path}/main.sqlite3", "main")
    revision, names = state(tmp_path)
    assert revision > "main_0008"
    assert names == ["Tỉnh đoàn"]


def test_a_backup_of_an_older_version_comes_back_at_the_newest_schema(settings: Settings, tmp_path: Path) -> None:
    older(tmp_path / "copy")
    newest, before = state(settings.data_dir)
    assert before == []
    backups.restore(settings, tmp_path / "copy")
    assert state(settings.data_dir) == (newest, ["Tỉnh đoàn"])
    assert state(tmp_path / "copy")[0] == "main_0008"  # the copy itself stays what it was


def test_the_installer_names_every_option_and_does_nothing_for_a_wrong_one() -> None:
    text = INSTALLER.read_text(encoding="utf-8")
    taken = set(re.findall(r"^ {8}(--[a-z-]+)\)", text, re.MULTILINE))
    done = subprocess.run(["bash", str(INSTALLER), "--nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert set(re.findall(r"--[a-z-]+", done.stdout)) == taken
