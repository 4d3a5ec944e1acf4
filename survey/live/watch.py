"""Notice what other processes (a CLI command beside the server) have written, and tell the open screens."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET_ALL
from survey.core.bus import Bus
from survey.core.db import Database

log = logging.getLogger("survey")


RARELY = 10  # times as long between two looks while the others tell us themselves


def watch(db: Database, bus: Bus, every: float = 0.5) -> threading.Thread:
    """Look every `every` seconds, in the background, for as long as the process lives; rarely where the bus is shared."""

    with suppress(SQLAlchemyError, sqlite3.Error):
        db.changed_elsewhere()  # from now on, not from the first look on: what is written in between would never be told

    def look() -> None:
        turn = 0
        while True:
            time.sleep(every)
            turn += 1
            if bus.connected and turn % RARELY:
                continue
            try:
                changed = db.changed_elsewhere()
            except (SQLAlchemyError, sqlite3.Error) as error:
                # A restore holds the file, or the database restarts: it will have changed.
                log.error("watch: %s", type(error).__name__)
                changed = True
            if changed:
                bus.tell(_news(db, bus))

    thread = threading.Thread(target=look, name="watch", daemon=True)
    thread.start()
    return thread


def _news(db: Database, bus: Bus) -> frozenset[str]:
    """Anything may have changed; and where it was another process for sure, a text may have been overwritten."""
    other = db.is_sqlite or (bus.shared and not bus.connected)
    return frozenset({EVERYTHING, FORGET_ALL} if other else {EVERYTHING})
