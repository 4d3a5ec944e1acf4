"""All dialogues of an office on one page, and as files."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.accounts import policy
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.exports import overview as files
from survey.exports.views import blueprint
from survey.followups import overview as reading
from survey.organisations import queries as organisations
from survey.web import store
from survey.web.guard import allowed


@blueprint.get("/s/overview")
@allowed("follow")
def overview() -> str:
    """What is open, due soon and overdue, by dialogue, unit and topic; `?year=` chooses a year."""
    session, organisation_id, year = store.reading(), g.identity.organisation_id, _year()
    found = reading.overview(session, organisation_id, year)
    return render_template(
        "exports/overview.html", found=found, year=year, years=reading.years_of(session, organisation_id),
        organisation=organisations.name_of(session, organisation_id), formats=tuple(files.WRITERS),
        nobody=files.NOBODY, nowhere=files.NOWHERE,
        may_manage=policy.may(g.identity, "manage", organisation_id),
        widest={name: max([1, *(getattr(one.figures, name) for one in found.years)]) for name in ("ballots", "asked")},
    )  # fmt: skip


@blueprint.get("/s/overview.<fmt>")
@allowed("follow")
def overview_file(fmt: str) -> Response:
    """The same figures as a file."""
    if fmt not in files.WRITERS:
        raise NotFound(N_("Không có dạng tệp này. Hãy chọn XLSX, CSV hoặc JSON."))
    content, mimetype, name = files.make(store.reading(), g.identity.organisation_id, _year(), fmt)
    answer = make_response(content)
    answer.headers["Content-Type"] = mimetype
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _year() -> int | None:
    """The year that was asked for; anything else is all of them."""
    typed = request.args.get("year", "")[:4]
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) == 4 else None
