"""What a start loads: libraries that only some pages or commands need wait for them, so that a killed server is back soon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Migrations, calendars, workbooks, documents, drawings, the shared bus, the other database.
LATE = {
    "alembic", "mako", "icalendar", "openpyxl", "xlsxwriter", "docx", "lxml", "weasyprint", "PIL", "segno", "redis",
    "psycopg", "pytest",
}  # fmt: skip
WORDS = (
    "import app, json, sys; made = app.create_app(); assert made.test_client().get('/healthz').status_code == 200;"
    "print(json.dumps(sorted(sys.modules)))"
)


def loaded(data: Path) -> set[str]:
    """The libraries that a new process has loaded when it first answers."""
    environ = {**os.environ, "DATA_DIR": str(data / "data"), "KEY_DIR": str(data / "keys")}
    done = subprocess.run(
        [sys.executable, "-c", WORDS], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_a_start_loads_nothing_that_only_some_pages_need(tmp_path: Path) -> None:
    first, again = loaded(tmp_path), loaded(tmp_path)
    assert first & LATE == {"alembic", "mako"}, "the first start makes the databases"
    assert again & LATE == set()
    assert {"flask", "sqlalchemy", "survey"} <= again
