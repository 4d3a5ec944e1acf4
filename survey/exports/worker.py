"""`python -m survey.exports.worker <code> <table> <format>`: one file to the standard output, for `exports.service`."""

from __future__ import annotations

import os
import sys

from survey.exports.service import DATABASE
from survey.exports.service import make_file


def main() -> int:
    """Write the file; on an error say only its kind, because a traceback would carry what members wrote."""
    try:
        content, _mimetype, _name = make_file(os.environ[DATABASE], *sys.argv[1:4])
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent needs one line and no content
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
