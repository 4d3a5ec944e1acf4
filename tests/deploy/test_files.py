"""The files of deploy/: each is taken by the program that it is for, and speaks of what is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from survey.cli.commands import COMMANDS
from tests.conftest import need

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SETTINGS = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
PAGES = sorted(DEPLOY.glob("*.md"))
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
SCRIPTS = [path for path in FILES if path.read_bytes().startswith((b"#!/bin/sh", b"#!/usr/bin/env bash"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    """A file as the test's id."""
    return path.relative_to(DEPLOY).as_posix()


def tool(wanted: str) -> str:
    """Where a program is; Debian keeps some outside the path of users."""
    found = shutil.which(wanted) or shutil.which(wanted, path="/usr/sbin:/sbin")
    need(found, wanted)
    return str(found)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    relative = [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]
    assert [link for link in relative if not (path.parent / link.partition("#")[0]).exists()] == []


def test_the_first_page_leads_to_every_way_and_every_other_page() -> None:
    found = set(LINK.findall((DEPLOY / "README.md").read_text(encoding="utf-8")))
    assert {path.name for path in PAGES} - {"README.md"} <= found


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w/])((?:deploy|bench|docs)/[\w@./-]+\w)", text))
    assert {file for file in named if not (ROOT / file).exists()} - {"bench/results"} == set()


def assigned(path: Path) -> set[str]:
    """Names in capitals that are given a value, or handed to a container, as settings of the program."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        block = text.split("environment: &environment")[1].split("volumes:")[0]
        return set(re.findall(r"^ +([A-Z_]+):", block, re.MULTILINE))
    if path.suffix == ".md":
        return set(re.findall(r"\b([A-Z]+_[A-Z_]+)=", text))
    return set(re.findall(r"^([A-Z][A-Z_]+)=", text, re.MULTILINE)) - {"NAME", "EMAIL", "ACME"}


@pytest.mark.parametrize("path", [*PAGES, DEPLOY / "data-centre/environment", DEPLOY / "data-centre/compose.yaml",
                                  DEPLOY / "one-machine/install.sh"], ids=name)  # fmt: skip
def test_every_setting_exists(path: Path) -> None:
    found = assigned(path)
    assert found - SETTINGS == set()
    assert found or path.suffix == ".md"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_command_exists(path: Path) -> None:
    if path.suffix == ".py":
        return
    known = {str(command.name) for command in COMMANDS} | {"demo"}
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:python3? app\.py|^\s*doithoai|`doithoai) ([a-z][a-z-]*)", text, re.MULTILINE))
    assert named - known == set()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_names_a_place_where_packages_come_from(path: Path) -> None:
    """Hashes say what may be installed; from where is the machine's own setting."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"index-url|find-links|trusted-host|pypi\.org|npmjs|/work/|/tmp/", text) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_can_be_read_and_run(path: Path) -> None:
    shell = "bash" if b"bash" in path.read_bytes()[:24] else "sh"
    subprocess.run([tool(shell), "-n", path], check=True)
    assert os.access(path, os.X_OK)


def test_the_lock_of_the_certificate_tool_pins_every_package_by_hash() -> None:
    lines = (DEPLOY / "one-machine/requirements-certbot.txt").read_text(encoding="utf-8")
    packages = re.findall(r"^([a-z0-9-]+)==[^\n]*\\\n {4}--hash=sha256:", lines, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z0-9-]+==", lines, re.MULTILINE))
    assert "certbot" in packages


def test_units_are_taken_by_systemd(tmp_path: Path) -> None:
    """With programs that exist in place of those that are installed later; a word it does not know is found (premise)."""
    verify = tool("systemd-analyze")
    units = [path for path in FILES if path.suffix in {".service", ".timer"}]
    for path in units:
        there = path.name.replace("@.", "@8001.")
        text = re.sub(r"(?<=^ExecStart=)\S+", sys.executable, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        text = re.sub(r"^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE)
        (tmp_path / there).write_text(text, encoding="utf-8")
        assert complaints(verify, tmp_path / there) == ""
    wrong = tmp_path / "wrong.service"
    wrong.write_text("[Service]\nExecStart=/bin/true\nProtectSistem=strict\n", encoding="utf-8")
    assert "ProtectSistem" in complaints(verify, wrong)


@pytest.mark.parametrize("unit", ["one-machine/doithoai.service", "data-centre/doithoai@.service"])
def test_a_server_may_write_where_the_pages_put_the_spare(unit: str) -> None:
    lines = re.findall(r"^ReadWritePaths=-?(.+)$", (DEPLOY / unit).read_text(encoding="utf-8"), re.MULTILINE)
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    places = {Path(found) for found in re.findall(r"SPARE_DIR=(/[\w/-]+)", text)}
    assert places
    assert [place for place in places if not any(place.is_relative_to(line) for line in lines)] == []


def test_an_image_takes_along_no_data_and_nothing_that_the_machine_made() -> None:
    left_out = set((ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n"))
    assert left_out >= {".git", ".venv*", "data", "data-*", "keys", "node_modules", "build", "*.sqlite3*"}
    known = (ROOT / ".gitignore").read_text(encoding="utf-8")
    ours = {line.strip("/") for line in known.split("\n") if re.fullmatch(r"/[a-z-]+/", line)}
    assert {name for name in ours if name not in left_out and not name.startswith("data-")} == set()


def complaints(verify: str, unit: Path) -> str:
    """What `systemd-analyze verify` says of this unit alone; where no manager can be asked it says nothing useful."""
    done = subprocess.run([verify, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    return "\n".join(line for line in done.stderr.splitlines() if unit.name in line)


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("Caddyfile*")), ids=name)
def test_caddy_takes_its_files(path: Path, tmp_path: Path) -> None:
    caddy = tool("caddy")
    files = [tmp_path / "fullchain.pem", tmp_path / "privkey.pem"]
    subprocess.run(
        [tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=doithoai.example", "-out", files[0], "-keyout", files[1]], check=True, capture_output=True,
    )  # fmt: skip
    text = path.read_text(encoding="utf-8").replace("NAME", "doithoai.example").replace("/etc/doithoai/tls/", "")
    text = text.replace("fullchain.pem", str(files[0])).replace("privkey.pem", str(files[1]))
    (tmp_path / "Caddyfile").write_text(text, encoding="utf-8")
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert (done.returncode, done.stderr[-300:] if done.returncode else "") == (0, "")


def test_compose_keeps_what_must_be_kept_and_nothing_else() -> None:
    """Read by its own lines; docker reads it too where it is whole."""
    text = (DEPLOY / "data-centre/compose.yaml").read_text(encoding="utf-8")
    assert re.findall(r"redis-server.*", text) == ['redis-server", "--save", "", "--appendonly", "no"]']
    assert re.findall(r'ports: \["([^"]+)"\]', text) == ["127.0.0.1:8001:8000", "127.0.0.1:8002:8000"]
    assert set(re.findall(r"- (\w+):/var/lib/doithoai", text)) == {"data", "keys", "box"}
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        environ = {**os.environ, "POSTGRES_PASSWORD": "x", "BASE_URL": "https://doithoai.example"}
        config = [docker, "compose", "-f", str(DEPLOY / "data-centre/compose.yaml"), "config", "--quiet"]
        subprocess.run(config, check=True, env=environ)
