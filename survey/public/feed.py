"""The Atom feed of a dialogue (RFC 4287): the notice, answered questions and recommendations, what changed last first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from flask_babel import gettext as _

from survey.core.clock import ZONE
from survey.core.text import excerpt
from survey.followups.steps import NAMES
from survey.public.shown import Answered
from survey.public.shown import Promised
from survey.public.shown import Shown
from survey.web.i18n import day

ATOM = "http://www.w3.org/2005/Atom"
MOST = 100  # entries
_WORDS = 16  # of a title


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the feed."""

    id: str
    title: str
    text: str
    anchor: str
    at: dt.datetime
    category: str


def write(shown: Shown, base: str) -> bytes:
    """The feed as a file; `base` is where readers reach us."""
    page, feed = f"{base}/p/{shown.code}", ET.Element("feed", xmlns=ATOM)
    found = entries(shown)
    newest = max((one.at for one in found), default=shown.starts_at or dt.datetime(2000, 1, 1, tzinfo=ZONE))
    for name, text in (
        ("id", f"urn:doithoai:{shown.code}"), ("title", shown.theme), ("updated", newest.isoformat(timespec="seconds"))
    ):  # fmt: skip
        ET.SubElement(feed, name).text = text
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = shown.host or shown.organisation
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{page}/feed.atom")
    for one in found[:MOST]:
        _add(feed, one, page, shown.code)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode").encode()


def entries(shown: Shown) -> list[Entry]:
    """All lines, the latest first."""
    found = [_promised(one) for one in shown.recommendations] + [_answered(one) for one in shown.questions]
    papers = shown.papers
    if papers.notice_shown and papers.notice_on:
        at = dt.datetime.combine(papers.notice_on, dt.time(), ZONE)
        title = _("Thông báo kết luận") + (f" {papers.document}" if papers.document else "")
        found.append(Entry("notice", title, papers.notice, "thong-bao", at, "notice"))
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _promised(promised: Promised) -> Entry:
    one = promised.one
    state = _("Quá hạn") if one.overdue else _(NAMES[one.state])  # type: ignore[index]  # a state is its own string
    title = f"[{state}] " + _("Kiến nghị %(number)s", number=one.number) + f": {excerpt(one.body, _WORDS)}"
    lines = [
        one.body, f"{_('Đơn vị')}: {one.unit}" if one.unit else "", f"{_('Thời hạn')}: {day(one.due)}" if one.due else "",
        f"{_('Trạng thái')}: {state}", f"{_('Lý do')}: {one.reason}" if one.reason else "", one.answer,
        " ".join(filter(None, (one.document, day(one.document_date)))),
    ]  # fmt: skip
    category = "overdue" if one.overdue else one.state
    anchor = f"kien-nghi-{one.number}"
    return Entry(f"recommendation:{one.number}", title, "\n".join(filter(None, lines)), anchor, promised.at, category)


def _answered(one: Answered) -> Entry:
    title = _("Câu %(number)s", number=one.number) + f": {excerpt(one.body, _WORDS)}"
    text = "\n".join(filter(None, (one.body, one.answer)))
    return Entry(f"question:{one.number}", title, text, f"cau-{one.number}", one.at, "answered")


def _add(feed: ET.Element, one: Entry, page: str, code: str) -> None:
    entry = ET.SubElement(feed, "entry")
    for name, text in (
        ("id", f"urn:doithoai:{code}:{one.id}"), ("title", one.title), ("updated", one.at.isoformat(timespec="seconds"))
    ):  # fmt: skip
        ET.SubElement(entry, name).text = text
    ET.SubElement(entry, "link", rel="alternate", type="text/html", href=f"{page}#{one.anchor}")
    ET.SubElement(entry, "category", term=one.category)
    ET.SubElement(entry, "content", type="text").text = one.text
