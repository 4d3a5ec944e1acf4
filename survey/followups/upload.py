"""Reading a list that came back in a process of its own. `python -m survey.followups.upload <file name>`."""

from __future__ import annotations

import sys
from typing import Any

from survey.core import apart
from survey.followups import returned_tasks
from survey.followups.returned import Returned
from survey.followups.returned import packed
from survey.followups.returned import read
from survey.followups.returned import unpacked

MODULE, TASKS = "survey.followups.upload", "tasks"


def read_upload(data: bytes, file_name: str) -> Returned:
    """`returned.read` without holding anybody up. Raises `Invalid`, and `NotRead` when too many are being read."""
    if apart.is_light(data):
        return read(data, file_name)
    return unpacked(apart.run(MODULE, data, file_name[:100]))


def read_tasks(data: bytes, file_name: str) -> returned_tasks.Returned:
    """The same for a *Phiếu giao việc*."""
    if apart.is_light(data):
        return returned_tasks.read(data, file_name)
    return returned_tasks.unpacked(apart.run(MODULE, data, file_name[:100], TASKS))


def _work(data: bytes, file_name: str, kind: str = "") -> dict[str, Any]:
    if kind == TASKS:
        return returned_tasks.packed(returned_tasks.read(data, file_name))
    return packed(read(data, file_name))


if __name__ == "__main__":
    sys.exit(apart.serve(_work))
