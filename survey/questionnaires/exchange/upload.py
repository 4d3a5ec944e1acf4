"""Reading an uploaded questionnaire, in a process of its own where it is a workbook.

`python -m survey.questionnaires.exchange.upload NAME` reads a file from its standard input and prints JSON. What was read
travels packed in the preview's form, signed by the view, and is taken apart only when it is confirmed.
"""

from __future__ import annotations

import base64
import json
import sys
import zlib
from dataclasses import asdict
from typing import Any

from survey.core import apart
from survey.core.cells import refused
from survey.core.text import N_
from survey.questionnaires.exchange import plain
from survey.questionnaires.exchange.checking import checked
from survey.questionnaires.exchange.document import Document
from survey.questionnaires.exchange.xlsform import read_form

MODULE = "survey.questionnaires.exchange.upload"
MOST_JSON = 2 * 1024 * 1024  # bytes; the longest questionnaire that we take is a third of that
Found = dict[str, Any]  # document, rows (sheet and number of each item), complaints


def read_upload(data: bytes, file_name: str) -> Found:
    """What the file says, without holding anybody up. Raises `Invalid`, and `NotRead` when busy."""
    if apart.is_light(data):
        return found(data, file_name)
    made: Found = apart.run(MODULE, data, file_name[-100:].replace("\0", ""))
    return made


def found(data: bytes, file_name: str) -> Found:
    """The same, here and now."""
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["}:
        if len(data) > MOST_JSON:
            raise refused(N_("Tệp JSON lớn hơn 2 MB; một phiếu khảo sát không dài đến vậy."))
        made = checked(plain.read(data))
    else:
        made = checked(read_form(data, file_name))
    complaints = sorted(
        map(asdict, made.reading.complaints), key=lambda one: (one["sheet"] != "survey", one["sheet"], one["row"])
    )
    return {"document": made.document, "rows": made.rows, "complaints": complaints}


def packed(document: Document) -> str:
    """What was read as a text that a form can carry."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 6)).decode()


def unpacked(text: str) -> Document:
    """What `packed` made."""
    document: Document = json.loads(zlib.decompress(base64.urlsafe_b64decode(text)))
    return document


def _work(data: bytes, file_name: str) -> Found:
    return found(data, file_name)


if __name__ == "__main__":
    sys.exit(apart.serve(_work))
