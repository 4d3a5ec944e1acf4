"""Each wrong import breaks the contract that was written against it, and the tree as it is breaks none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache', '--no-logo'])"
WRONG = [
    ("1", "survey/core/text.py", "import survey.web"),
    ("1", "survey/pages/__init__.py", "import survey.desk"),
    ("1", "survey/questions/__init__.py", "import survey.questionnaires"),
    ("1", "survey/newcomer/__init__.py", "import survey.core"),
    ("2", "survey/questions/models.py", "import survey.questions.service"),
    ("2", "survey/roll/queries.py", "import survey.roll.views"),
    ("3", "survey/questions/service.py", "import flask"),
    ("3", "survey/core/text.py", "import werkzeug"),
    ("4", "survey/room/service.py", "import survey.roll.models"),
    ("4", "survey/moderation/views.py", "from survey.roll import queries"),
    ("5", "survey/questions/queries.py", "import survey.accounts.models"),
    ("5", "survey/moderation/service.py", "from survey import accounts"),
    ("6", "survey/exports/tables.py", "import survey.roll.models"),
]
ALLOWED = [
    ("survey/moderation/views.py", "import survey.accounts.service"),
    ("survey/exports/tables.py", "from survey.roll import counts"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package without its contents: every module is there and empty, so that only the test's import counts."""
    for module in (ROOT / "survey").rglob("*.py"):
        target = tmp_path / module.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    for name in ("accounts/service", "accounts/models", "roll/models", "roll/queries", "roll/views", "roll/counts"):
        (tmp_path / "survey" / f"{name}.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(root: Path) -> set[str]:
    """The numbers of the contracts that the package under `root` breaks."""
    # Wide enough for one line a contract.
    env = {"PYTHONPATH": str(root), "COLUMNS": "200"}
    command = [sys.executable, "-c", LINT]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=env)
    numbers = {line[0] for line in done.stdout.splitlines() if line.endswith("BROKEN")}
    assert (done.returncode != 0) == bool(numbers), done.stdout + done.stderr
    return numbers


def add(root: Path, name: str, line: str) -> None:
    """Write one import into a module, new or not."""
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(line + "\n", encoding="utf-8")


@pytest.mark.parametrize(("contract", "name", "line"), WRONG)
def test_wrong_import_breaks_its_contract(copy, contract, name, line):
    add(copy, name, line)
    assert contract in broken(copy)


def test_what_is_allowed_breaks_none(copy):
    for name, line in ALLOWED:
        add(copy, name, line)
    assert broken(copy) == set()
