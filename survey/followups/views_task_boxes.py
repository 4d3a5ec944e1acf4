"""The form of a unit's tasks, on its own page and on the office's: what was typed, which files came, what is shown again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import g
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.core.text import clean
from survey.dialogues.state import State as Stage
from survey.followups import attachments
from survey.followups import reports
from survey.followups.attachments import Kept
from survey.followups.reports import Outcome
from survey.followups.said import check_said
from survey.followups.steps import BY_UNIT
from survey.followups.steps import NAMES
from survey.followups.steps import State
from survey.followups.tasks import Said
from survey.followups.tasks import Task
from survey.followups.tasks import UnitTasks
from survey.web import store
from survey.web.errors import sentence

FILES = 5  # of one report at once
CHOICES = [(state.value, NAMES[state]) for state in State if state in BY_UNIT]


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
    return {id_: said for id_, said in given.items() if id_ in known or is_written(said)}


def files_for(found: UnitTasks, given: dict[str, Said]) -> tuple[dict[str, list[Kept]], dict[str, str]]:
    """Files of the form, kept on the disk; and by task the sentence for those that cannot be.

    Nothing reaches the disk where the words beside it will be refused; such a task has an empty list.
    """
    kept: dict[str, list[Kept]] = {}
    unkept: dict[str, str] = {}
    if g.dialogue.state == Stage.ARCHIVED:
        return kept, unkept
    for task in found.tasks:
        id_ = task.one.id
        uploads = [one for one in request.files.getlist(f"file-{id_}") if one.filename][:FILES]
        if uploads and not _will_stand(task, given.get(id_, Said())):
            kept[id_] = []
            continue
        for upload in uploads:
            if len(task.one.files) + len(kept.get(id_, ())) >= attachments.MOST:
                unkept[id_] = _(attachments.TOO_MANY)
                break
            name = attachments.safe_name(upload.filename or "")
            try:
                one = attachments.keep(store.settings().data_dir, name, upload.read())
                kept.setdefault(id_, []).append(one)
            except Invalid as error:
                unkept[id_] = f"{name}: {sentence(error)}"
    return kept, unkept


def _will_stand(task: Task, said: Said) -> bool:
    try:
        check_said(said)
    except Invalid:
        return False
    return (said.seen or Said().mark) == task.stands.mark


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
    lost = (kept.keys() | unkept.keys()) & (outcome.refused.keys() - outcome.kept.keys())
    for id_ in lost | {id_ for id_, files in kept.items() if not files and id_ in outcome.kept}:
        said = _("Báo cáo này chưa gửi được nên tệp chưa được giữ. Hãy chọn lại tệp.")
        found.setdefault(id_, {})["file"] = " ".join(filter(None, (unkept.get(id_), said)))
    return found


def unsent(given: dict[str, Said]) -> Outcome:
    """Nothing could be kept: all that somebody wrote is to be copied."""
    return Outcome(left=[id_ for id_, said in given.items() if is_written(said)])


def left_over(outcome: Outcome | None, given: dict[str, Said]) -> dict[str, Said]:
    """What was typed for recommendations that are no longer the unit's, to be copied."""
    return {id_: given[id_] for id_ in outcome.left if id_ in given} if outcome else {}


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


def is_written(said: Said) -> bool:
    """Whether somebody typed words of their own."""
    return bool(clean(said.text) or said.document.strip()) and said.mark != said.seen
