"""Forms of units that are refused before they are read: too many from one address, a dead link. What was typed comes back."""

from __future__ import annotations

from flask import Response
from flask import make_response
from flask import render_template
from flask import request

from survey.core.errors import DomainError
from survey.core.errors import TooMany
from survey.core.text import N_
from survey.core.text import clean
from survey.followups import queries
from survey.followups.tasks import UnitTasks
from survey.followups.views import blueprint
from survey.followups.views_task_boxes import said_for
from survey.web import errors
from survey.web import limits
from survey.web.htmx import sent
from survey.web.htmx import wants_json

BY_LINK = {"followups.unit_save", "followups.tasks_report", "followups.unit_ideas_answer"}
# A hundred clerks behind one address of an office, six forms each in ten minutes; and what the disk takes of it in an hour.
MOST_SENT, WINDOW = 600, 600
MOST_WITH_FILES, HOUR = 200, 3_600
CROWDED = N_("Mạng này vừa gửi quá nhiều lần. Hãy đợi ít phút rồi gửi lại.")


@blueprint.before_request
def _ceiling() -> Response | None:
    """Count what is sent by units' links, whatever becomes of it: it is the sending that costs."""
    if request.method != "POST" or request.endpoint not in BY_LINK:
        return None
    try:
        _count("unit", MOST_SENT, WINDOW)
        if any(one.filename for one in request.files.values()):
            _count("unit-files", MOST_WITH_FILES, HOUR)
    except TooMany as error:
        return lost(error)
    return None


def lost(error: DomainError, back: str = "") -> Response:
    """The page of a form that was refused as a whole: why, and what was typed. Raises `error` again where nothing was."""
    words = [] if wants_json() else typed()
    if not words:
        raise error
    page = render_template("followups/unit_lost.html", said=errors.sentence(error), words=words, back=back)
    response = make_response(page, error.status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def typed() -> list[str]:
    """What the form holds of somebody's own words, without what had stood there before."""
    form = request.form
    said = ["\n".join(filter(None, (one.text, one.document, one.day))) for one in said_for(UnitTasks("", "")).values()]
    prepared = [
        text for name, text in form.items()
        if name.startswith("a-") and clean(text) and queries.seen_of(clean(text)) != form.get(f"seen-{name[2:]}")
    ]  # fmt: skip
    return [one for one in (*said, *prepared, sent("body")) if one]


def _count(purpose: str, most: int, seconds: int) -> None:
    limits.check(purpose, limits.by_address(), most, seconds, CROWDED)
    limits.spend(purpose, limits.by_address(), most, seconds)
