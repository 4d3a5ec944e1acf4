"""Work on a file in a process of its own: a spreadsheet takes a second of CPU, and streams must not wait for it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from survey.core.cells import refused
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.paths import PACKAGE
from survey.core.text import N_

PATIENCE = 30.0  # seconds
INLINE = 16 * 1024  # bytes; a text below that is read at once
MOST_MEMORY = 1024**3  # bytes, where the system can hold a process to it
_places = threading.BoundedSemaphore(2)


class NotRead(DomainError):
    """The file could not be read just now."""

    status = 503
    token = "busy"
    retry_after = 5


def is_light(data: bytes) -> bool:
    """Whether this file takes less to read than a process takes to start."""
    return not data.startswith(b"PK") and len(data) <= INLINE


def run(module: str, data: bytes, *arguments: str) -> Any:
    """What `serve` of this module gives for `data`. Raises `Invalid` for what it refuses, `NotRead` where too many wait."""
    if not _places.acquire(timeout=PATIENCE):
        raise NotRead(N_("Máy chủ đang đọc tệp khác. Hãy gửi lại sau ít giây."))
    try:
        answer = _run(module, data, arguments)
    finally:
        _places.release()
    if "refused" in answer:
        message, params = answer["refused"]
        raise Invalid(message, {"file": message}, **params)
    return answer["made"]


def serve(work: Callable[..., Any]) -> int:
    """In the other process: `work(data, *arguments)` of standard input, as JSON; or the sentence that says why not."""
    _hold_memory()
    try:
        answer = {"made": work(sys.stdin.buffer.read(), *sys.argv[1:])}
    except Invalid as error:
        answer = {"refused": (error.message, dict(error.params))}
    except MemoryError:
        return 1
    sys.stdout.write(json.dumps(answer))
    return 0


def _run(module: str, data: bytes, arguments: tuple[str, ...]) -> Any:
    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", module, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own modules, no shell
            command, input=data, capture_output=True, timeout=PATIENCE, check=False, env=environment
        )
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise refused(
            N_("Tệp này quá nặng nên không đọc được. Hãy chép riêng bảng cần lấy sang một tệp mới.")
        ) from error


def _hold_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
