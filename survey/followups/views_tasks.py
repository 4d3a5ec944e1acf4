"""`/u/<token>` once the hall is closed: what the unit has to do, and what it says of it. No cookie, as in `views`."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.errors import TooMany
from survey.followups import attachments
from survey.followups import ideas_reading
from survey.followups import queries
from survey.followups import reported
from survey.followups import reports
from survey.followups import sheet
from survey.followups import sheet_tasks
from survey.followups.reports import Outcome
from survey.followups.state import LINK
from survey.followups.tasks import Said
from survey.followups.tasks import UnitTasks
from survey.followups.views import about
from survey.followups.views import blueprint
from survey.followups.views import opened
from survey.followups.views_task_boxes import errors_of
from survey.followups.views_task_boxes import files_for
from survey.followups.views_task_boxes import said_for
from survey.followups.views_task_boxes import shown_of
from survey.followups.views_task_boxes import status_of
from survey.followups.views_task_boxes import unsent
from survey.followups.views_unit_lost import lost
from survey.organisations import queries as organisations
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.origin import without_cookie

ROOM = 2 * 1024 * 1024  # bytes of what is typed
CARGO = 32 * 1024 * 1024  # bytes of all files that come along at once
WITH_FILES = {"followups.tasks_report", "followups.reports_type"}


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint in WITH_FILES:
        request.max_form_memory_size, request.max_content_length = ROOM, CARGO


@blueprint.get("/u/<token>/tasks")
@open_to_all
def tasks(token: str) -> Response:
    """What the unit leads, each with a box for its report."""
    return tasks_page(token, _tasks(token))


@blueprint.post("/u/<token>/tasks")
@without_cookie
@open_to_all
def tasks_report(token: str) -> Response:
    """Keep what was said, each recommendation by itself; what cannot be kept comes back with its sentence."""
    try:
        found = _tasks(token)
    except (NotFound, TooMany) as error:
        return lost(error)
    given = said_for(found)
    kept, unkept = files_for(found, given)
    try:
        outcome: Outcome = store.write(
            reports.take, g.dialogue.id, found.unit_id, given, actor=LINK, via=reports.LINK, files=kept
        )
    except NotNow as error:
        if wants_json():
            raise
        return make_response(tasks_page(token, found, unsent(given), given), error.status)
    faults = errors_of(outcome, kept, unkept)
    if wants_json():
        status = 422 if faults else 409 if outcome.left else 200
        return json_answer({"kept": len(outcome.kept), "refused": faults, "left": outcome.left}, status)
    if faults or outcome.left:
        now = reported.of_unit(store.reading(), g.dialogue.id, found.unit_id)
        return tasks_page(token, now, outcome, given, faults)
    lang = f"&lang={request.args['lang']}" if request.args.get("lang", "").isalpha() else ""
    return see_other(f"/u/{token}/tasks?saved={len(outcome.kept)}{lang}#saved")


@blueprint.get("/u/<token>/tasks.xlsx")
@open_to_all
def tasks_file(token: str) -> Response:
    """The same as a spreadsheet."""
    return sheet_of(_tasks(token))


@blueprint.get("/u/<token>/files/<attachment_id>")
@open_to_all
def tasks_attachment(token: str, attachment_id: str) -> Response:
    """A file of one of the unit's recommendations, as a download."""
    found = _tasks(token)
    known = {one.id for task in found.tasks for one in task.one.files}
    if attachment_id not in known:
        raise NotFound(attachments.GONE)
    return download(attachment_id)


def download(attachment_id: str) -> Response:
    """A file of this dialogue."""
    one = attachments.load(store.reading(), g.dialogue.id, attachment_id)
    response = make_response(attachments.read(store.settings().data_dir, one))
    response.headers.update(attachments.headers(one))
    return response


def sheet_of(found: UnitTasks) -> Response:
    """The spreadsheet of a unit's tasks, as a download."""
    response = make_response(sheet_tasks.write(about(), found))
    response.headers["Content-Type"] = sheet.MIMETYPE
    name = sheet.file_name(g.dialogue.code, found.name, sheet_tasks.KIND)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def tasks_page(
    token: str, found: UnitTasks, outcome: Outcome | None = None, given: dict[str, Said] | None = None,
    faults: dict[str, dict[str, str]] | None = None,
) -> Response:  # fmt: skip
    """The page, with a form that was refused in part where there is one."""
    dialogue, session = g.dialogue, store.reading()
    prepared = queries.list_of(session, dialogue.id, found.unit_id)
    response = make_response(render_template(
        "followups/tasks.html", **shown_of(found, outcome, given or {}, faults or {}), dialogue=dialogue,
        path=f"/u/{token}", prepared=bool(prepared.wanted),
        ideas=len(ideas_reading.for_unit(session, dialogue.id, found.unit_id)),
        saved="" if outcome else request.args.get("saved", "")[:4],
        organisation=organisations.name_of(session, dialogue.organisation_id),
    ), status_of(outcome, faults))  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _tasks(token: str) -> UnitTasks:
    link = opened(token)
    return reported.of_unit(store.reading(), link.dialogue_id, link.unit_id)
