"""`make bench`: everything that was promised in figures, measured in one go: one table, `bench/results/table.json`, a picture.

`python -m bench [--quick] [ROW ...]`: all rows, or those named by number or name. `--quick` is small: it proves the
measurements, its figures say nothing, and they are kept nowhere but in the folder that `--results` names.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
import traceback
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

from bench import floors
from bench import rows_more
from bench import rows_pages
from bench import rows_streams
from bench import rows_votes
from bench import table
from bench.row import Measurement
from bench.row import Row
from bench.row import missing

MEASUREMENTS = (
    *rows_votes.MEASUREMENTS, *rows_streams.MEASUREMENTS, *rows_pages.MEASUREMENTS, *rows_more.MEASUREMENTS,
)  # fmt: skip


def chosen(wanted: Sequence[str]) -> list[Measurement]:
    """What has one of these rows; everything where none is named."""
    known = {name for one in MEASUREMENTS for name in one.rows}
    if unknown := set(wanted) - known:
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))}. There are: {' '.join(sorted(known, key=_place))}")
    return [one for one in MEASUREMENTS if not wanted or set(wanted) & set(one.rows)]


def _place(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() else 99, name)


def run(
    measurements: Sequence[Measurement],
    *,
    quick: bool,
    keep: Callable[[Measurement, Sequence[Row]], object] | None = None,
) -> list[Row]:
    """One after the other: two at once would measure each other. What breaks is a row that says so.

    Each is kept as soon as it is there: whoever breaks off a long run has what was measured until then.
    """
    rows: list[Row] = []
    for one in measurements:
        began = time.monotonic()
        try:
            found = list(one.measure(quick))
        except Exception as error:  # noqa: BLE001 -- one row that breaks must not cost the others
            traceback.print_exc()
            found = [missing(name, "broke", f"{type(error).__name__}: {error}"[:200]) for name in one.rows]
        rows += found
        if keep:
            keep(one, found)
        print(f"[{', '.join(one.rows)}: {time.monotonic() - began:.0f} s]", flush=True)
        print(table.as_text(found), flush=True)
    return sorted(rows, key=lambda row: _place(row.number))


def _floors(quick: bool) -> list[Row]:
    found = floors.measure(100 if quick else 1_000)
    names = {
        "noop": ("a route that does nothing", "ms"), "send": ("one send of a bare loop, 60 B", "us"),
        "insert": ("a plain insert into SQLite", "ms"), "commit": ("until the disk has it", "ms"),
    }  # fmt: skip
    return [Row("floor", words, found[name], unit) for name, (words, unit) in names.items()]


def main() -> None:
    """Measure and print; the whole table stands at the end."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("row", nargs="*", help="numbers or names of rows; all without one")
    parser.add_argument("--quick", action="store_true", help="small: proves the measurements, not the program")
    parser.add_argument("--results", type=Path, default=None, help="folder for table.json and growth.svg")
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if args.results:
        table.RESULTS = args.results
    wanted = chosen(args.row)
    before = [] if args.row else _floors(args.quick)
    rows = run(wanted, quick=args.quick, keep=_kept if args.results or not args.quick else None)
    after = [] if args.row else _floors(args.quick)
    print(f"\n{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end")
    print(table.as_text([*before, *rows, *after]), flush=True)
    if args.results or not args.quick:
        print(f"kept in {table.RESULTS / 'table.json'}")


def _kept(by: Measurement, rows: Sequence[Row]) -> None:
    """With what the machine was and how busy; a run beside others says so by its load."""
    load = round(os.getloadavg()[0], 1)
    table.keep(
        rows, {"by": by.measure.__name__, "cores": os.cpu_count(), "python": platform.python_version(), "load": load}
    )


if __name__ == "__main__":
    main()
