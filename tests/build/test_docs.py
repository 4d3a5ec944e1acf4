"""The documents speak of what is there: links, pictures, commands, targets, paths, settings, words of the interface."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from survey.cli.commands import COMMANDS
from survey.exports import queries as exports

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDE = sorted([ROOT / "docs/user-guide.vi.md", *(ROOT / "docs/huong-dan").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*?src=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
WEIGHT = 2.5e6  # bytes of all pictures


def name(path: Path) -> str:
    """A document as the test's id."""
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    """The text of a document."""
    return path.read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """What a heading is called in a link, as the hosts of such documents make it."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", read(path)), re.MULTILINE)
    plain = (unicodedata.normalize("NFC", heading).lower() for heading in found)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


def links(path: Path) -> Iterator[str]:
    """Every relative link and picture of a document."""
    for found in LINK.finditer(FENCE.sub("", read(path))):
        target = found[1] or found[2]
        if not re.match(r"[a-z]+:", target):
            yield unquote(target)


def spoken_of(path: Path) -> str:
    """What a document shows as something to type: its code, in lines and in blocks."""
    text = read(path)
    return "\n".join([*FENCE.findall(text), *CODE.findall(FENCE.sub("", text))])


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_and_picture_leads_somewhere(path: Path) -> None:
    broken = []
    for target in links(path):
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_picture_is_shown_and_their_weight_is_bounded() -> None:
    shown = {(path.parent / target).resolve() for path in DOCUMENTS for target in links(path)}
    pictures = set((ROOT / "docs/pictures").iterdir())
    assert pictures - shown == set()
    assert sum(picture.stat().st_size for picture in pictures) < WEIGHT


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_command_exists(path: Path) -> None:
    known = {str(command.name) for command in COMMANDS} | {"demo"}
    text = spoken_of(path)
    named = set(re.findall(r"(?:app\.py|--app app|^doithoai|`doithoai) ([a-z][a-z-]*)", text, re.MULTILINE))
    assert named - known == set()


def test_the_readme_names_every_command() -> None:
    named = set(re.findall(r"^\| `python app\.py ([a-z-]+)", read(ROOT / "README.md"), re.MULTILINE))
    assert named == {str(command.name) for command in COMMANDS} | {"demo"}


def test_the_readme_names_every_scene_and_table() -> None:
    line = {
        row.split("`")[1].split()[2]: row for row in read(ROOT / "README.md").splitlines() if "| `python app.py " in row
    }
    sample = next(command for command in COMMANDS if command.name == "sample")
    scenes = next(parameter for parameter in sample.params if parameter.name == "scene").type.choices  # type: ignore[attr-defined]
    assert set(scenes) <= set(CODE.findall(line["sample"]))
    assert set(exports.REPORTS) <= set(CODE.findall(line["export"]))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_make_target_exists(path: Path) -> None:
    known = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", spoken_of(path))) - known == set()


def test_the_readme_names_every_setting() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", read(ROOT / "README.md"), re.MULTILINE)
    used = re.findall(r"environ(?:\.get\(|, )\"([A-Z_]+)\"", read(ROOT / "survey/core/settings.py"))
    assert set(rows) == set(used)
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "STYLE.md", *(ROOT / "docs").glob("*.md")], ids=name)
def test_every_path_is_a_route(path: Path, app: Flask) -> None:
    """`/s/<code>/x` and `/healthz` in backquotes; files of the machine are no paths of ours."""
    routes = app.url_map.bind("localhost")
    wrong = []
    for found in re.findall(r"`(?:(GET|POST|DELETE) )?(/[^`\s]*)`", read(path)):
        method, address = found[0] or "GET", re.sub(r"<[a-z_]+>", "x1", found[1]).split("?")[0]
        if address.startswith(("/srv", "/var", "/etc", "/mnt", "/backup", "/static")) or address.endswith("-like"):
            continue
        try:
            routes.match(address, method)
        except (NotFound, MethodNotAllowed):
            wrong.append(" ".join(found))
        except RequestRedirect:
            pass
    assert wrong == []


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "STYLE.md", *(ROOT / "docs").glob("*.md")], ids=name)
def test_every_file_in_backquotes_exists(path: Path) -> None:
    """Names with a folder of this checkout in front; `<…>` and `*` stand for something."""
    tops = "|".join(re.escape(top.name) for top in ROOT.iterdir() if not top.name.startswith("."))
    named = set(re.findall(rf"`((?:{tops})/[^`\s<>*:]*)`", read(path)))
    made = {"bench/results/", "static/vendor/"}
    assert {file for file in named - made if not (ROOT / file).exists()} == set()


def members() -> dict[str, set[str]]:
    """What the classes of this program have, by their names: methods, fields, what is kept in `self`, what is inherited."""
    found, above = dict[str, set[str]](), set[tuple[str, str]]()
    for path in (ROOT / "survey").rglob("*.py"):
        for one in (node for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.ClassDef)):
            named = found.setdefault(one.name, set())
            above.update((one.name, base.id) for base in one.bases if isinstance(base, ast.Name))
            for node in ast.walk(one):
                if isinstance(node, ast.FunctionDef):
                    named.add(node.name)
                elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
                    named.add(node.id if isinstance(node, ast.Name) else node.attr)
    for name, base in above:
        found[name] |= found.get(base, set())
    return found


def test_every_member_of_a_class_that_a_comment_names_exists() -> None:
    known = members()
    said = {
        (path.relative_to(ROOT).as_posix(), *found)
        for path in (ROOT / "survey").rglob("*.py")
        for found in re.findall(r"`([A-Z][a-z]\w+)\.([a-z]\w*)\b", read(path))
    }
    assert len(said) > 9
    assert {one for one in said if one[1] in known and one[2] not in known[one[1]]} == set()
    assert "write" in known["Database"]


def words() -> str:
    """Every message of the interface, a line each, with what is filled in left open."""
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    return "\n".join(
        part for message in catalogue for part in ([message.id] if isinstance(message.id, str) else message.id)
    )


@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_the_guide_names_buttons_as_they_are_called(path: Path) -> None:
    """Bold is what stands on the screen, so each bold word is a message, or a message with its number filled in."""
    known = words().splitlines()
    patterns = [re.compile(re.sub(r"%\\?\(\w+\\?\)s", ".+", re.escape(line))) for line in known if "%(" in line]
    wrong = []
    for bold in re.findall(r"\*\*([^*]+)\*\*", read(path)):
        word = bold.rstrip("…")
        if not {bold, word} & set(known) and not any(pattern.fullmatch(word) for pattern in patterns):
            wrong.append(bold)
    assert wrong == []


def test_premise_a_renamed_button_would_be_noticed() -> None:
    assert "Duyệt" in words().splitlines()
    assert "Phê chuẩn" not in words().splitlines()
