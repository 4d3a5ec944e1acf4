"""Deadlines as an iCalendar file: whole days, identifiers that never change, and the same bytes for the same deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from survey.dialogues.models import Dialogue
from survey.followups.counting_days import PLAN
from survey.followups.counting_days import Own
from survey.followups.counting_days import Standing
from survey.followups.deadlines import Dated
from survey.followups.reminder_words import clipped
from survey.followups.steps import NAMES
from survey.followups.steps import State

MIMETYPE = "text/calendar; charset=utf-8"
OURS = "doi-thoai"  # the right part of all identifiers, wherever the program runs
EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
PRESENT = frozenset({Standing.OVERDUE, Standing.SOON, Standing.LATER, Standing.DONE, Standing.LATE})
DONE = frozenset({Standing.DONE, Standing.LATE})


@dataclass(frozen=True, slots=True)
class Entry:
    """One day in a calendar."""

    uid: str
    due: dt.date
    summary: str
    text: str
    url: str
    stamp: dt.datetime


def entries(dialogue: Dialogue, own: Iterable[Own], dated: Iterable[Dated], page: str) -> list[Entry]:
    """The days of one dialogue, its own and those of recommendations; `page`: where each of them leads."""
    rows = [
        Entry(
            uid=f"{row.one.id}@{OURS}", due=row.one.due, url=page, stamp=row.one.created_at,
            summary=_title(_("Hạn kiến nghị %(number)s: %(unit)s", number=row.one.number,
                             unit=row.one.unit or _("chưa giao đơn vị")), done=row.standing in DONE),
            text=f"{clipped(row.one.body, 500)}\n{_(NAMES[State(row.one.state)])}\n{dialogue.theme}",
        )
        for row in dated if row.one.due is not None
    ]  # fmt: skip
    rows += [
        Entry(
            uid=f"{one.kind}-{dialogue.code.lower()}@{OURS}", due=one.due, url=page, stamp=EPOCH, text=dialogue.theme,
            summary=_title(_("Hạn công bố kế hoạch đối thoại") if one.kind == PLAN else _("Hạn công bố kết luận đối thoại"),
                           done=one.standing in DONE),
        )
        for one in own if one.due is not None and one.standing in PRESENT
    ]  # fmt: skip
    return rows


def named(name: str, found: Iterable[Entry]) -> bytes:
    """The file under its usual name, in the language that is spoken."""
    return write(_("Thời hạn: %(name)s", name=name), found)


def write(name: str, found: Iterable[Entry]) -> bytes:
    """The file, in the order of the days."""
    from icalendar import Calendar  # noqa: PLC0415 - loaded when the first calendar is asked for
    from icalendar import Event  # noqa: PLC0415 - the same

    calendar = Calendar()
    calendar.add("prodid", "-//Doi Thoai//Deadlines//VI")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Ho_Chi_Minh")
    for entry in sorted(found, key=lambda one: (one.due, one.uid)):
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", entry.stamp.replace(microsecond=0))
        event.add("dtstart", entry.due)
        event.add("dtend", entry.due + dt.timedelta(days=1))
        event.add("summary", entry.summary)
        event.add("description", entry.text)
        event.add("url", entry.url)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _title(text: str, *, done: bool) -> str:
    return str(_("Đã xong: %(what)s", what=text)) if done else text
