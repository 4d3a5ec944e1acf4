"""Sheets as PDF, an extra: made by WeasyPrint in a process of its own, offered only where that is there and works.

Seven seconds of layout on the loop would freeze every stream; and Pango, which WeasyPrint needs, is no Python package.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from functools import cache

from survey.core.errors import DomainError
from survey.core.paths import PACKAGE
from survey.core.text import N_

log = logging.getLogger("survey")
MOST_CARDS = 800  # of one file; more as pages to print, or as several files
PATIENCE = 180.0  # seconds
_places = threading.BoundedSemaphore(1)  # a second organiser waits


class NotMade(DomainError):
    """The file could not be made."""

    status = 503
    token = "busy"
    retry_after = 5


@cache
def available() -> bool:
    """Whether WeasyPrint is installed and finds its libraries; tried once, in a process of its own."""
    try:
        return _run(["--check"], b"", 20.0).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def render(page: str) -> bytes:
    """The page as PDF. What it holds goes by a pipe: a command line and a file are seen by others. Raises `NotMade`."""
    try:
        with _places:
            done = _run([], page.encode(), PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_made(type(error).__name__) from error
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        raise _not_made(done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1][:200])
    return done.stdout


def _run(arguments: list[str], given: bytes, patience: float) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "survey.desk.pdf_worker", *arguments]
    return subprocess.run(  # noqa: S603 - our own module, and arguments of our own
        command, env={**os.environ, "PYTHONPATH": path}, input=given, capture_output=True, timeout=patience, check=False
    )


def _not_made(why: str) -> NotMade:
    log.error("pdf: %s", why)
    return NotMade(
        N_(
            "Chưa làm được tệp PDF, và lô vừa làm đã hủy. Hãy bấm In thẻ để in từ trình duyệt, hoặc thử lại sau ít phút."
        )
    )
