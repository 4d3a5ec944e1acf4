"""The real server with a heartbeat beside it; the worst beat stands in DATA_DIR/stall when the watch has ended.

DATA_DIR/own is the worst without the time in which the loop waited for a core.
"""

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
from bench.loopwatch import stalls  # noqa: E402
from survey import factory  # noqa: E402

DATA = Path(os.environ["DATA_DIR"])


def watch() -> None:
    """Watch from the file `start` until the file `stop`, and only then write: a write waits for the disk like a vote."""
    while not (DATA / "start").exists():
        gevent.sleep(0.01)
    worst = own = 0.0
    while not (DATA / "stop").exists():
        late, net = stalls(time.monotonic() + 0.25)
        worst, own = max(worst, late), max(own, net)
    (DATA / "own").write_text(f"{own:.6f}", encoding="ascii")
    (DATA / "stall").write_text(f"{worst:.6f}", encoding="ascii")


if __name__ == "__main__":
    made = program.create_app()
    gevent.spawn(watch)
    factory.serve(made, demo=False)
