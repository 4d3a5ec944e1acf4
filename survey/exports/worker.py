"""`python -m survey.exports.worker <code> <table> <format>`: one file, in a process of its own.

To the standard output, for `exports.service`; or with `EXPORT_FOLDER` into that folder, where `exports.jobs` finds it and
can read how far it is.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

from survey.core.db import Database
from survey.core.errors import DomainError
from survey.dialogues import queries as dialogues
from survey.exports import catalogue
from survey.exports import house
from survey.exports import house_out
from survey.exports import service
from survey.exports import write_xlsx
from survey.exports.catalogue import Reading
from survey.exports.jobs import FOLDER

READ, WRITTEN = 60, 98  # percent when everything is read, and when every sheet is written
Told = Callable[[int, str], None]


def main() -> int:
    """Write the file; on an error say only its kind, because a traceback would carry what members wrote."""
    try:
        code, table, fmt = sys.argv[1:4]
        folder = os.environ.get(FOLDER)
        if folder and table == house.MOVE:
            _move(Path(folder), code)
            return 0
        with tempfile.TemporaryDirectory(dir=folder) as rows:
            told = _telling(Path(folder)) if folder else _silent
            content = _make(code, table, fmt, Path(rows), told)
        if folder:
            _keep(Path(folder), content)
            return 0
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent needs one line and no content
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


def _make(code: str, table: str, fmt: str, rows: Path, told: Told) -> bytes:
    service.check(table, fmt)
    with _reading() as both:
        dialogue = dialogues.by_code(both.main, code)
        report = catalogue.report(both, dialogue, table, _counting(len(catalogue.ORDER), 0, READ, told))
    told(READ, "")
    if fmt != "xlsx":
        content: bytes = service.WRITERS[fmt].write(report)
        return content
    return write_xlsx.write(report, rows, _counting(len(report.tables), READ, WRITTEN, told))


def _move(folder: Path, code: str) -> None:
    """What moves to another installation, written into the job's folder as it is read. Why not is a sentence for the page."""
    told, part = _telling(folder), folder / "file.part"
    part.touch(mode=0o600)
    try:
        with _reading() as both, part.open("wb") as file:
            house_out.make(both.main, folder.parents[1], code, file, lambda percent: told(percent, ""))
    except DomainError as error:
        (folder / "failed").write_text(str(error), encoding="utf-8")
        raise
    part.replace(folder / "file")


def _counting(parts: int, first: int, last: int, told: Told) -> Callable[[str], None]:
    """Told once for each of so many parts, it tells the percent on the way from `first` to `last`."""
    heard = iter(range(parts))
    return lambda doing: told(first + (last - first) * next(heard, parts) // max(parts, 1), doing)


def _telling(folder: Path) -> Told:
    def told(percent: int, doing: str) -> None:
        part = folder / "progress.part"
        part.write_text(f"{percent} {doing}", encoding="utf-8")
        part.replace(folder / "progress")

    return told


def _silent(_percent: int, _doing: str) -> None:
    """Nobody looks at a file that is waited for."""


def _keep(folder: Path, content: bytes) -> None:
    """Under its final name only when it is whole, and for nobody else on this machine."""
    part = folder / "file.part"
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(folder / "file")


@contextlib.contextmanager
def _reading() -> Iterator[Reading]:
    """Both databases that the environment names, to read."""
    main_, roll = Database(os.environ[service.DATABASE]), Database(os.environ[service.ROLL])
    try:
        with main_.reading() as session, roll.reading() as roll_session:
            yield Reading(session, roll_session)
    finally:
        main_.dispose()
        roll.dispose()


if __name__ == "__main__":
    sys.exit(main())
