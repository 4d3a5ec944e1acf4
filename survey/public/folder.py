"""The public page as a folder that a portal can lay out: everything beside it, no address of ours, no script.

`index.html` (Vietnamese), `en.html`, `style.css` with its fonts, `data.json`, `feed.atom` and the published files.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

from flask import render_template
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import NotFound
from survey.core.offload import off_the_loop
from survey.core.paths import resources
from survey.dialogues.models import Dialogue
from survey.followups import attachments
from survey.followups import publishing
from survey.public import document
from survey.public import feed
from survey.public import shown as reading
from survey.public.shown import Shown
from survey.web.assets import read_manifest
from survey.web.i18n import speaking

PAGES = {"index.html": "vi", "en.html": "en"}
_FONT = re.compile(r"url\((fonts/[^)]+)\)")
_PRESSED = frozenset({*attachments.KINDS, "woff2"})  # pressed already: doing it again costs seconds and gains nothing
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content is the same file, byte for byte


def write(
    target: IO[bytes], session: Session, data_dir: Path, dialogue: Dialogue, states: dict[str, str], base: str
) -> None:
    """Put the folder into an open file as ZIP. `base` is where the page itself stays, for the feed.

    Two hundred megabytes of scans pass through one file at a time and beside the loop: a hall may be running.
    """
    with zipfile.ZipFile(target, "w") as folder:
        for name, content in files(session, data_dir, dialogue, states, base):
            info = zipfile.ZipInfo(name, _EPOCH)
            pressed = name.rpartition(".")[2].lower() in _PRESSED
            info.compress_type = zipfile.ZIP_STORED if pressed else zipfile.ZIP_DEFLATED
            off_the_loop(partial(folder.writestr, info, content))


def files(
    session: Session, data_dir: Path, dialogue: Dialogue, states: dict[str, str], base: str
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file."""
    shown = reading.of(session, dialogue)
    for name, language in PAGES.items():
        with speaking(language):
            yield name, page(shown, states).encode()
    yield "feed.atom", feed.write(shown, base)
    yield "data.json", json.dumps(document.whole(shown), ensure_ascii=False, indent=1).encode()
    yield from _style()
    yield from _attached(session, data_dir, shown)


def page(shown: Shown, states: dict[str, str]) -> str:
    """The page, in the language that is spoken."""
    return render_template(
        "public/folder.html", shown=shown, questions=shown.questions, recommendations=shown.recommendations, asked={},
        sifted=False, states=states, static=True, join=None, drawing=None, counted="", today=local(now()).date(),
    )  # fmt: skip


def _style() -> Iterator[tuple[str, bytes]]:
    vendor = resources("static") / "vendor"
    names = read_manifest(resources("static"))
    sheets = "\n".join((vendor / names[name]).read_text(encoding="utf-8") for name in ("app.css", "public.css"))
    yield "style.css", sheets.encode()
    for font in sorted(set(_FONT.findall(sheets))):
        yield font, (vendor / font).read_bytes()


def _attached(session: Session, data_dir: Path, shown: Shown) -> Iterator[tuple[str, bytes]]:
    """What is missing on the disk is left out: the page of the folder is worth more than its last file."""
    for paper in shown.papers.files:
        try:
            yield f"files/{paper.id}-{paper.name}", publishing.read(data_dir, paper)
        except NotFound:
            continue
    for promised in shown.recommendations:
        for one in promised.one.files:
            try:
                found = attachments.load(session, shown.id, one.id, published=True)
                yield f"files/{one.id}-{one.name}", attachments.read(data_dir, found)
            except NotFound:
                continue


def file_name(dialogue: Dialogue) -> str:
    """What the ZIP file is called."""
    return quote(f"cong-bo-{dialogue.code}.zip")
