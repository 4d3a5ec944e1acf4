"""The commands, run as `flask --app app` runs them, and the start of the program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select

from survey.cli.scenes import SCENES
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.questions.models import Support
from survey.room import hands
from survey.room import places
from survey.room.models import Ballot
from survey.room.models import SiteMark
from tests.conftest import Cast

ROOT = Path(__file__).parents[2]


def run(app: Flask, *args: str) -> str:
    """Run one command; what it printed."""
    result = app.test_cli_runner().invoke(args=list(args))
    assert result.exit_code == 0, result.output
    return result.output


def test_sample_holds_exactly_what_was_asked_for(app: Flask) -> None:
    """Figures in tests and screenshots rely on it."""
    made = json.loads(
        run(app, "sample", "province", "--members", "30", "--questions", "75", "--votes", "200", "--json")
    )
    with app.extensions["survey"]["db"].reading() as session:
        dialogue = session.scalar(select(Dialogue).where(Dialogue.code == made["code"]))
        assert dialogue is not None
        assert (dialogue.state, dialogue.entry, dialogue.sample, dialogue.ballots) == ("live", "open", True, 30)
        assert session.scalar(select(func.count()).select_from(Ballot)) == 30
        assert session.scalar(select(func.count()).select_from(Question)) == 75
        assert session.scalar(select(func.count()).select_from(Support)) == 200
        assert session.scalar(select(func.sum(Question.supporters))) == 200
        numbers = sorted(n for n in session.scalars(select(Question.number)) if n is not None)
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_every_scene_can_be_built(app: Flask, scene: str) -> None:
    """All five reports."""
    assert "/s/invitation/" in run(app, "sample", scene, "--members", "5", "--votes", "5", "--questions", "4")


def test_the_national_scene_has_sites(app: Flask) -> None:
    """Sixty-two: large ones that are told, small ones that are not; a host of the first; hands for what is called."""
    made = json.loads(run(app, "sample", "national", "--questions", "40", "--votes", "50", "--json"))
    with app.extensions["survey"]["db"].reading() as session:
        dialogue = session.scalar(select(Dialogue).where(Dialogue.code == made["code"]))
        assert dialogue is not None
        found = dialogues.sites(session, dialogue.id)
        assert (len(found), len({site.name for site in found}), dialogue.site_turns) == (62, 62, True)
        counted = session.execute(
            select(SiteMark.site, func.count()).where(SiteMark.dialogue_id == dialogue.id).group_by(SiteMark.site)
        )
        assert {row[0]: row[1] for row in counted} == {site.number: site.ballots for site in found if site.ballots}
        assert min(site.ballots for site in found) < places.LEAST <= max(site.ballots for site in found)
        board = questions.board(session, dialogue.id)
        named = places.named(session, dialogue.id)
        assert {row.site for row in board if row.site} <= set(named.values())
        assert sum(bool(row.site) for row in board) > 5
        called = [row.id for row in board if row.state == "answering"]
        assert hands.of(session, dialogue.id, called) == {called[0]: 22}
    host = app.test_client()
    host.get(made["staff"]["host"])
    assert host.get(f"/s/{made['code']}/sites/1").status_code == 200


@pytest.mark.parametrize("state", ["draft", "collecting", "live", "closed", "concluded", "archived"])
def test_sample_reaches_every_state(app: Flask, state: str) -> None:
    """Later pages are tested from there."""
    made = json.loads(run(app, "sample", "department", "--state", state, "--json"))
    with app.extensions["survey"]["db"].reading() as session:
        assert session.scalar(select(Dialogue.state).where(Dialogue.code == made["code"])) == state


def test_an_empty_sample_is_a_hall_without_questions(app: Flask) -> None:
    """For the empty states of the screens."""
    made = json.loads(run(app, "sample", "province", "--members", "0", "--questions", "0", "--votes", "0", "--json"))
    answer = app.test_client().get(f"/d/{made['code']}/board.json")
    assert answer.get_json()["questions"] == []


def test_steps_move_the_dialogue_and_a_wrong_step_is_one_line(cast: Cast) -> None:
    """The table of states holds on the console too."""
    run(cast.app, "close", cast.code)
    run(cast.app, "conclude", cast.code)
    result = cast.app.test_cli_runner().invoke(args=["open", cast.code])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.strip().splitlines()) == 1


def test_an_unknown_code_is_one_line(app: Flask) -> None:
    """No traceback for a typing error."""
    result = app.test_cli_runner().invoke(args=["close", "ZZZZZZ"])
    assert (result.exit_code, len(result.output.strip().splitlines())) == (1, 1)


def test_create_staff_prints_a_link_that_shows_name_and_role(cast: Cast) -> None:
    """The link asks for a login and a password; opening it spends nothing."""
    link = run(cast.app, "create-staff", "Nguyễn Thị Hoà", "--role", "moderator", "--code", cast.code).strip()
    path = "/s/invitation/" + link.rsplit("/", 1)[1]
    client = cast.app.test_client()
    for _time in range(2):
        page = client.get(path)
        assert page.status_code == 200
        assert "Nguyễn Thị Hoà" in page.get_data(as_text=True)


def test_backup_refuses_an_empty_folder_on_restore(cast: Cast, tmp_path: Path) -> None:
    """Half a backup is none."""
    result = cast.app.test_cli_runner().invoke(args=["restore", str(tmp_path)])
    assert result.exit_code == 1
    assert "main.sqlite3" in result.output


def start(tmp_path: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`python app.py ...` in a process of its own."""
    paths = {"DATA_DIR": str(tmp_path / "d"), "KEY_DIR": str(tmp_path / "k")}
    return subprocess.run(
        [sys.executable, "app.py", *args], cwd=ROOT, env={**os.environ, **paths, **environ}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_bad_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    """And nothing else is printed."""
    done = start(tmp_path, PORT="eighty")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == ["PORT: must be a number from 1 to 65535, not 'eighty'."]


def test_commands_do_not_patch_with_gevent(tmp_path: Path) -> None:
    """gevent patches only when serving; a command runs on plain threads."""
    assert start(tmp_path, "--help").returncode == 0
    code = "import sys, app; app.create_app(); sys.exit('gevent.monkey' in sys.modules)"
    environ = {**os.environ, "DATA_DIR": str(tmp_path / "d"), "KEY_DIR": str(tmp_path / "k")}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, check=False).returncode == 0


def test_heavy_libraries_are_imported_when_needed(tmp_path: Path) -> None:
    """Starting must not load what only an export or an import of a spreadsheet uses."""
    code = (
        "import sys, app; app.create_app(); print([m for m in ('xlsxwriter', 'openpyxl', 'lxml') if m in sys.modules])"
    )
    environ = {**os.environ, "DATA_DIR": str(tmp_path / "d"), "KEY_DIR": str(tmp_path / "k")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
