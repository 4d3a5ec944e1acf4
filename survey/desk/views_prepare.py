"""Preparing answers before the day: which unit gets which questions, its link, and what the office writes for it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.accounts import queries as accounts
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.desk.forms_prepare import PlanForm
from survey.desk.forms_prepare import ReturnForm
from survey.desk.forms_prepare import UnitsForm
from survey.desk.views import blueprint
from survey.dialogues import queries as dialogues
from survey.followups import links
from survey.followups import queries
from survey.followups import service
from survey.followups.models import Preparation
from survey.followups.state import LINK
from survey.followups.state import WRITABLE
from survey.followups.views import A_PAGE
from survey.followups.views import boxes
from survey.followups.views import left_over
from survey.followups.views import place
from survey.followups.views import shown
from survey.followups.views import typed_for
from survey.organisations import units as tree
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other

PREPARE, UNIT = "/s/<code>/prepare", "/s/<code>/prepare/units/<unit_id>"
ROOM = 4 * 1024 * 1024  # bytes of a form with all answers of a unit
MOST_NEW = 60  # units added at once


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint in {"desk.prepare_unit_save", "desk.prepare_keep", "desk.prepare_file"}:
        request.max_form_memory_size = ROOM


@blueprint.get(PREPARE)
@allowed("prepare")
def prepare(code: str) -> Response:
    """Topics and their units, the state of each list, and what came back."""
    return prepare_page()


@blueprint.post(f"{PREPARE}/plan")
@allowed("prepare")
def prepare_plan(code: str) -> Response:
    """Until when, and a few words."""
    form = PlanForm()
    try:
        if not form.validate():
            return prepare_page(422, plan_form=form)
        store.write(service.plan, g.dialogue.id, form.due.data, form.words.data or "")
    except Invalid as error:
        form.words.errors = [_(error.message)]
        return prepare_page(422, plan_form=form)
    flash(_("Đã lưu hạn và lời dặn."))
    return see_other(here())


@blueprint.post(f"{PREPARE}/topics")
@allowed("prepare")
def prepare_topics(code: str) -> Response:
    """Which unit prepares which topic (fields `unit-<topic>`)."""
    wanted = {name[5:]: value or None for name, value in request.form.items() if name.startswith("unit-")}
    store.write(service.assign_topics, g.dialogue.id, wanted, actor=g.actor)
    flash(_("Đã giao các nhóm vấn đề."))
    return see_other(f"{here()}#lists")


@blueprint.post(f"{PREPARE}/questions")
@allowed("prepare")
def prepare_questions(code: str) -> Response:
    """Questions that do not go where their topic goes (fields `to-<question>`)."""
    store.write(service.assign_questions, g.dialogue.id, _moves(), actor=g.actor)
    flash(_("Đã giao các câu."))
    return see_other(f"{here()}#lists")


@blueprint.post(f"{PREPARE}/units")
@allowed("manage")
def prepare_units(code: str) -> Response:
    """Add units that are not in the tree yet; one that is there stays as it is."""
    form = UnitsForm()
    try:
        if not form.validate():
            return prepare_page(422, units_form=form)
        names = [(name,) for name in dict.fromkeys(filter(None, map(str.strip, (form.names.data or "").splitlines())))]
        store.write(_add, g.dialogue.organisation_id, names[:MOST_NEW])
    except Invalid as error:
        form.names.errors = [_(error.message)]
        return prepare_page(422, units_form=form)
    flash(_("Đã thêm đơn vị. Nay chọn được trong các ô bên dưới."))
    return see_other(f"{here()}#topics")


@blueprint.get(UNIT)
@allowed("prepare")
def prepare_unit(code: str, unit_id: str) -> Response:
    """The list of one unit, as the office sees it: it may write for the unit, and send a question elsewhere."""
    return _unit_page(unit_id)


@blueprint.post(UNIT)
@allowed("prepare")
def prepare_unit_save(code: str, unit_id: str) -> Response:
    """Keep what the office wrote for the unit, then where it sends questions; none that left the list meanwhile."""
    queries.load_unit(store.reading(), g.dialogue, unit_id)
    found = queries.list_of(store.reading(), g.dialogue.id, unit_id)
    typed, left = typed_for(found), left_over(found)
    moves = {id_: target for id_, target in _moves().items() if any(one.id == id_ for one in found.wanted)}
    try:
        count = store.write(_save, g.dialogue.id, unit_id, typed, moves, actor=g.actor)
    except DomainError as error:
        return _unit_page(unit_id, error)
    if count or not left:
        flash(_("Đã lưu %(count)s câu.", count=count) if count else _("Đã lưu."))
    if left:
        return _unit_page(unit_id, left=left)
    page, _pages = place(queries.list_of(store.reading(), g.dialogue.id, unit_id))
    return see_other(f"{here()}/units/{unit_id}" + (f"?page={page}" if page > 1 else ""))


@blueprint.post(f"{PREPARE}/links")
@allowed("prepare")
def prepare_links(code: str) -> Response:
    """Links for all units that have questions and no link yet, shown this once."""
    wanted = [one.unit_id for one in queries.overview(store.reading(), g.dialogue.id).lists if one.wanted]
    return _links(wanted, anew=False)


@blueprint.post(f"{UNIT}/link")
@allowed("prepare")
def prepare_link(code: str, unit_id: str) -> Response:
    """A new link for one unit; the old one is dead."""
    return _links([queries.load_unit(store.reading(), g.dialogue, unit_id).id], anew=True)


@blueprint.get(f"{UNIT}/link")
@allowed("prepare")
def prepare_link_again(code: str, unit_id: str) -> Response:
    """A link is shown once; who loads the page anew comes back."""
    queries.load_unit(store.reading(), g.dialogue, unit_id)
    return see_other(f"{here()}#lists")


@blueprint.get(f"{PREPARE}/links")
@allowed("prepare")
def prepare_links_again(code: str) -> Response:
    """The same for all of them."""
    return see_other(f"{here()}#lists")


@blueprint.post(f"{UNIT}/link/removal")
@allowed("prepare")
def prepare_unlink(code: str, unit_id: str) -> Response:
    """Make a link worthless; what came by it stays."""
    queries.load_unit(store.reading(), g.dialogue, unit_id)
    store.write(links.revoke, g.dialogue.id, unit_id, actor=g.actor)
    flash(_("Đã thu hồi đường dẫn. Nội dung đơn vị đã ghi vẫn còn."))
    return see_other(f"{here()}#lists")


def here() -> str:
    """The page of the preparation."""
    return f"/s/{g.dialogue.code}/prepare"


def prepare_page(
    status: int = 200, plan_form: PlanForm | None = None, units_form: UnitsForm | None = None,
    return_form: ReturnForm | None = None,
) -> Response:  # fmt: skip
    """The page, with a form that was refused where there is one."""
    session, plan = store.reading(), store.reading().get(Preparation, g.dialogue.id)
    log = queries.log(session, g.dialogue.id)
    page = render_template(
        "followups/prepare.html", **frame(), found=queries.overview(session, g.dialogue.id),
        topics=dialogues.topics(session, g.dialogue.id), plan=plan, log=log,
        names=accounts.names(session, {row.actor for row, _unit in log} - {LINK}), link=LINK,
        plan_form=plan_form or PlanForm(formdata=None, obj=plan), units_form=units_form or UnitsForm(formdata=None),
        return_form=return_form or ReturnForm(formdata=None),
    )  # fmt: skip
    return make_response(page, status)


def frame() -> dict[str, Any]:
    """What every page of the preparation needs."""
    dialogue = g.dialogue
    return {
        "dialogue": dialogue, "base": f"/s/{dialogue.code}", "open": dialogue.state in WRITABLE,
        "units": tree.tree(store.reading(), dialogue.organisation_id),
        "may": policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
    }  # fmt: skip


def _unit_page(unit_id: str, error: DomainError | None = None, left: dict[str, str] | None = None) -> Response:
    session = store.reading()
    unit = queries.load_unit(session, g.dialogue, unit_id)
    found = queries.list_of(session, g.dialogue.id, unit_id)
    number, pages = place(found)
    left = left_over(found) if error else left or {}
    page = render_template(
        "followups/prepare_unit.html", **frame(), unit=unit, list=found, page=number, pages=pages, left=left,
        wanted=found.wanted[(number - 1) * A_PAGE : number * A_PAGE],
        boxes=boxes(found, typed_for(found), error), errors=shown(error), refused=sentence(error) if error else "",
        return_form=ReturnForm(formdata=None, unit=unit_id),
    )  # fmt: skip
    return make_response(page, error.status if error else 409 if left else 200)


def _links(unit_ids: list[str], *, anew: bool) -> Response:
    made = store.write(links.make, g.dialogue.id, unit_ids, actor=g.actor, anew=anew)
    if not made:
        flash(
            _("Đơn vị nào có câu hỏi cũng đã có đường dẫn. Làm mất thì bấm “Đường dẫn mới” ở dòng của đơn vị ấy."),
            "warn",
        )
        return see_other(f"{here()}#lists")
    found = queries.overview(store.reading(), g.dialogue.id)
    rows = [(one, f"{qr.public_base()}/u/{made[one.unit_id]}") for one in found.lists if one.unit_id in made]
    page = render_template(
        "followups/prepare_links.html", **frame(), links=rows, out_of_reach=qr.out_of_reach(),
        plan=store.reading().get(Preparation, g.dialogue.id),
    )  # fmt: skip
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _moves() -> dict[str, str]:
    return {name[3:]: value for name, value in request.form.items() if name.startswith("to-")}


def _add(session: Session, organisation_id: str, names: list[tuple[str, ...]]) -> None:
    tree.ensure_all(session, organisation_id, names)


def _save(session: Session, dialogue_id: str, unit_id: str, typed: Any, moves: dict[str, str], *, actor: str) -> int:
    count = service.answer(session, dialogue_id, unit_id, typed, actor=actor)
    service.assign_questions(session, dialogue_id, moves, actor=actor)
    return count
