"""`/s/<code>/reports`: the office approves or returns what units report, writes for them, and sends them their links."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from survey.accounts import policy
from survey.accounts import queries as accounts
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.state import State as Stage
from survey.followups import reported
from survey.followups import reports
from survey.followups.forms_reports import RemarkForm
from survey.followups.forms_reports import SheetsForm
from survey.followups.reports import Outcome
from survey.followups.state import LINK
from survey.followups.steps import NAMES
from survey.followups.tasks import Said
from survey.followups.tasks import UnitTasks
from survey.followups.views import blueprint
from survey.followups.views_task_boxes import errors_of
from survey.followups.views_task_boxes import files_for
from survey.followups.views_task_boxes import said_for
from survey.followups.views_task_boxes import shown_of
from survey.followups.views_task_boxes import status_of
from survey.followups.views_task_boxes import unsent
from survey.followups.views_tasks import download
from survey.followups.views_unit_lost import lost
from survey.organisations import units as tree
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

REPORTS, UNIT = "/s/<code>/reports", "/s/<code>/reports/units/<unit_id>"
NONE_CHOSEN = N_("Hãy chọn ít nhất một báo cáo.")
WAITS = N_(
    "Trong lúc báo cáo của đơn vị chờ duyệt, có người đã sửa chính kiến nghị. "
    "Nội dung vừa ghi chờ ở Báo cáo của đơn vị để bạn so rồi duyệt."
)


@blueprint.app_context_processor
def _counted() -> dict[str, Any]:
    """`reports_waiting()`, for the pages of what comes after a dialogue; asked for only where it is shown."""
    return {"reports_waiting": lambda: reported.count_waiting(store.reading(), g.dialogue.id)}


@blueprint.get(REPORTS)
@allowed("follow")
def reports_list(code: str) -> Response:
    """What waits, with what each would change; and the units with their links and sheets."""
    return reports_page()


@blueprint.post(f"{REPORTS}/approvals")
@allowed("follow")
def reports_approve(code: str) -> Response:
    """Let the chosen reports stand (fields `report`, or with `all` those that the page had for it, in `every`).

    Only what stands still beside what the page showed (`stood-<report>`). Files of those in `show` may be read by all.
    """
    chosen = request.form.getlist("every" if request.form.get("all") else "report")
    if not chosen:
        return reports_page(422, message=_(NONE_CHOSEN), remark_form=RemarkForm())
    may_show = policy.may(g.identity, "publish", g.dialogue.organisation_id, g.dialogue.id)
    showing = set(request.form.getlist("show")) if may_show else set[str]()
    seen = {id_: request.form.get(f"stood-{id_}", "") for id_ in chosen}
    approved = store.write(reports.approve, g.dialogue.id, chosen, actor=g.actor, showing=showing, seen=seen)
    count = len(approved)
    if count:
        flash(ngettext("Đã duyệt %(count)s báo cáo.", "Đã duyệt %(count)s báo cáo.", count, count=count))
    left = {one.report.id for one in reported.waiting(store.reading(), g.dialogue.id)} & set(chosen)
    if left:
        return reports_page(409, message=_overtaken(len(left)), remark_form=RemarkForm(), ticked=left)
    if count < len(chosen):
        flash(_("Có báo cáo không còn chờ duyệt: đơn vị vừa gửi bản mới, hoặc người khác vừa xử lý."), "warn")
    return see_other(here())


@blueprint.post(f"{REPORTS}/returns")
@allowed("follow")
def reports_return(code: str) -> Response:
    """Return the chosen reports with words that their units read."""
    chosen, form = request.form.getlist("report"), RemarkForm()
    if not chosen:
        return reports_page(422, message=_(NONE_CHOSEN), remark_form=form)
    try:
        count = store.write(reports.send_back, g.dialogue.id, chosen, form.remark.data or "", actor=g.actor)
    except Invalid as error:
        form.remark.errors = [_(error.message)]
        return reports_page(422, remark_form=form)
    flash(ngettext("Đã trả lại %(count)s báo cáo.", "Đã trả lại %(count)s báo cáo.", count, count=count))
    return see_other(here())


@blueprint.get(f"{REPORTS}/files/<attachment_id>")
@allowed("follow")
def reports_attachment(code: str, attachment_id: str) -> Response:
    """A file that came with a report."""
    return download(attachment_id)


@blueprint.get(UNIT)
@allowed("follow")
def reports_unit(code: str, unit_id: str) -> Response:
    """What one unit has to do, as the office sees it: it may write for the unit."""
    return _unit_page(load_tasks(unit_id))


@blueprint.post(UNIT)
@allowed("follow")
def reports_type(code: str, unit_id: str) -> Response:
    """Keep what the office wrote for the unit; it stands at once."""
    try:
        found = load_tasks(unit_id)
    except NotFound as error:
        return lost(error, back=here())
    given = said_for(found)
    kept, unkept = files_for(found, given)
    try:
        outcome: Outcome = store.write(reports.type_for, g.dialogue.id, unit_id, given, actor=g.actor, files=kept)
    except NotNow as error:
        if wants_json():
            raise
        return make_response(_unit_page(found, unsent(given), given), error.status)
    faults = errors_of(outcome, kept, unkept)
    count = len(outcome.kept)
    if count or not (faults or outcome.left):
        text = ngettext("Đã ghi %(count)s kiến nghị.", "Đã ghi %(count)s kiến nghị.", count, count=count)
        flash(text if count else _("Chưa có gì thay đổi nên không cần ghi."))
    if outcome.waits:
        flash(_(WAITS), "error")
    if faults or outcome.left:
        return _unit_page(load_tasks(unit_id), outcome, given, faults)
    return see_other(f"{here()}/units/{unit_id}")


def here() -> str:
    """The page of the reports."""
    return f"/s/{g.dialogue.code}/reports"


def reports_page(
    status: int = 200, *, message: str = "", remark_form: RemarkForm | None = None, sheets_form: SheetsForm | None = None,
    ticked: Collection[str] = (),
) -> Response:  # fmt: skip
    """The page, with what was refused where there is something; ticks stay."""
    session = store.reading()
    found = reported.waiting(session, g.dialogue.id)
    page = render_template(
        "followups/reports.html", **frame(), waiting=found, units=reported.by_unit(session, g.dialogue.id), message=message,
        actors=accounts.names(session, {one.report.actor for one in found} - {LINK}),
        ticked=set(ticked or request.form.getlist("report")), shown=set(request.form.getlist("show")),
        every=[one for one in found if not one.moved], remark_form=remark_form or RemarkForm(formdata=None),
        sheets_form=sheets_form or SheetsForm(formdata=None),
    )  # fmt: skip
    return make_response(page, status)


def frame() -> dict[str, Any]:
    """What every page of the reports needs."""
    dialogue = g.dialogue
    return {
        "dialogue": dialogue, "base": f"/s/{dialogue.code}", "names": NAMES, "open": dialogue.state != Stage.ARCHIVED,
        "may": policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
    }  # fmt: skip


def load_tasks(unit_id: str) -> UnitTasks:
    """What a unit has to do; `NotFound` for one of another house, or that has nothing here and no link."""
    session = store.reading()
    found = reported.of_unit(session, g.dialogue.id, unit_id, office=True)
    tree.load(session, g.dialogue.organisation_id, unit_id if found.tasks or found.linked else "")
    return found


def _unit_page(
    found: UnitTasks, outcome: Outcome | None = None, given: dict[str, Said] | None = None,
    faults: dict[str, dict[str, str]] | None = None,
) -> Response:  # fmt: skip
    page = render_template(
        "followups/reports_unit.html", **frame() | shown_of(found, outcome, given or {}, faults or {}),
        sheets_form=SheetsForm(formdata=None, unit=found.unit_id),
    )  # fmt: skip
    return make_response(page, status_of(outcome, faults))


def _overtaken(count: int) -> str:
    said: str = ngettext(
        "%(count)s báo cáo chưa duyệt vì kiến nghị vừa được người khác sửa. Điều đang có hiện ở dưới: hãy xem lại rồi duyệt.",
        "%(count)s báo cáo chưa duyệt vì kiến nghị vừa được người khác sửa. Điều đang có hiện ở dưới: hãy xem lại rồi duyệt.",
        count, count=count,
    )  # fmt: skip
    return said
