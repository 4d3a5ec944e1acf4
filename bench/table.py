"""The table of `make bench`, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.row import Row

HERE = Path(__file__).parent / "results"
RESULTS = HERE  # where a run keeps what it found
_HEADS = ("#", "what", "figure", "floor", "ratio", "target", "verdict")


def as_text(rows: Sequence[Row]) -> str:
    """Lines of equal columns; a note stands at the end of its line."""
    cells = [_HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(_HEADS))]
    rights = {2, 3, 4}
    lines = [
        "  ".join(
            cell.rjust(w) if n in rights else cell.ljust(w) for n, (cell, w) in enumerate(zip(c, widths, strict=True))
        )
        for c in cells
    ]
    notes = ["", *(row.note if row.figure is not None else "" for row in rows)]
    return "\n".join(f"{line}  {note}".rstrip() for line, note in zip(lines, notes, strict=True))


def _cells(row: Row) -> tuple[str, ...]:
    figure = "-" if row.figure is None else f"{_short(row.figure)} {row.unit}".rstrip()
    floor = "-" if row.floor is None else _short(row.floor)
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    return row.number, row.what, figure, floor, ratio, row.promise, row.verdict


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def keep(rows: Sequence[Row], machine: Mapping[str, object]) -> Path:
    """Into `table.json`: rows of one measurement take the place of what it found before, the others stay.

    A number may have rows of two measurements: what one found does not replace the other's.
    """
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "table.json"
    known = json.loads(file.read_text(encoding="utf-8"))["rows"] if file.exists() else []
    numbers = {row.number for row in rows}
    kept = [
        one for one in known if one["number"] not in numbers or one.get("by", machine.get("by")) != machine.get("by")
    ]
    made = [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict, **machine} for row in rows]
    whole = sorted([*kept, *made], key=_place)
    file.write_text(json.dumps({"rows": whole}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _place(one: dict[str, object]) -> tuple[int, str]:
    number = str(one["number"])
    return (int(number) if number.isdecimal() else 99, number)
