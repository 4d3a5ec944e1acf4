"""Files that are on the disk before we say so, with no time on them that would tell something."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """The whole file on the disk, with a time that says nothing."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.utime(path, (0, 0))
        os.fsync(file.fileno())


@contextlib.contextmanager
def kept(folder: Path) -> Iterator[None]:
    """What is renamed or made in `folder` meanwhile survives a power cut, and leaves no time on it.

    Opened before: another process may rename the folder, and what was moved into it must reach the disk all the same.
    """
    handle = None
    with contextlib.suppress(PermissionError):  # Windows opens no folder, and writes names by itself
        handle = os.open(folder, os.O_RDONLY)
    try:
        yield
        if handle is not None:
            os.utime(handle if os.utime in os.supports_fd else folder, (0, 0))
            os.fsync(handle)
    finally:
        if handle is not None:
            os.close(handle)


def settle(folder: Path) -> None:
    """What was removed from `folder` stays removed; where it is gone there is nothing to do."""
    with contextlib.suppress(FileNotFoundError), kept(folder):
        pass
