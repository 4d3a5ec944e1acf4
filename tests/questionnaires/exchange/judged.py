"""A form as pyxform reads it, to compare with what we read."""

from __future__ import annotations

import io
from typing import Any
from typing import NamedTuple

from pyxform.xls2xform import convert


class Row(NamedTuple):
    """One thing that is asked, by its name in the file."""

    type: str
    label: str
    required: bool
    options: list[str]


def judged(data: bytes, language: str = "") -> dict[str, Row]:
    """What pyxform finds in this workbook, by name. It raises where the workbook is no XLSForm."""
    made = convert(io.BytesIO(data), file_type=".xlsx", form_name="data", warnings=[])
    found: dict[str, Row] = {}
    lists = made._pyxform.get("choices", {})

    def walk(node: dict[str, Any]) -> None:
        for child in node.get("children", ()):
            label = child.get("label", "")
            label = label.get(language, "") if isinstance(label, dict) else label
            listed = lists.get(child.get("list_name") or child.get("itemset") or "", ())
            options = [c["label"].get(language, "") if isinstance(c["label"], dict) else c["label"] for c in listed]
            asked = str(child.get("bind", {}).get("required", "")) in {"true()", "True", "yes", "TRUE", "true"}
            found[child.get("name", "")] = Row(child["type"], " ".join(label.split()), asked, options)
            walk(child)

    walk(made._pyxform)
    return found
