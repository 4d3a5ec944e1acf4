"""Reading an upload in a process of its own: a spreadsheet takes a second of CPU, and streams must not wait for it.

`python -m survey.moderation.upload file|paste <file name>` reads its standard input and prints JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.paths import PACKAGE
from survey.core.text import N_
from survey.moderation.intake import Reading
from survey.moderation.intake import packed
from survey.moderation.intake import read_file
from survey.moderation.intake import read_paste
from survey.moderation.intake import unpacked
from survey.moderation.sheets import refused

PATIENCE = 30.0  # seconds
INLINE = 16 * 1024  # bytes; a text below that is read at once
MOST_MEMORY = 1024**3  # bytes, where the system can hold a process to it
_places = threading.BoundedSemaphore(2)


class NotRead(DomainError):
    """The file could not be read just now."""

    status = 503
    token = "busy"
    retry_after = 5


def read_upload(data: bytes, file_name: str) -> Reading:
    """`intake.read_file` without holding anybody up. Raises `Invalid`, and `NotRead` when too many are being read."""
    if not data.startswith(b"PK") and len(data) <= INLINE:
        return read_file(data, file_name)
    return _in_turn("file", data, file_name)


def read_pasted(text: str) -> Reading:
    """`intake.read_paste` without holding anybody up. Raises `Invalid` and `NotRead`."""
    data = text.encode("utf-8", "replace")
    return read_paste(text) if len(data) <= INLINE else _in_turn("paste", data)


def _in_turn(way: str, data: bytes, file_name: str = "") -> Reading:
    if not _places.acquire(timeout=PATIENCE):
        raise NotRead(N_("Máy chủ đang đọc tệp khác. Hãy gửi lại sau ít giây."))
    try:
        return _read_apart(way, data, file_name)
    finally:
        _places.release()


def _read_apart(way: str, data: bytes, file_name: str) -> Reading:
    command = [sys.executable, "-m", "survey.moderation.upload", way, file_name[:100]]
    path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command, input=data, capture_output=True, timeout=PATIENCE, check=False, env=environment
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise refused(
            N_("Tệp này quá nặng nên không đọc được. Hãy chép riêng phần câu hỏi sang một tệp mới.")
        ) from error
    if "refused" in answer:
        raise refused(answer["refused"])
    return unpacked(answer)


def main() -> int:
    """Read standard input, print JSON: what was found, or the sentence that says why not."""
    _hold_memory()
    try:
        data = sys.stdin.buffer.read()
        reading = read_paste(data.decode()) if sys.argv[1] == "paste" else read_file(data, sys.argv[2])
        answer = packed(reading)
    except Invalid as error:
        answer = {"refused": error.message}
    except MemoryError:
        return 1
    sys.stdout.write(json.dumps(answer))
    return 0


def _hold_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    sys.exit(main())
