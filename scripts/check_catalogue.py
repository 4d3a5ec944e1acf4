"""Says whether the English catalogue is complete; with `--update`, brings it up to date for the translator.

Message ids are the Vietnamese sentences themselves, so a reworded sentence is a new message and its old translation
goes. No guesses are made: a wrong sentence that looks right is worse than a missing one, which this check reports.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = Path("translations/en/LC_MESSAGES/messages.po")
# `N_` marks a sentence where it is written down, to be translated where it is shown; `_l` waits for the reader too.
KEYWORDS = {
    "_": None,
    "N_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
SOURCES = {"survey": [("**.py", "python")], "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
Found = tuple[str, int, str | tuple[str, ...], list[str], str | None]
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}


def empty() -> Catalog:
    """A catalogue without messages."""
    header = "# English for Đối Thoại. Message ids are the Vietnamese sentences; see scripts/check_catalogue.py."
    return Catalog(locale="en", project="doi-thoai", version="1", header_comment=header, fuzzy=False)


def extract(root: Path) -> Catalog:
    """Every message in the program and its templates, with the files that use it."""
    found = empty()
    for folder, methods in SOURCES.items():
        for name, _line, ids, comments, context in _messages(root / folder, methods):
            found.add(ids, locations=[(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return found


def _messages(folder: Path, methods: list[tuple[str, str]]) -> Iterator[Found]:
    if folder.is_dir():
        yield from extract_from_dir(folder, methods, OPTIONS, KEYWORDS, comment_tags=("Translators:",))


def read(path: Path) -> Catalog:
    """The catalogue as it is kept, or an empty one before the first translation."""
    if not path.exists():
        return empty()
    with path.open("rb") as source:
        return read_po(source, locale="en")


def faults(kept: Catalog, found: Catalog) -> list[str]:
    """What keeps the catalogue from being complete, one line for each message."""
    known = {_key(message): message for message in kept if message.id}
    needed = {_key(message): message for message in found if message.id}
    lines = [f"not in the catalogue: {_show(needed[key])}" for key in needed.keys() - known.keys()]
    lines += [f"no longer used: {_show(known[key])}" for key in known.keys() - needed.keys()]
    for key in known.keys() & needed.keys():
        lines += _message_faults(known[key], kept)
    return sorted(lines)


def _message_faults(message: Message, catalogue: Catalog) -> Iterator[str]:
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    if not all(strings):
        yield f"not translated: {_show(message)}"
        return
    if message.fuzzy:
        yield f"marked fuzzy: {_show(message)}"
    errors = [str(error) for error in message.check(catalogue)]
    wanted = set(PLACEHOLDER.findall(_key(message)[0]))
    if not errors and any(set(PLACEHOLDER.findall(string or "")) != wanted for string in strings):
        errors = ["other placeholders than the Vietnamese"]
    yield from (f"{error}: {_show(message)}" for error in errors)


def _key(message: Message) -> tuple[str, str | None]:
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def _show(message: Message) -> str:
    return repr(_key(message)[0])


def update(path: Path, found: Catalog) -> None:
    """Add what is new with an empty translation, drop what is gone, keep the rest."""
    kept = read(path)
    before = {_key(message) for message in kept if message.id}
    if before == {_key(message) for message in found if message.id}:
        return
    kept.update(found, no_fuzzy_matching=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, kept, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


def main(arguments: list[str]) -> int:
    """Check, or with `--update` update and then check; non-zero while anything is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write new messages into the catalogue, drop unused ones")
    found = extract(ROOT)
    if parser.parse_args(arguments).update:
        update(ROOT / CATALOGUE, found)
    lines = faults(read(ROOT / CATALOGUE), found)
    for line in lines:
        print(f"{CATALOGUE}: {line}", file=sys.stderr)
    if lines:
        print(f"{len(lines)} messages to look after: `make messages`, then translate.", file=sys.stderr)
    return bool(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
