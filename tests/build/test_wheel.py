"""What the wheel carries: the program with everything that it shows and migrates, and nothing of the workshop."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = "survey/_bundle/"


@pytest.fixture(scope="module")
def archive(wheel: Path) -> Iterator[ZipFile]:
    """The wheel, opened."""
    with ZipFile(wheel) as opened:
        yield opened


def sources(folder: str) -> dict[str, bytes]:
    """The files of a root-level folder as the checkout has them, without what Python and git leave about."""
    left_out = {".po", ".pot", ".pyc"}
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix not in left_out]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("folder", ["templates", "static", "migrations", "translations"])
def test_root_level_folders_are_bundled_unchanged(archive, folder):
    prefix = BUNDLE + folder + "/"
    names = {name for name in archive.namelist() if name.startswith(prefix)}
    assert {name.removeprefix(BUNDLE): archive.read(name) for name in names} == sources(folder)


def test_browser_files_match_their_names(archive):
    vendor = BUNDLE + "static/vendor/"
    manifest = json.loads(archive.read(vendor + "manifest.json"))
    assert {"app.js", "app.css"} <= manifest.keys()
    for hashed in manifest.values():
        found = re.search(r"-([0-9a-f]{8})\.\w+$", hashed)
        assert found is not None
        assert hashlib.sha256(archive.read(vendor + hashed)).hexdigest()[:8] == found[1]


def test_third_party_licences_are_there(archive):
    names = set(archive.namelist())
    licences = {"LICENSE-htmx.txt", "fonts/LICENSE-be-vietnam-pro.txt", "fonts/LICENSE-tinos.txt"}
    assert {f"{BUNDLE}static/vendor/{name}" for name in licences} <= names


def test_nothing_of_the_workshop_is_there(archive):
    tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops - {"survey", "app.py"} == {tops for tops in tops if tops.endswith(".dist-info")}
    assert [name for name in archive.namelist() if "node_modules" in name or name.endswith((".pyc", ".po"))] == []


def test_metadata_asks_for_what_pyproject_asks_for(archive):
    name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_bytes(archive.read(name))
    assert metadata["Name"] == "doi-thoai"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra", [])) == {"postgres", "redis", "gunicorn", "pdf", "fast"}
    scripts = next(name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
    assert "doithoai = app:main" in archive.read(scripts).decode()
