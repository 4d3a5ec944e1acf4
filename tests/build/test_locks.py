"""The locks pin everything by hash, belong to `pyproject.toml` as it is, and name no place to download from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = PROJECT["project"]["dependencies"]
EXTRAS = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "run": RUN,
    "server": RUN + EXTRAS,
    "build": GROUPS["build"],
    "node": GROUPS["node"],
    "dev": RUN + EXTRAS + GROUPS["build"] + [line for line in GROUPS["dev"] if isinstance(line, str)],
}


def pins(lock: Path) -> dict[str, set[Version]]:
    """Every version that a lock may install, by canonical name."""
    found: dict[str, set[Version]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def test_there_is_a_lock_for_each_use():
    assert {lock.stem for lock in LOCKS} == set(WANTED)


@pytest.mark.parametrize("name", sorted(WANTED))
def test_lock_satisfies_pyproject(name):
    have = pins(ROOT / "requirements" / f"{name}.txt")
    wanted = [Requirement(line) for line in WANTED[name]]
    stale = [str(r) for r in wanted if not any(v in r.specifier for v in have.get(canonicalize_name(r.name), ()))]
    assert stale == [], "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_hashes_and_nothing_says_where_from(lock):
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    pin = re.compile(r"[\w.-]+==\S+( ; [^\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert [entry.splitlines()[0] for entry in entries if not pin.fullmatch(entry)] == []


def test_locks_agree_with_each_other():
    widest = pins(ROOT / "requirements/dev.txt")
    for name in ("run", "server", "build"):
        assert {
            package: versions
            for package, versions in pins(ROOT / "requirements" / f"{name}.txt").items()
            if not versions <= widest[package]
        } == {}


def test_build_requirements_are_the_locked_ones():
    assert PROJECT["build-system"]["requires"] == GROUPS["build"]


def test_front_end_lock_has_sums_and_no_addresses():
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    root, entries = packages.pop(""), packages
    assert root["dependencies"] == wanted
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name.removeprefix("node_modules/"): entry["version"] for name, entry in entries.items()} == wanted
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in entries.values())
