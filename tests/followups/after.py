"""A dialogue after its hall: recommendations for units, and the hands that report and approve."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from survey import lifecycle
from survey.core.clock import local
from survey.core.clock import now
from survey.followups import links
from survey.followups import recommendations
from survey.followups import recommended
from survey.followups.recommended import Recommended
from survey.organisations import units
from tests.conftest import Cast
from tests.conftest import csrf

TODAY = local(now()).date()


@dataclass
class After:
    """The cast, the ids of the units, and one recommendation for each (and a second for the first)."""

    cast: Cast
    units: list[str]
    ids: list[str]

    def link(self, place: int = 0) -> str:
        """A new link of a unit, as the path of its tasks."""
        unit_id = self.units[place]
        made = self.cast.write(links.make, self.cast.dialogue_id, [unit_id], actor="test", anew=True)
        return f"/u/{made[unit_id]}/tasks"

    def rows(self) -> dict[str, Recommended]:
        """All recommendations as they stand."""
        with self.cast.reading() as session:
            return {one.id: one for one in recommended.of_dialogue(session, self.cast.dialogue_id)}

    def send(self, browser: Any, path: str, **data: Any) -> Any:
        """A form of the office's page."""
        page = f"{self.cast.desk}/reports"
        return browser.post(f"{page}{path}", data={"csrf_token": csrf(browser, page), **data})

    def approve(self, browser: Any, page: str = "", **data: Any) -> Any:
        """The form of the queue with all that it holds unseen, as the browser got it now or in an earlier `page`."""
        found = page or browser.get(f"{self.cast.desk}/reports").text
        hidden = dict(re.findall(r'name="(stood-\w+)" value="(\w+)"', found))
        return self.send(
            browser, "/approvals", **hidden, every=re.findall(r'name="every" value="(\w+)"', found), **data
        )  # fmt: skip

    def waiting(self, browser: Any) -> list[str]:
        """The reports in the office's queue."""
        return re.findall(r'name="report" value="(\w+)"', browser.get(f"{self.cast.desk}/reports").text)


def furnish(cast: Cast, names: tuple[str, ...] = ("Sở Nội vụ", "Văn phòng Ủy ban")) -> After:
    """The hall is closed; the first unit leads two, every other one."""
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")

    def fill(session: Any) -> After:
        made = [units.add(session, cast.organisation_id, None, name) for name in names]
        wanted = [made[0], *made]
        ids = [
            recommendations.create(
                session, cast.dialogue_id, body=f"Việc thứ {number} cần làm", unit_id=unit_id, due=TODAY + dt.timedelta(7),
                actor="test",
            )
            for number, unit_id in enumerate(wanted, start=1)
        ]  # fmt: skip
        return After(cast, made, ids)

    return cast.write(fill)  # type: ignore[no-any-return]


def seen(page: str) -> dict[str, str]:
    """What the form of a unit's page would send if nobody typed anything."""
    from html import unescape

    marks = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', page))
    texts = re.findall(r'<textarea[^>]*name="(text-\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    lines = re.findall(r'name="((?:doc|day)-\w+)" value="([^"]*)"', page)
    states = {
        name: (re.findall(r'value="(\w*)" selected', options) or [""])[0]
        for name, options in re.findall(r'<select[^>]*name="(state-\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    }
    return {name: unescape(text) for name, text in {**marks, **dict(texts), **dict(lines), **states}.items()}
