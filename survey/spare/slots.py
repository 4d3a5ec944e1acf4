"""Small files of fixed size that are written over where they lie, in two slots by turns with a sum each.

A new file for each pass would leave a row of old ones on the disk, and with them when something changed (rule D1). Whenever
power fails, one of the two slots is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from survey.core import durable

SIZE, ROUND = 4096, 3
_SUM = 64
Slot = tuple[int, int, dict[str, Any]]  # which of the two, its turn, what stands in it


def read(path: Path) -> dict[str, Any]:
    """What was written last and is whole; {} where nothing is."""
    newest = _newest(_slots(path))
    return newest[2] if newest else {}


def write(path: Path, content: Mapping[str, Any], *, sync: bool = True) -> None:
    """From now on this is what stands there; until it does, what stood there before."""
    newest = _newest(_slots(path))
    number, turn = (1 - newest[0], (newest[1] + 1) % ROUND) if newest else (0, 0)
    body = f"{turn} {json.dumps(content)}"
    line = f"{_sum(body)} {body}".encode()
    if len(line) >= SIZE:
        raise ValueError(f"{path.name}: too long for its slot")
    _put(path, number * SIZE, line.ljust(SIZE - 1) + b"\n", sync=sync)


def blank(path: Path) -> None:
    """Nothing stands there any more, and the file stays where it lies."""
    if path.exists():
        _put(path, 0, b" " * (2 * SIZE), sync=True)


def _put(path: Path, start: int, content: bytes, *, sync: bool) -> None:
    fresh = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        if fresh:
            file.write(b" " * (2 * SIZE))
        file.seek(start)
        file.write(content)
        os.utime(path, (0, 0))
        if sync:
            os.fsync(file.fileno())
    if fresh:
        durable.settle(path.parent)


def _slots(path: Path) -> list[Slot]:
    """Those that are whole."""
    content = b""
    with suppress(OSError):
        content = path.read_bytes()
    found = (_slot(number, content[number * SIZE : (number + 1) * SIZE]) for number in range(2))
    return [one for one in found if one is not None]


def _slot(number: int, content: bytes) -> Slot | None:
    with suppress(ValueError):
        line = content.decode().rstrip()
        told, body = line[:_SUM], line[_SUM + 1 :]
        if told and told == _sum(body):
            turn, _, text = body.partition(" ")
            return number, int(turn), json.loads(text)
    return None


def _newest(found: list[Slot]) -> Slot | None:
    if len(found) == 2 and (found[0][1] - found[1][1]) % ROUND == 1:
        return found[0]
    return found[-1] if found else None


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
