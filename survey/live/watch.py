"""Notice what other processes (a CLI command beside the server) have written, and tell the open screens."""

from __future__ import annotations

import threading
import time

from survey.core.bus import EVERYTHING
from survey.core.bus import Bus
from survey.core.db import Database


def watch(db: Database, bus: Bus, every: float = 0.5) -> threading.Thread:
    """Look every `every` seconds, in the background, for as long as the process lives."""

    def look() -> None:
        while True:
            time.sleep(every)
            if db.changed_elsewhere():
                bus.publish(frozenset({EVERYTHING}))

    thread = threading.Thread(target=look, name="watch", daemon=True)
    thread.start()
    return thread
