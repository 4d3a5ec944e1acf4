"""The installed program stands alone: no checkout, no npm, no make, nothing on the PATH."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = """
import app
application = app.create_app()
client = application.test_client()
health = client.get("/healthz")
assert health.status_code == 200, health.status
with application.test_request_context():
    script = application.jinja_env.globals["asset"]("app.js")
answer = client.get(script)
assert answer.status_code == 200 and b"htmx" in answer.data, answer.status
assert "Set-Cookie" not in answer.headers
"""


@pytest.fixture
def run(installed: Path, tmp_path: Path):
    """Run Python code against the installed package, from an empty folder and with an empty PATH."""

    def run(code: str, **environ: str) -> str:
        # -S keeps the editable installation of this environment, and so the checkout, off the path.
        paths = os.pathsep.join([str(installed), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
        env = {"PATH": str(tmp_path / "nothing"), "PYTHONPATH": paths, "PYTHONUTF8": "1", **environ}
        command = [sys.executable, "-S", "-c", code]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.mark.parametrize("name", ["templates", "static", "migrations"])
def test_resources_come_from_the_installed_package(run, installed, name):
    found = run(f"from survey.core.paths import resources; print(resources({name!r}))")
    assert Path(found) == installed / "survey/_bundle" / name
    assert Path(found).is_dir() == any(path.is_file() for path in (ROOT / name).rglob("*"))


def test_starts_alone(run, tmp_path):
    run(START, DATA_DIR=str(tmp_path / "data"))


@pytest.mark.parametrize("name", ["dữ liệu đối thoại", "C:\\Users\\Nguyễn Văn Ánh\\Đối Thoại", "100% #1; + & rồi"])
def test_starts_with_an_awkward_data_folder(run, tmp_path, name):
    folder = tmp_path / name
    run(START, DATA_DIR=str(folder))
    assert {path.name for path in folder.iterdir()} >= {"main.sqlite3", "roll.sqlite3"}


def test_data_folder_that_no_database_url_can_name_is_used_or_refused(run, tmp_path):
    code = f"""
from survey.core.settings import BadSetting
try:
    exec({START!r})
except BadSetting as error:
    print(error)
"""
    line = run(code, DATA_DIR=str(tmp_path / "hỏi?"))
    assert line.startswith("DATA_DIR: ") or (tmp_path / "hỏi?" / "main.sqlite3").exists()
    assert not (tmp_path / "hỏi").exists()


def test_missing_front_end_is_one_clear_line(run):
    code = """
from pathlib import Path
from survey.web.assets import AssetsMissing, read_manifest
try:
    read_manifest(Path("nowhere"))
except AssetsMissing as error:
    print(error)
"""
    assert run(code).splitlines() == [
        f"{Path('nowhere') / 'vendor' / 'manifest.json'} is missing: build the front end with `make assets`."
    ]
