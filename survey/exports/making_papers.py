"""The file of a paper: a small DOCX at once, everything else, and many letters at once, in a process that knows no database."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

from survey.core.errors import NotFound
from survey.core.paths import PACKAGE
from survey.core.text import N_
from survey.core.text import fold
from survey.exports import packing
from survey.exports import paper_list
from survey.exports import paper_tables
from survey.exports import papers
from survey.exports import service
from survey.exports import write_html
from survey.exports.papers import Paper
from survey.exports.scene import Scene
from survey.exports.service import File
from survey.exports.service import NotMade

FORMATS: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
}  # fmt: skip
SMALL = 40  # blocks and rows that are written while everybody waits
PATIENCE = 240.0  # seconds: five hundred questions with long answers are two hundred pages
NO_PDF = N_(
    "Máy chủ này chưa có phần làm PDF. Hãy tải DOCX rồi lưu thành PDF, hoặc nhờ người cài đặt thêm thành phần pdf."
)
NOTHING = N_("Không có đơn vị nào đang quá hạn, nên không có công văn đôn đốc.")
AGAIN = 60.0  # seconds
_tried: dict[str, float] = {}
_moment = time.monotonic
_places = threading.BoundedSemaphore(2)  # a second organiser waits


class NoPdf(NotMade):
    """This server makes no PDF at all."""

    retry_after = 3600


def make(scene: Scene, name: str, fmt: str, *, draft: bool | None = None) -> File:
    """The paper as (content, mimetype, name). Raises `NotFound` for an unknown name, `NotMade`, `NoPdf`."""
    kind = paper_list.BY_NAME.get(name)
    if kind is None or fmt not in FORMATS:
        raise NotFound(N_("Không có văn bản này. Hãy chọn ở trang Văn bản."))
    return written(_drafted(kind.make(scene), draft), fmt), FORMATS[fmt], f"{_stem(scene, kind.file)}.{fmt}"


def reminder(scene: Scene, unit_id: str, fmt: str, *, draft: bool | None = None) -> File:
    """The letter to one unit. Raises `NotFound` where it has nothing overdue."""
    names = owing(scene)
    if unit_id not in names:
        raise NotFound(N_("Đơn vị này không có kiến nghị quá hạn."))
    content = written(_drafted(paper_tables.reminder(scene, unit_id), draft), fmt)
    return content, FORMATS[fmt], f"{_stem(scene, 'don-doc')}-{plain(names[unit_id])}.{fmt}"


def reminders(scene: Scene, fmt: str, *, draft: bool | None = None) -> File:
    """All letters in one ZIP, one for each unit. Raises `NotFound` where nobody owes anything."""
    found = owing(scene)
    if not found:
        raise NotFound(NOTHING)
    letters = [
        (
            f"don-doc-{place:02}-{plain(name)}.{fmt}",
            _sent(_drafted(paper_tables.reminder(scene, unit_id), draft), fmt).decode(),
        )
        for place, (unit_id, name) in enumerate(found.items(), start=1)
    ]
    content = _beside(f"letters-{fmt}", json.dumps(letters, ensure_ascii=False).encode())
    return content, "application/zip", f"{_stem(scene, 'don-doc')}-{fmt}.zip"


def owing(scene: Scene) -> dict[str, str]:
    """The units with something overdue: name by id, in the order of their oldest deadline."""
    return {one.unit_id: one.unit for one in scene.overdue() if one.unit_id}


def written(paper: Paper, fmt: str) -> bytes:
    """The bytes of a paper."""
    if fmt == "pdf" or papers.weight(paper) > SMALL:
        return _beside(fmt, _sent(paper, fmt))
    from survey.exports import write_docx  # noqa: PLC0415 - lxml is heavy, and most processes never write a document

    return write_docx.write(paper)


def can_print() -> bool:
    """Whether WeasyPrint is installed and finds its libraries; tried in a process of its own.

    A yes is kept. A no may come of a busy moment, so it holds for `AGAIN` seconds.
    """
    failed = _tried.get("failed")
    if "works" not in _tried and (failed is None or _moment() - failed >= AGAIN):
        _tried["works" if _prints() else "failed"] = _moment()
    return "works" in _tried


def forget() -> None:
    """Try anew at the next question."""
    _tried.clear()


def _prints() -> bool:
    try:
        return _run("check", b"", 20.0).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def plain(name: str) -> str:
    """Letters that every file system takes."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "don-vi"


def _drafted(paper: Paper, draft: bool | None) -> Paper:
    return paper if draft is None or paper.plain else dataclasses.replace(paper, draft=draft)


def _stem(scene: Scene, name: str) -> str:
    return f"{'dien-tap-' if scene.dialogue.rehearsal else ''}{name}-{scene.dialogue.code}"


def _sent(paper: Paper, fmt: str) -> bytes:
    """What the process that writes it is told of the paper. Raises `NoPdf`."""
    if fmt == "docx":
        return packing.pack(paper)
    if not can_print():
        raise NoPdf(NO_PDF)
    return write_html.write(paper).encode()


def _beside(fmt: str, sent: bytes) -> bytes:
    try:
        with _places:
            done = _run(fmt, sent, PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise service.not_made(type(error).__name__) from error
    return service.output(done)


def _run(fmt: str, sent: bytes, patience: float) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    return subprocess.run(  # noqa: S603 - our own module, and an argument of our own
        [sys.executable, "-m", "survey.exports.paper_worker", fmt], input=sent, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, timeout=patience, check=False,
    )  # fmt: skip
