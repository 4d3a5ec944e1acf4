"""Time: one place to ask, one zone to show, and the coarse time that anonymous rows may carry."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
COARSE = dt.timedelta(minutes=5)


def now() -> dt.datetime:
    """The present moment, UTC, aware."""
    return dt.datetime.now(dt.UTC)


def coarse(moment: dt.datetime | None = None) -> dt.datetime:
    """`moment` (default now) cut down to five minutes: the finest time of a question (rule D5)."""
    moment = moment or now()
    return moment - dt.timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)


def local(moment: dt.datetime) -> dt.datetime:
    """`moment` in Vietnamese time; a naive value (as SQLite returns it) is taken as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(ZONE)
