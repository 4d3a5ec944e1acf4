"""`make bench` covers everything that was promised in figures, judges rightly, and measures something."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import drawing
from bench import rows_pages
from bench import table
from bench.__main__ import MEASUREMENTS
from bench.__main__ import chosen
from bench.__main__ import run
from bench.row import Measurement
from bench.row import Row
from bench.row import missing

ROOT = Path(__file__).parents[2]


def test_every_promised_row_is_measured() -> None:
    """Seventeen rows, each once."""
    rows = [row for one in MEASUREMENTS for row in one.rows]
    assert {row for row in rows if row.isdecimal()} == {str(number) for number in range(1, 18)}
    assert [row for row in rows if rows.count(row) > 1] == []


def test_rows_are_chosen_by_number_and_name() -> None:
    """K=3 measures what has row 3; what does not exist is said."""
    assert [one.rows for one in chosen(["3"])] == [("2", "3")]
    assert [one.rows for one in chosen(["soak", "8"])] == [("4", "8"), ("soak",)]
    assert len(chosen([])) == len(MEASUREMENTS)
    with pytest.raises(SystemExit, match="no such row: 18"):
        chosen(["18"])


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("1", "of its floor", 0.5, "ms", 2.5, 0.2, times=True), "ok"),
        (Row("1", "of its floor", 0.6, "ms", 2.5, 0.2, times=True), "RED +20%"),
        (Row("6", "itself, whatever its floor", 1.2, "ms", 1.5, 0.2), "ok"),
        (Row("2", "at least", 500, "", 1_000, 2_000, at_least=True), "RED +100%"),
        (Row("2", "at least", 1_000, "", 1_000, at_least=True), "ok"),
        (Row("14", "none at all", 0, "", 0), "ok"),
        (Row("14", "none at all", 2, "", 0), "RED +200%"),
        (Row("similar", "without a target", 2, "ms"), "told"),
        (missing("10", "room page", "Chromium is not installed"), "not run: Chromium is not installed"),
    ],
)  # fmt: skip
def test_a_row_is_judged_by_what_its_target_speaks_of(row: Row, verdict: str) -> None:
    """A multiple of the floor, a figure, at least, nothing at all."""
    assert row.verdict == verdict


def test_the_table_names_floor_ratio_and_target() -> None:
    """One line a row, its note at the end."""
    lines = table.as_text([Row("4", "an update", 12.0, "us", 1.3, 8.0, times=True, note="p99 520 ms")]).splitlines()
    assert lines[0].split() == ["#", "what", "figure", "floor", "ratio", "target", "verdict"]
    assert lines[1].split("  ")[0] == "4"
    assert lines[1].endswith("12 us      8   1.50  <= 1.3 x  RED +15%  p99 520 ms")


def test_a_row_that_breaks_costs_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """It stands in the table as not run, with what went wrong."""

    def breaks(_quick: bool) -> list[Row]:
        raise RuntimeError("no room")

    good = Measurement(("2",), lambda _quick: [Row("2", "fine", 1, "ms", 2)])
    rows = run([Measurement(("3",), breaks), good], quick=True)
    assert [(row.number, row.verdict) for row in rows] == [("2", "ok"), ("3", "not run: RuntimeError: no room")]
    assert "no room" in capsys.readouterr().err


def test_without_chromium_its_rows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in the table all the same."""
    monkeypatch.setattr(rows_pages, "executable", lambda: None)
    rows = [*rows_pages.weights(True), *rows_pages.slowed(True)]
    assert {row.number for row in rows} == {"10", "11", "12", "16"}
    assert {row.verdict for row in rows} == {"not run: Chromium is not installed"}


def test_the_picture_shows_each_line_and_the_target() -> None:
    """Well-formed SVG with a line for each kind; the last value is written beside it."""
    rows = [
        {"questions": 10, "votes": 100, "vote": 4.0, "join": 10.0},
        {"questions": 100, "votes": 1_000, "vote": 5.0, "join": 11.0},
    ]
    root = ET.fromstring(drawing.growth(rows, {"vote": "a vote", "join": "who joins"}, 1.2))
    space = "{http://www.w3.org/2000/svg}"
    words = [text.text for text in root.iter(f"{space}text")]
    assert len(list(root.iter(f"{space}polyline"))) == 2
    assert {"a vote: 1.25", "who joins: 1.10", "target: 1.2", "1,000 votes"} <= set(words)


def test_a_row_is_measured_and_kept(tmp_path: Path) -> None:
    """The command itself, small, against a real server: a figure, its floor of the same run, a verdict; other rows stay."""
    earlier = {"rows": [{"number": "1", "what": "older"}, {"number": "9", "what": "stays"}]}
    (tmp_path / "table.json").write_text(json.dumps(earlier), encoding="utf-8")
    command = [sys.executable, "-m", "bench", "--quick", "--results", str(tmp_path), "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))["rows"]
    assert [(row["number"], row["what"]) for row in rows] == [("1", "CPU of a vote, sequential"), ("9", "stays")]
    assert 0 < rows[0]["floor"] < rows[0]["figure"]
    assert rows[0]["ratio"] == rows[0]["figure"] / rows[0]["floor"]
    assert "CPU of a vote, sequential" in done.stdout
