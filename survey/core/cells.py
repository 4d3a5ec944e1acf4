"""What every table is made of: rows of plain cells, and the sentence for a file that cannot be used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from typing import Any

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import fold

MOST_ROWS = 20_000  # of one sheet that are looked at
MOST_COLUMNS = 60
BROKEN = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA"})
DAMAGED = N_("Không đọc được tệp này: tệp hỏng hoặc không phải .xlsx. Hãy mở ra và lưu lại.")

Cells = list[str]


def refused(message: str) -> Invalid:
    """A whole file that cannot be used, said at its field."""
    return Invalid(message, {"file": message})


def plain(value: Any) -> str:
    """A cell as text: NFC, whole numbers without ".0", no error values."""
    if value is None or value is False:
        return ""
    if value is True:
        return "x"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    return "" if text in BROKEN else text


def few_enough(rows: Iterable[Cells]) -> list[Cells]:
    """The rows, if they are not too many. Raises `Invalid`."""
    taken = list(islice(rows, MOST_ROWS + 1))
    if len(taken) > MOST_ROWS:
        raise refused(N_("Một trang tính có hơn 20.000 dòng. Hãy chép riêng bảng cần lấy sang một tệp mới."))
    return taken


def title_of(cell: str) -> str:
    """A heading in the form in which it is compared: folded, without marks and what stands in brackets."""
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"\([^)]*\)|\[[^]]*\]", " ", fold(cell))).replace("_", " ").split())
