"""The process that sends, beside the one that serves: a disk that hangs holds no phone up.

It ends with the server that began it, whose end of the pipe closes however that one dies. Of several on one installation
one sends, and the next takes its place.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from survey.core.settings import Settings
from survey.core.settings import load
from survey.followups import attachments
from survey.followups import publishing
from survey.machine import sending
from survey.spare.sending import Sender

EVERY = 2.0  # seconds between two passes; what was acknowledged 5 s before a power cut must be there
LOCK = "spare.lock"  # in KEY_DIR
FOLDERS = (attachments.FOLDER, f"{publishing.FOLDER}/{attachments.FOLDER}")
log = logging.getLogger("survey")


def run(settings: Settings, going_on: Callable[[], bool] = lambda: True) -> None:
    """Send for as long as `going_on` says so."""
    with (settings.key_dir / LOCK).open("a+b") as file:
        while going_on() and not _locked(file):
            time.sleep(EVERY)
        sender, said = Sender(settings, FOLDERS), sending.FINE
        while going_on():
            began = time.monotonic()
            try:
                problem = sender.look()
            except Exception as error:  # noqa: BLE001 -- the next pass may be better; the page is red meanwhile
                problem = type(error).__name__
            if problem and problem != said:
                log.error("spare: %s", problem)
            said = problem
            took = time.monotonic() - began
            time.sleep(max(EVERY - took, took))  # a slow disk is left in peace half of the time


def _locked(file: IO[bytes]) -> bool:
    """Whether this process is the one that sends now."""
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows
    except ImportError:
        return _locked_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _locked_on_windows(file: IO[bytes]) -> bool:
    import msvcrt  # noqa: PLC0415 -- only on Windows

    file.seek(0)
    with contextlib.suppress(OSError):
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        return True
    return False


def _watch_parent() -> None:
    """The pipe from the server has no more to say when that is gone."""

    def look() -> None:
        sys.stdin.buffer.read()
        os._exit(0)  # at once, also out of a write that hangs; a pass that is cut off is what both places are for

    threading.Thread(target=look, name="parent", daemon=True).start()


def main() -> None:
    """`python -m survey.spare.sender`, with the environment of the server."""
    logging.basicConfig(format="%(levelname)s %(message)s")
    _watch_parent()
    settings = load(os.environ)
    if settings.spare_dir is not None:
        with contextlib.suppress(KeyboardInterrupt):
            run(settings)


if __name__ == "__main__":
    main()
