"""Whether a server runs over a DATA_DIR: each process that serves holds a part of one lock file, however it ends."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO

FILE, SEATS = "serving.lock", 64  # in DATA_DIR; on Windows each process that serves holds one byte of it
_held: list[IO[bytes]] = []  # for as long as the process lives


def hold(data_dir: Path) -> None:
    """This process serves from here on. Where the lock cannot be had (a share without locks), it serves all the same."""
    with contextlib.suppress(OSError):
        file = (data_dir / FILE).open("a+b")
        _held.append(file)
        try:
            import fcntl  # noqa: PLC0415 -- not on Windows
        except ImportError:
            any(_lock_on_windows(file, seat, 1) for seat in range(SEATS))
        else:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def is_served(data_dir: Path) -> bool:
    """Whether any process serves over this folder now."""
    path = data_dir / FILE
    if not path.exists():
        return False
    with path.open("a+b") as file:
        try:
            import fcntl  # noqa: PLC0415 -- as above
        except ImportError:
            return not _lock_on_windows(file, 0, SEATS)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _lock_on_windows(file: IO[bytes], seat: int, length: int) -> bool:
    import msvcrt  # noqa: PLC0415 -- only on Windows

    file.seek(seat)
    with contextlib.suppress(OSError):
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, length)  # type: ignore[attr-defined, unused-ignore]
        return True
    return False
