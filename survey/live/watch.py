"""Notice what other processes (a CLI command beside the server) have written, and tell the open screens."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from survey.core.bus import EVERYTHING
from survey.core.bus import Bus
from survey.core.db import Database

log = logging.getLogger("survey")


def watch(db: Database, bus: Bus, every: float = 0.5) -> threading.Thread:
    """Look every `every` seconds, in the background, for as long as the process lives."""

    def look() -> None:
        while True:
            time.sleep(every)
            try:
                changed = db.changed_elsewhere()
            except (SQLAlchemyError, sqlite3.Error) as error:
                # A restore holds the file, or the database restarts: it will have changed.
                log.error("watch: %s", type(error).__name__)
                changed = True
            if changed:
                bus.publish(frozenset({EVERYTHING}))

    thread = threading.Thread(target=look, name="watch", daemon=True)
    thread.start()
    return thread
