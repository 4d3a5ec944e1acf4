"""When a ballot box is emptied: the announced times, and how many must be in it. Pure rules."""

from __future__ import annotations

import datetime as dt
import re

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.errors import Invalid
from survey.core.text import N_

TIMES = "12:00, 20:00"  # of Vietnam, unless the organiser says otherwise; besides them always the opening
MOST_TIMES = 6
LEAST, LEAST_OF_FEW, FEW = 5, 10, 30
WINDOW = dt.timedelta(seconds=35)  # phones come within half a minute of the opening, and a slow network needs a moment
_TIME = re.compile(r"([01]?\d|2[0-3])[:hg.]([0-5]\d)")


def read_times(text: str) -> str:
    """ "8h30; 20:00" as "08:30, 20:00"; nothing is the opening alone. Raises `Invalid` for anything else."""
    parts = [part for part in re.split(r"[,;\s]+", text.strip().lower()) if part]
    found = [_TIME.fullmatch(part) for part in parts]
    if len(found) > MOST_TIMES or None in found:
        message = N_("Hãy ghi nhiều nhất sáu giờ trong ngày, cách nhau bằng dấu phẩy, chẳng hạn 12:00, 20:00.")
        raise Invalid(message, {"box_times": message})
    return ", ".join(sorted({f"{int(one[1]):02}:{one[2]}" for one in found if one}))


def latest(times: str, moment: dt.datetime) -> dt.datetime | None:
    """The last announced time that is not after `moment`; None where only the opening was announced."""
    return max((one for one in _around(times, moment) if one <= moment), default=None)


def coming(times: str, moment: dt.datetime) -> dt.datetime | None:
    """The next announced time after `moment`; None where only the opening was announced."""
    return min((one for one in _around(times, moment) if one > moment), default=None)


def least(seats: int) -> int:
    """How many must be in it where so many are on the roll: among few, five would be too telling."""
    return LEAST if seats >= FEW else LEAST_OF_FEW


def is_ripe(fresh: int, changed: int, wanted: int) -> bool:
    """Whether a filling may be emptied: of new ballots none or enough, because those alone are told from the rest.

    `changed` are drops of ballots that are in the room already.
    """
    return fresh >= wanted or (not fresh and changed >= wanted)


def _around(times: str, moment: dt.datetime) -> list[dt.datetime]:
    clocks = [dt.time.fromisoformat(one) for one in times.split(", ") if one]
    days = [local(moment).date() + dt.timedelta(days=shift) for shift in (-1, 0, 1)]
    return [dt.datetime.combine(day, clock, ZONE) for day in days for clock in clocks]
