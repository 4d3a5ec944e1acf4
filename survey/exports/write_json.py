"""JSON for programs: the same rows under stable English keys, times in ISO 8601."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from survey.core.clock import local
from survey.exports.tables import Cell
from survey.exports.tables import Report
from survey.exports.tables import Table

MIMETYPE = "application/json"


def write(report: Report) -> bytes:
    """`{"export", "dialogue", "tables": [{"name", "title", "notes", "rows": [{key: value}]}]}`."""
    data = {
        "export": report.name,
        "title": report.title,
        "dialogue": {"code": report.code, "theme": report.theme},
        "tables": [_table(table) for table in report.tables],
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"


def _table(table: Table) -> dict[str, Any]:
    rows = [{key: _value(cell) for key, cell in record.items()} for record in table.records()]
    return {"name": table.name, "title": table.title, "notes": table.sentences(), "rows": rows}


def _value(cell: Cell) -> str | int | float | None:
    if isinstance(cell, dt.datetime):
        return local(cell).isoformat(timespec="minutes")
    return cell.isoformat() if isinstance(cell, dt.date) else cell
