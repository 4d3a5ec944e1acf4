"""Reading a list that came back in a process of its own. `python -m survey.followups.upload <file name>`."""

from __future__ import annotations

import sys
from typing import Any

from survey.core import apart
from survey.followups.returned import Returned
from survey.followups.returned import packed
from survey.followups.returned import read
from survey.followups.returned import unpacked

MODULE = "survey.followups.upload"


def read_upload(data: bytes, file_name: str) -> Returned:
    """`returned.read` without holding anybody up. Raises `Invalid`, and `NotRead` when too many are being read."""
    if apart.is_light(data):
        return read(data, file_name)
    return unpacked(apart.run(MODULE, data, file_name[:100]))


def _work(data: bytes, file_name: str) -> dict[str, Any]:
    return packed(read(data, file_name))


if __name__ == "__main__":
    sys.exit(apart.serve(_work))
