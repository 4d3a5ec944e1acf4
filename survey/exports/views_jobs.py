"""Large files: asked for, watched while they are made, fetched. The page needs no script: it asks again by itself."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import jsonify
from flask import make_response
from flask import render_template
from flask import request
from flask import send_file

from survey.accounts import policy
from survey.core.text import N_
from survey.exports import catalogue
from survey.exports import house
from survey.exports import jobs
from survey.exports import service
from survey.exports import views_house
from survey.exports.views import blueprint
from survey.exports.views import urls
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

TITLES = {**catalogue.TITLES, house.MOVE: N_("Chuyển sang máy khác")}
LOOK_AGAIN = "2"  # seconds; by a header, which asks no script and no element


@blueprint.post("/s/<code>/exports/jobs")
@allowed("export")
def begin(code: str) -> Response:
    """Let a file be made beside everything else: `file` is a table and a format, such as `all.xlsx`."""
    table, _dot, fmt = request.form.get("file", "").partition(".")
    wish = views_house.wish() if table == house.MOVE else _wish(table, fmt)
    path = f"/s/{g.dialogue.code}/exports/jobs/{jobs.start(store.settings().data_dir, wish, urls())}"
    if wants_json():
        answer = jsonify(job=path)
        answer.status_code = 202
        answer.headers["Location"] = path
        return answer
    return see_other(path)


@blueprint.get("/s/<code>/exports/jobs/<job_id>")
@allowed("export")
def job(code: str, job_id: str) -> Response:
    """How far it is; when it is done, the file."""
    found = jobs.find(store.settings().data_dir, g.dialogue.id, job_id)
    views_house.whole(found.wish.table)
    base = f"/s/{g.dialogue.code}"
    if wants_json():
        file = f"{base}/exports/jobs/{found.id}/file" if found.state == "done" else None
        return jsonify(state=found.state, percent=found.percent, file=file)
    title, large = TITLES[found.wish.table], found.wish.table == house.MOVE and found.size > house.BY_BROWSER
    may = policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id)
    page = render_template(
        "exports/job.html", dialogue=g.dialogue, base=base, job=found, title=title, may=may, large=large
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    if found.state == "working":
        answer.headers["Refresh"] = LOOK_AGAIN
    return answer


@blueprint.get("/s/<code>/exports/jobs/<job_id>/file")
@allowed("export")
def job_file(code: str, job_id: str) -> Response:
    """The file of a job that is done."""
    found = jobs.find(store.settings().data_dir, g.dialogue.id, job_id)
    views_house.whole(found.wish.table)
    path = jobs.content(store.settings().data_dir, found)
    answer = send_file(path, mimetype=found.wish.mimetype, as_attachment=True, download_name=found.wish.name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wish(table: str, fmt: str) -> jobs.Wish:
    service.check(table, fmt)
    name, mimetype = service.file_name(g.dialogue, table, fmt), service.WRITERS[fmt].MIMETYPE
    return jobs.Wish(g.dialogue.id, g.dialogue.code, table, fmt, name, mimetype)
