"""A small disk of the test's own, that can be filled to its last byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import need

MIB = 2**20


class Disk:
    """A file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "somebody-elses.file"

    def fill(self) -> None:
        """Not a byte is left."""
        with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as file:
            for size in (MIB, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        if file.write(bytes(size)) < size:
                            break

    def free(self) -> None:
        """There is room again."""
        self._filler.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, size: int = 90) -> Iterator[Disk]:
    """So many MiB, mounted at `folder` for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", os.fspath(folder)], capture_output=True, check=False
    )
    need(done.returncode == 0, "root, to mount a small disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", os.fspath(folder)], check=True)
