"""When the box of ideas is open, when what lies in it goes on, and where a thread stands. Pure rules."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.dialogues.state import State as Stage


class State(StrEnum):
    """Where a thread stands."""

    OPEN = "open"
    ASIDE = "aside"  # Gác lại, with a reason
    WITHDRAWN = "withdrawn"  # by its asker
    ERASED = "erased"


TAKING = frozenset({Stage.CLOSED, Stage.CONCLUDED})  # from the closing to the day on which the keys die
GONE = frozenset({State.WITHDRAWN, State.ERASED})
ASKER, OFFICE, UNIT = "asker", "office", "unit"
TIMES = "12:00, 20:00"  # what came goes on at these, never at once
LEAST = 3  # so many messages go on together
NOON, MONDAY = dt.time(12), 0  # and at this one time in the week whatever there is
SHORTEST, LONGEST = 10, 1_000  # characters of an idea
REPLY = 2  # and the fewest of a reply
LONGEST_ANSWER = 4_000
NAME_LENGTH = 120
MOST_MESSAGES = 20  # of an asker in one thread
LONGEST_OPEN = 90  # days that a box may be open where the day of the keys is not known yet
WARNING = dt.timedelta(days=7)  # so long before the keys die the page says that reading ends
TAKEN_BACK = ""  # the body of a message that waits: with it the whole thread is taken back
NAMELESS = "-"  # a name that waits: the one that stands comes off
BEHIND = 1_000_000  # places of messages that wait


def last_day(until: dt.date, keys_until: dt.date | None) -> dt.date:
    """The last day on which anything is taken: the keys die when their day begins."""
    return min(until, keys_until - dt.timedelta(days=1)) if keys_until else until


def latest_day(keys_until: dt.date | None, today: dt.date) -> dt.date:
    """The last day that the office may choose."""
    return last_day(today + dt.timedelta(days=LONGEST_OPEN), keys_until)


def is_weekly(seen: dt.datetime, moment: dt.datetime) -> bool:
    """Whether a Monday noon has come between the two."""
    day = local(moment).date()
    monday = day - dt.timedelta(days=day.weekday() - MONDAY)
    last = dt.datetime.combine(monday, NOON, ZONE)
    last = last if last <= moment else last - dt.timedelta(days=7)
    return seen < last
