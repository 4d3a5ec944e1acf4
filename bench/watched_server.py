"""The real server with a heartbeat beside it; the worst beat stands in DATA_DIR/stall when the watch has ended."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import app as program  # noqa: E402
from bench.loopwatch import longest_stall  # noqa: E402
from survey import factory  # noqa: E402

DATA = Path(os.environ["DATA_DIR"])


def watch() -> None:
    """Watch from the file `start` until the file `stop`, and only then write: a write waits for the disk like a vote."""
    while not (DATA / "start").exists():
        gevent.sleep(0.01)
    worst = 0.0
    while not (DATA / "stop").exists():
        worst = max(worst, longest_stall(time.monotonic() + 0.25))
    (DATA / "stall").write_text(f"{worst:.6f}", encoding="ascii")


if __name__ == "__main__":
    made = program.create_app()
    gevent.spawn(watch)
    factory.serve(made, demo=False)
