"""The program imports only what its locks bring: at the top of a module the plain set, inside functions extras too."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
OURS = {"survey", "app"}


def modules() -> list[Path]:
    """Every module that a wheel carries."""
    return [*(ROOT / "survey").rglob("*.py"), ROOT / "app.py"]


owners = cache(packages_distributions)  # reads every installed package


@cache
def locked(name: str) -> set[str]:
    """The distributions of a lock."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {canonicalize_name(found) for found in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def imported(nodes: Iterator[ast.AST]) -> set[str]:
    """The top-level names of what these nodes import, without our own and the standard library."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
    return found - OURS - set(sys.stdlib_module_names)


def outside(found: set[str], lock: str) -> set[str]:
    """Which of these modules come from no distribution of the lock."""
    return {name for name in found if locked(lock).isdisjoint(map(canonicalize_name, owners().get(name, [])))}


def test_top_level_imports_are_in_the_plain_lock():
    wrong = {
        path.relative_to(ROOT).as_posix(): names
        for path in modules()
        if (names := outside(imported(iter(ast.parse(path.read_text(encoding="utf-8")).body)), "run"))
    }
    assert wrong == {}


def test_all_imports_are_in_the_server_lock():
    wrong = {
        path.relative_to(ROOT).as_posix(): names
        for path in modules()
        if (names := outside(imported(ast.walk(ast.parse(path.read_text(encoding="utf-8")))), "server"))
    }
    assert wrong == {}
