"""The real server with a heartbeat beside it; the worst beat so far stands in DATA_DIR/stall."""

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
    """Begin when the load begins, and keep the worst figure in a file."""
    while not (DATA / "start").exists():
        gevent.sleep(0.01)
    worst = 0.0
    while True:
        worst = max(worst, longest_stall(time.monotonic() + 0.25))
        (DATA / "stall").write_text(f"{worst:.6f}", encoding="ascii")


if __name__ == "__main__":
    if os.environ.get("SHOW_STALLS"):  # print the stack of whoever holds the loop for more than 50 ms
        gevent.config.monitor_thread = True
        gevent.config.max_blocking_time = 0.05
        gevent.get_hub().start_periodic_monitoring_thread()
    made = program.create_app()
    gevent.spawn(watch)
    factory.serve(made, demo=False)
