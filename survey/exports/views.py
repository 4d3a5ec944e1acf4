"""Exports: a page of links, the files, and the same tables to print."""

from __future__ import annotations

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template

from survey.accounts import policy
from survey.core.errors import TooLarge
from survey.core.text import N_
from survey.exports import catalogue
from survey.exports import making_papers
from survey.exports import service
from survey.web import store
from survey.web.guard import allowed

blueprint = Blueprint("exports", __name__)
LONG = N_("Bảng này dài quá một nghìn dòng nên không có bản in. Hãy lấy tệp XLSX ở trang xuất tệp rồi in từ đó.")


@blueprint.route("/s/<code>/exports")
@allowed("export")
def index(code: str) -> str:
    """What can be taken home, table by table."""
    rows = {name: catalogue.weight(store.reading(), g.dialogue, name) for name in catalogue.NAMES}
    organisation = g.dialogue.organisation_id
    may, moves = policy.rights(g.identity, organisation, g.dialogue.id), policy.may(g.identity, "staff", organisation)
    return render_template(
        "exports/index.html",
        dialogue=g.dialogue,
        rows=rows,
        may=may,
        base=f"/s/{g.dialogue.code}",
        tables=catalogue,
        moves=moves,
    )


@blueprint.route("/s/<code>/exports/<table>.<fmt>")
@allowed("export")
def file(code: str, table: str, fmt: str) -> Response:
    """One file: a table, or a paper as DOCX or PDF."""
    if fmt in making_papers.FORMATS:
        return views_papers.paper(table, fmt)
    content, mimetype, name = service.make_beside(
        store.reading(), store.roll_reading(), urls(), g.dialogue.code, table, fmt
    )
    response = make_response(content)
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/s/<code>/exports/<table>/print")
@allowed("export")
def printed(code: str, table: str) -> str:
    """The table as a page with a print style; a large one is refused, because the hall would wait for its page."""
    service.check(table)
    if catalogue.weight(store.reading(), g.dialogue, table) > catalogue.LARGE:
        raise TooLarge(LONG)
    report = service.report(store.reading(), g.dialogue.code, table, store.roll_reading())
    return render_template("exports/print.html", dialogue=g.dialogue, report=report, base=f"/s/{g.dialogue.code}")


def urls() -> dict[str, str]:
    """Both databases, as another process of ours is told of them."""
    return {service.DATABASE: store.db().url, service.ROLL: store.roll().url}


# The scrutineers' files hang their route on the blueprint above, so they come after it.
from survey.exports import views_house  # noqa: E402, F401
from survey.exports import views_jobs  # noqa: E402, F401
from survey.exports import views_letterhead  # noqa: E402, F401
from survey.exports import views_overview  # noqa: E402, F401
from survey.exports import views_papers  # noqa: E402
from survey.exports import views_publicity  # noqa: E402, F401
from survey.exports import views_scrutiny  # noqa: E402, F401
from survey.exports import views_surveys  # noqa: E402, F401
