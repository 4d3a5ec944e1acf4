"""Reading an upload with questions in a process of its own, where it is more than a few lines.

`python -m survey.moderation.upload file|paste <file name>` reads its standard input and prints JSON.
"""

from __future__ import annotations

import sys
from typing import Any

from survey.core import apart
from survey.core.apart import INLINE
from survey.moderation.intake import Reading
from survey.moderation.intake import packed
from survey.moderation.intake import read_file
from survey.moderation.intake import read_paste
from survey.moderation.intake import unpacked

MODULE = "survey.moderation.upload"


def read_upload(data: bytes, file_name: str) -> Reading:
    """`intake.read_file` without holding anybody up. Raises `Invalid`, and `NotRead` when too many are being read."""
    if apart.is_light(data):
        return read_file(data, file_name)
    return unpacked(apart.run(MODULE, data, "file", file_name[:100]))


def read_pasted(text: str) -> Reading:
    """`intake.read_paste` without holding anybody up. Raises `Invalid` and `NotRead`."""
    data = text.encode("utf-8", "replace")
    return read_paste(text) if len(data) <= INLINE else unpacked(apart.run(MODULE, data, "paste"))


def _work(data: bytes, way: str, file_name: str = "") -> dict[str, Any]:
    return packed(read_paste(data.decode()) if way == "paste" else read_file(data, file_name))


if __name__ == "__main__":
    sys.exit(apart.serve(_work))
