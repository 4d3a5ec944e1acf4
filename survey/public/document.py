"""The public things as plain values for JSON: `openapi` describes exactly these. Addresses are paths on this host."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

from survey.core.clock import local
from survey.dialogues.models import Dialogue
from survey.followups.ideas_reading import TakenUp
from survey.followups.models_publishing import PublishedFile
from survey.followups.recommended import File
from survey.public.shown import Answered
from survey.public.shown import Figures
from survey.public.shown import Promised
from survey.public.shown import Shown

T = TypeVar("T")
PER_PAGE, MOST = 50, 200


def whole(shown: Shown) -> dict[str, Any]:
    """`/p/<code>.json`: everything."""
    return {
        **head(shown),
        "questions": [question(shown.code, one) for one in shown.questions],
        "recommendations": [recommendation(shown.code, one) for one in shown.recommendations],
        "ideas": [idea(one) for one in shown.ideas],
    }


def head(shown: Shown) -> dict[str, Any]:
    """The dialogue itself."""
    papers, base = shown.papers, f"/p/{shown.code}"
    plan = {"text": papers.plan, "published_on": _day(papers.plan_on), "files": _files(shown.code, papers.of("plan"))}
    notice = {
        "text": papers.notice, "document": papers.document, "published_on": _day(papers.notice_on),
        "files": _files(shown.code, papers.of("notice")),
    }  # fmt: skip
    return {
        "code": shown.code, "theme": shown.theme, "state": shown.state, "organisation": shown.organisation,
        "host": shown.host, "place": shown.place, "leader": shown.leader, "starts_at": _moment(shown.starts_at),
        "topics": list(shown.topics), "rehearsal": shown.rehearsal, "figures": counted(shown.figures),
        "plan": plan if papers.plan_shown else None, "notice": notice if papers.notice_shown else None,
        "updated_at": _moment(shown.at),
        "links": {
            "page": base, "room": f"/d/{shown.code}", "feed": f"{base}/feed.atom", "questions": f"{base}/questions.json",
            "recommendations": f"{base}/recommendations.json",
        },
    }  # fmt: skip


def counted(figures: Figures | None) -> dict[str, int] | None:
    """The figures by their names."""
    if figures is None:
        return None
    return {
        "received": figures.received, "direct": figures.direct, "handed": figures.handed,
        "recommendations": figures.recommendations, "done": figures.done, "overdue": figures.overdue,
    }  # fmt: skip


def question(code: str, one: Answered) -> dict[str, Any]:
    """A question with its answer."""
    return {
        "number": one.number, "body": one.body, "topic": one.topic, "supporters": one.supporters,
        "wordings": one.wordings, "answer": one.answer, "answered_by": one.answerer,
        "satisfaction": judged(one.judged, one.satisfied), "recommendations": list(one.recommendations),
        "published_at": _moment(one.at), "url": f"/p/{code}#cau-{one.number}",
    }  # fmt: skip


def recommendation(code: str, promised: Promised) -> dict[str, Any]:
    """A recommendation as it stands."""
    one = promised.one
    return {
        "number": one.number, "body": one.body, "topic": one.topic, "unit": one.unit,
        "cooperating": [name for _id, name in one.cooperating], "state": one.state, "due": _day(one.due),
        "overdue": one.overdue, "reason": one.reason, "answer": one.answer, "document": one.document,
        "document_date": _day(one.document_date), "questions": [number for number, _seen in promised.questions],
        "satisfaction": judged(promised.judged, promised.satisfied), "files": _files(code, one.files),
        "updated_at": _moment(promised.at), "url": f"/p/{code}#kien-nghi-{one.number}",
    }  # fmt: skip


def idea(one: TakenUp) -> dict[str, Any]:
    """An idea that was taken up, in the office's words; no time and no number, which would tell an order."""
    return {"body": one.body, "note": one.note, "unit": one.unit, "recommendation": one.recommendation}


def judged(judged: int, satisfied: int) -> dict[str, int] | None:
    """What was said of an answer, in steps of five; nothing below."""
    return {"judged": judged, "satisfied": satisfied} if judged else None


def listed(dialogue: Dialogue) -> dict[str, Any]:
    """A dialogue in the list."""
    return {
        "code": dialogue.code, "theme": dialogue.theme, "state": dialogue.phase, "place": dialogue.place,
        "host": dialogue.host_unit, "starts_at": _moment(dialogue.starts_at), "url": f"/p/{dialogue.code}",
    }  # fmt: skip


def page(found: Sequence[T], number: int, per_page: int) -> tuple[list[T], dict[str, Any]]:
    """One page of a list, and what is said around it; a page behind the last is empty."""
    pages = max(1, -(-len(found) // per_page))
    some = list(found[(number - 1) * per_page : number * per_page])
    return some, {"total": len(found), "page": number, "pages": pages, "per_page": per_page}


def _files(code: str, files: Collection[File] | Collection[PublishedFile]) -> list[Mapping[str, Any]]:
    return [
        {"name": one.name, "type": one.mimetype, "size": one.size, "url": f"/p/{code}/files/{one.id}"} for one in files
    ]


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: dt.datetime | None) -> str | None:
    return local(moment).isoformat(timespec="seconds") if moment else None
