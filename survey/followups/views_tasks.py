"""`/u/<token>` once the hall is closed: what the unit has to do, and what it says of it. No cookie, as in `views`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import clean
from survey.dialogues.state import State as Stage
from survey.followups import attachments
from survey.followups import ideas_reading
from survey.followups import queries
from survey.followups import reported
from survey.followups import reports
from survey.followups import sheet
from survey.followups import sheet_tasks
from survey.followups.attachments import Kept
from survey.followups.reports import Outcome
from survey.followups.state import LINK
from survey.followups.steps import BY_UNIT
from survey.followups.steps import NAMES
from survey.followups.steps import State
from survey.followups.tasks import Said
from survey.followups.tasks import Task
from survey.followups.tasks import UnitTasks
from survey.followups.views import about
from survey.followups.views import blueprint
from survey.followups.views import opened
from survey.organisations import queries as organisations
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import open_to_all
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.origin import without_cookie

ROOM = 2 * 1024 * 1024  # bytes of what is typed
CARGO = 32 * 1024 * 1024  # bytes of all files that come along at once
FILES = 5  # of one report at once
CHOICES = [(state.value, NAMES[state]) for state in State if state in BY_UNIT]
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
    found = _tasks(token)
    given = said_for(found)
    kept, unkept = files_for(found)
    try:
        outcome: Outcome = store.write(
            reports.take, g.dialogue.id, found.unit_id, given, actor=LINK, via=reports.LINK, files=kept
        )
    except NotNow as error:
        if wants_json():
            raise
        written = Outcome(left=[id_ for id_, said in given.items() if _is_written(said)])
        return make_response(tasks_page(token, found, written, given), error.status)
    faults = errors_of(outcome, kept, unkept)
    if wants_json():
        status = 422 if faults else 409 if outcome.left else 200
        return json_answer({"kept": len(outcome.kept), "refused": faults, "left": outcome.left}, status)
    if faults or outcome.left:
        return tasks_page(token, _tasks(token), outcome, given, faults)
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


def said_for(found: UnitTasks) -> dict[str, Said]:
    """What the form says of these tasks (fields `state-`, `text-`, `doc-`, `day-`, `seen-<id>`), and of any others.

    The button `accept` takes over a task, or "all" that are new, where no state was chosen.
    """
    form, accepted = request.form, request.form.get("accept", "")
    new = {task.one.id for task in found.tasks if task.is_new and accepted in {"all", task.one.id}}
    given = {}
    for id_ in {name.partition("-")[2] for name in form if name.startswith(("state-", "text-"))}:
        state = form.get(f"state-{id_}", "")
        given[id_] = Said(
            State.RECEIVED if id_ in new and not state else state, form.get(f"text-{id_}", ""),
            form.get(f"doc-{id_}", ""), form.get(f"day-{id_}", ""), form.get(f"seen-{id_}", ""),
        )  # fmt: skip
    known = {task.one.id for task in found.tasks}
    return {id_: said for id_, said in given.items() if id_ in known or _is_written(said)}


def files_for(found: UnitTasks) -> tuple[dict[str, list[Kept]], dict[str, str]]:
    """Files of the form, kept on the disk; and by task the sentence for those that cannot be."""
    kept: dict[str, list[Kept]] = {}
    unkept: dict[str, str] = {}
    for task in found.tasks:
        id_ = task.one.id
        for upload in [one for one in request.files.getlist(f"file-{id_}") if one.filename][:FILES]:
            name = attachments.safe_name(upload.filename or "")
            try:
                one = attachments.keep(store.settings().data_dir, name, upload.read())
                kept.setdefault(id_, []).append(one)
            except Invalid as error:
                unkept[id_] = f"{name}: {sentence(error)}"
    return kept, unkept


def boxes(tasks: Collection[Task], outcome: Outcome | None, given: dict[str, Said]) -> dict[str, Said]:
    """What each form shows: what was typed where it was refused, else what stands; `seen` is what stands now."""
    refused = outcome.refused if outcome else {}
    shown = {}
    for task in tasks:
        stands, typed = task.stands, given.get(task.one.id)
        lost = typed is not None and task.one.id in refused and task.one.id not in (outcome.kept if outcome else {})
        said = typed if typed is not None and lost else stands
        seen = stands.mark if not lost or refused[task.one.id].get("text") == reports.OVERTAKEN else said.seen
        shown[task.one.id] = Said(said.state, said.text, said.document, said.day, seen or stands.mark)
    return shown


def errors_of(outcome: Outcome, kept: dict[str, list[Kept]], unkept: dict[str, str]) -> dict[str, dict[str, str]]:
    """The sentences of each task, by field."""
    found = {id_: {name: _(line) for name, line in faults.items()} for id_, faults in outcome.refused.items()}
    for id_, line in unkept.items():
        found.setdefault(id_, {})["file"] = line
    for id_ in (kept.keys() | unkept.keys()) & (outcome.refused.keys() - outcome.kept.keys()):
        said = _("Báo cáo này chưa gửi được nên tệp chưa được giữ. Hãy chọn lại tệp.")
        found[id_]["file"] = " ".join(filter(None, (unkept.get(id_), said)))
    return found


def left_over(outcome: Outcome | None, given: dict[str, Said]) -> dict[str, Said]:
    """What was typed for recommendations that are no longer the unit's, to be copied."""
    return {id_: given[id_] for id_ in outcome.left if id_ in given} if outcome else {}


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


def shown_of(
    found: UnitTasks, outcome: Outcome | None, given: dict[str, Said], faults: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """What the boxes of a unit's tasks need, on its own page and on the office's."""
    return {
        "unit": found, "choices": CHOICES, "names": NAMES, "open": g.dialogue.state != Stage.ARCHIVED, "outcome": outcome,
        "boxes": boxes(found.tasks, outcome, given), "errors": faults, "left": left_over(outcome, given),
    }  # fmt: skip


def status_of(outcome: Outcome | None, faults: dict[str, dict[str, str]] | None) -> int:
    """How the page of a form answers."""
    return 422 if faults else 409 if outcome and outcome.left else 200


def _tasks(token: str) -> UnitTasks:
    link = opened(token)
    return reported.of_unit(store.reading(), link.dialogue_id, link.unit_id)


def _is_written(said: Said) -> bool:
    return bool(clean(said.text) or said.document.strip()) and said.mark != said.seen
