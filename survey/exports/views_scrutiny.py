"""The scrutineers' figures as files."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import request

from survey import tally
from survey.core.clock import now
from survey.exports import minutes
from survey.exports import office
from survey.exports import polls
from survey.exports import scrutiny
from survey.exports.service import WRITERS
from survey.exports.views import blueprint
from survey.organisations import queries as organisations
from survey.web import store
from survey.web.guard import allowed


@blueprint.route("/s/<code>/exports/scrutiny.<any(docx,xlsx,csv,json):fmt>")
@allowed("scrutiny")
def scrutiny_file(code: str, fmt: str) -> Response:
    """Minutes to be signed, or the figures as tables. `heads` is printed and stored nowhere."""
    counted = tally.tally(store.reading(), store.roll_reading(), store.keys(), g.dialogue)
    heads = tally.read_heads(request.args.get("heads"))
    if fmt == "docx":
        from survey.exports import write_docx  # noqa: PLC0415 - lxml is heavy, and most processes never write a document

        house = organisations.load(store.reading(), g.dialogue.organisation_id)
        votes = polls.votes(store.reading(), g.dialogue)
        names = {"superior": house.superior, "organisation": house.name}
        paper = minutes.minutes(g.dialogue, counted, heads, now(), **names, votes=votes)
        paper = office.dress(paper, office.of(store.reading(), g.dialogue))
        content, mimetype = write_docx.write(paper), write_docx.MIMETYPE
    else:
        writer = WRITERS[fmt]
        content, mimetype = writer.write(scrutiny.report(g.dialogue, counted, heads)), writer.MIMETYPE
    response = make_response(content)
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="kiem-phieu-{g.dialogue.code}.{fmt}"'
    response.headers["Cache-Control"] = "no-store"
    return response
