"""`python -m survey.exports.worker <code> <table> <format>`: one file to the standard output, for `exports.service`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from survey.core.db import Database
from survey.exports.catalogue import Reading
from survey.exports.service import DATABASE
from survey.exports.service import ROLL
from survey.exports.service import make_file


def main() -> int:
    """Write the file; on an error say only its kind, because a traceback would carry what members wrote."""
    try:
        code, table, fmt = sys.argv[1:4]
        with reading() as both:
            content, _mimetype, _name = make_file(both.main, code, table, fmt, both.roll)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent needs one line and no content
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


@contextlib.contextmanager
def reading() -> Iterator[Reading]:
    """Both databases that the environment names, to read."""
    main, roll = Database(os.environ[DATABASE]), Database(os.environ[ROLL])
    try:
        with main.reading() as session, roll.reading() as roll_session:
            yield Reading(session, roll_session)
    finally:
        main.dispose()
        roll.dispose()


if __name__ == "__main__":
    sys.exit(main())
