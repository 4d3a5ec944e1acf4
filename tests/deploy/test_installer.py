"""Parts of the installer and its helpers, taken out of their files and run on folders of their own."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
INSTALLER = (DEPLOY / "one-machine/install.sh").read_text(encoding="utf-8")
STUBS = """
systemctl() { echo "systemctl $*"; }
install() { mkdir -p "${@: -1}"; }
ready() { return 0; }
"""


def part(name: str) -> str:
    """One function of the installer as it stands."""
    found = re.search(rf"^{name}\(\) {{(.*\n)*?}}\n|^{name}\(\) {{.*}}\n", INSTALLER, re.MULTILINE)
    assert found, name
    return found.group()


def bash(folder: Path, parts: str, script: str) -> subprocess.CompletedProcess[str]:
    """These functions of the installer beside the stubs, over folders under `folder`."""
    places = f"home={folder}/opt state={folder}/state backups={folder}/backups config={folder}/etc\n"
    text = f"set -euo pipefail\n{places}{''.join(map(part, parts.split()))}{STUBS}{script}"
    return subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)


def database(path: Path, revision: str) -> None:
    """A file that says its revision, and whose it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE alembic_version (version_num)")
        db.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    db.close()


@pytest.fixture
def upgraded(tmp_path: Path) -> Path:
    """A machine after an upgrade from `old` to `new`, whose schema is newer; the copy from before is there."""
    for release in ("old", "new"):
        (tmp_path / "opt/releases" / release).mkdir(parents=True)
        (tmp_path / "opt/releases" / release / "complete").touch()
    (tmp_path / "opt/current").symlink_to(tmp_path / "opt/releases/new")
    for name in ("main", "roll"):
        database(tmp_path / f"state/data/{name}.sqlite3", f"{name}_2")
        database(tmp_path / f"backups/upgrade-1/{name}.sqlite3", f"{name}_1")
    (tmp_path / "opt/previous").write_text(f"{tmp_path}/opt/releases/old\n{tmp_path}/backups/upgrade-1\n")
    return tmp_path


def rollback(folder: Path, restore: str = 'cp "$2"/*.sqlite3 "$state/data"') -> subprocess.CompletedProcess[str]:
    return bash(folder, "say stop schemas rollback go_back", f"doithoai() {{ {restore}; }}\nrollback")


def revision(folder: Path) -> str:
    with sqlite3.connect(folder / "main.sqlite3") as db:
        return str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_rollback_restores_the_copy_and_keeps_what_came_since(upgraded: Path) -> None:
    done = rollback(upgraded)
    assert (done.returncode, done.stderr) == (0, "")
    assert revision(upgraded / "state/data") == "main_1"
    assert [revision(aside) for aside in (upgraded / "backups").glob("replaced-*")] == ["main_2"]
    assert (upgraded / "opt/current").readlink().name == "old"


@pytest.mark.parametrize("harm", ["gone", "half", "empty", "garbage"])
def test_a_rollback_that_cannot_be_done_stops_nothing(upgraded: Path, harm: str) -> None:
    copy = upgraded / "backups/upgrade-1"
    (copy / "roll.sqlite3").unlink()
    if harm == "gone":
        (copy / "main.sqlite3").unlink()
        copy.rmdir()
    if harm in {"empty", "garbage"}:
        (copy / "roll.sqlite3").write_text("" if harm == "empty" else "no database" * 99)
    done = rollback(upgraded)
    assert done.returncode == 1
    assert "systemctl" not in done.stdout
    assert "chưa thay đổi gì" in done.stderr
    assert revision(upgraded / "state/data") == "main_2"
    assert (upgraded / "opt/current").readlink().name == "new"


def test_a_rollback_whose_restore_fails_puts_everything_back(upgraded: Path) -> None:
    done = rollback(upgraded, "return 2")
    assert done.returncode == 1
    assert done.stdout.split("\n")[:2] == ["systemctl stop doithoai", "systemctl start doithoai"]
    assert revision(upgraded / "state/data") == "main_2"
    assert [path.name for path in (upgraded / "backups").iterdir()] == ["upgrade-1"]
    assert (upgraded / "opt/current").readlink().name == "new"


@pytest.mark.parametrize("way", ["one-machine", "data-centre"])
def test_the_daily_job_prunes_only_what_it_made(way: str, tmp_path: Path) -> None:
    line = re.search(r"^find .*$", (DEPLOY / way / "doithoai-backup").read_text(encoding="utf-8"), re.MULTILINE)
    assert line
    old = ["2026-01-01", "2026-01-02.part", "replaced-20260101-000000", "upgrade-20260101-000000", "notes"]
    for name in [*old, "2026-02-02"]:
        (tmp_path / name).mkdir()
    for name in old:
        os.utime(tmp_path / name, (0, 0))
    subprocess.run(["sh", "-c", f"folder={tmp_path}; {line.group()}"], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-02-02", "notes", *old[2:4]]


@pytest.mark.parametrize(
    ("name", "email", "acme", "taken"),
    [
        ("doithoai.example", "van-phong@tinhdoan.example", "https://ca.example:14000/dir", True),
        ("203.0.113.7", "", "", True),
        ("", "", "", False),
        ("a.example;id", "", "", False),
        ("a.example", "x@y.example $(id)", "", False),
        ("a.example", "x@y.example\n}", "", False),
        ("a.example", "", "https://ca.example/'`id`", False),
    ],
)
def test_nothing_is_written_that_a_shell_or_a_proxy_would_read_otherwise(
    name: str, email: str, acme: str, taken: bool, tmp_path: Path
) -> None:
    values = f"name={shlex.quote(name)} email={shlex.quote(email)} acme={shlex.quote(acme)}\n"
    assert bash(tmp_path, "say stop usage checked", values + "checked").returncode == (0 if taken else 1)


def test_settings_are_read_as_systemd_reads_them_and_never_run(tmp_path: Path) -> None:
    wrapper = (DEPLOY / "one-machine/doithoai").read_text(encoding="utf-8")
    found = re.search(r"^settings\(\) {(.*\n)*?}\n", wrapper, re.MULTILINE)
    assert found
    assert not re.search(r"^\s*\. ", wrapper, re.MULTILINE)
    lines = [
        "# SMTP_HOST=no", "; SMTP_HOST=no", "", "no line", "SMTP_FROM=Đối Thoại <hop@x.example>", 'LABEL="a b"',
        "SECRET=a$b`touch harm`$(touch harm)&;'#", "HARM=1; touch harm", "BAD NAME=1", "LAST='x'",
    ]  # fmt: skip
    (tmp_path / "extra").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        ["sh", "-euc", f"{found.group()}settings extra; env"],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    came = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert {name: came[name] for name in came if name not in {"PATH", "PWD", "_", "SHLVL", "OLDPWD"}} == {
        "SMTP_FROM": "Đối Thoại <hop@x.example>", "LABEL": "a b", "SECRET": "a$b`touch harm`$(touch harm)&;'#",
        "HARM": "1; touch harm", "LAST": "x",
    }  # fmt: skip
    assert not (tmp_path / "harm").exists()


def link_again(folder: Path, accounts: int, journal: str) -> subprocess.CompletedProcess[str]:
    """`--link` where the journal of the running invocation says this; a restart writes `fresh`."""
    path = folder / "state/data/main.sqlite3"
    database(path, "main_1")
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE staff (id)")
        db.execute("CREATE TABLE links (kind, staff_id)")
        db.execute("INSERT INTO staff VALUES ('of a sample')")
        db.execute("INSERT INTO links VALUES ('sample', 'of a sample'), ('setup', NULL)")
        db.executemany("INSERT INTO staff VALUES (?)", [(one,) for one in range(accounts)])
    (folder / "journal").write_text(journal, encoding="utf-8")
    stubs = f"""
journalctl() {{ cat {folder}/journal; }}
systemctl() {{ [[ $1 != restart ]] || {{ echo RESTART; echo https://x/s/invitation/fresh >{folder}/journal; }}; }}
link_again
"""
    return bash(folder, "say stop link accounts link_again", stubs)


@pytest.mark.parametrize(
    ("accounts", "journal", "said", "code"),
    [
        (0, "https://x/s/invitation/one\nhttps://x/s/invitation/two\n", "https://x/s/invitation/two\n", 0),
        (0, "nothing\n", "RESTART\nhttps://x/s/invitation/fresh\n", 0),
        (1, "https://x/s/invitation/one\n", "", 1),
        (1, "nothing\n", "", 1),
    ],
)
def test_the_link_is_printed_again_and_nobody_loses_a_stream(
    accounts: int, journal: str, said: str, code: int, tmp_path: Path
) -> None:
    done = link_again(tmp_path, accounts, journal)
    assert (done.stdout, done.returncode) == (said, code)


@pytest.mark.parametrize(
    ("running", "points_to"), [("doithoai@8001.service loaded active running x", "old"), ("", "new")]
)
def test_way_two_changes_the_version_only_when_every_process_is_stopped(
    running: str, points_to: str, tmp_path: Path
) -> None:
    for name in ("old", "new"):
        (tmp_path / "opt/releases" / name).mkdir(parents=True)
    (tmp_path / "opt/current").symlink_to(tmp_path / "opt/releases/old")
    stubs = f"""
packages() {{ :; }}; account() {{ :; }}; install() {{ :; }}; here=/nowhere
release() {{ wanted=$home/releases/new; }}
systemctl() {{ [[ -z '{running}' ]] || echo '{running}'; }}
program_only
"""
    done = bash(tmp_path, "say stop units program_only", stubs)
    assert (tmp_path / "opt/current").readlink().name == points_to
    assert (done.returncode, "systemctl stop" in done.stderr) == ((1, True) if running else (0, False))


def test_taking_the_program_away_stops_the_processes_of_both_ways_first() -> None:
    text = part("uninstall")
    assert "'doithoai@*'" in text.partition("rm -f")[0]
    assert "/etc/systemd/system/*.wants/doithoai@*" in text
