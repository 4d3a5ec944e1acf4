"""Views of the organisation's units: a tree of any depth, whose levels are labels."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.desk.forms_units import UnitForm
from survey.desk.views import blueprint
from survey.followups import merging
from survey.followups import queries as followups
from survey.organisations import queries as organisations
from survey.organisations import units as tree
from survey.organisations.forest import Forest
from survey.organisations.models import Unit
from survey.roll import listing
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other

UNITS, UNIT = "/s/units", "/s/units/<unit_id>"
_IN_USE = N_(
    "Đơn vị này còn người trong danh sách của một đối thoại, nên không xóa được. Bạn vẫn đổi tên và chuyển được."
)
_PREPARES = N_(
    "Đơn vị này được giao câu hỏi hoặc kiến nghị ở một đối thoại, nên không xóa được. Hãy gộp vào đơn vị khác: "
    "kiến nghị và lịch sử của nó chuyển theo. Bạn cũng đổi tên và chuyển được."
)


@dataclass(slots=True)
class Node:
    """A unit with all right below it."""

    unit: Unit
    below: list[Node] = field(default_factory=list)


@blueprint.get(UNITS)
@allowed("manage")
def units() -> Response:
    """The whole tree, and a form for one more; `?under=` chooses its superior."""
    return _all(UnitForm(formdata=None, parent=request.args.get("under", "")))


@blueprint.post(UNITS)
@allowed("manage")
def unit_add() -> Response:
    """A new unit."""
    form = UnitForm()
    try:
        args = (g.identity.organisation_id, form.parent.data or None, form.name.data or "", form.level.data or "")
        store.write(tree.add, *args)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _all(form, error.status)
    flash(_("Đã thêm %(name)s.", name=form.name.data or ""))
    return see_other(f"{UNITS}?under={form.parent.data or ''}#add")


@blueprint.get(UNIT)
@allowed("manage")
def unit(unit_id: str) -> Response:
    """One unit: name, label, place, and taking it away."""
    one = tree.load(store.reading(), g.identity.organisation_id, unit_id)
    return _one(unit_id, UnitForm(formdata=None, obj=one, parent=one.parent_id or ""))


@blueprint.post(UNIT)
@allowed("manage")
def unit_change(unit_id: str) -> Response:
    """Another name, another label, another superior."""
    form = UnitForm()
    try:
        args = (g.identity.organisation_id, unit_id, form.name.data or "", form.level.data or "")
        store.write(_change, *args, form.parent.data or None)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _one(unit_id, form, error.status)
    flash(_("Đã lưu."))
    return see_other(UNITS)


@blueprint.post(f"{UNIT}/removal")
@allowed("manage")
def unit_remove(unit_id: str) -> Response:
    """Take a unit away that has nobody and nothing below it."""
    tree.load(store.reading(), g.identity.organisation_id, unit_id)
    if listing.names_unit(store.roll_reading(), unit_id):
        raise Conflict(_IN_USE)
    if followups.names_unit(store.reading(), unit_id):
        raise Conflict(_PREPARES)
    store.write(tree.remove, g.identity.organisation_id, unit_id)
    flash(_("Đã xóa đơn vị."))
    return see_other(UNITS)


@blueprint.post(f"{UNIT}/merging")
@allowed("manage")
def unit_merge(unit_id: str) -> Response:
    """Make the unit part of another: what it has to do goes along, and it is no more."""
    one = tree.load(store.reading(), g.identity.organisation_id, unit_id)
    into, keep = request.form.get("into", ""), listing.names_unit(store.roll_reading(), unit_id)
    try:
        moved = store.write(merging.merge, g.identity.organisation_id, unit_id, into, actor=g.actor, keep=keep)
    except (Conflict, Invalid, NotFound) as error:
        form = UnitForm(formdata=None, obj=one, parent=one.parent_id or "")
        return _one(unit_id, form, error.status, into=into, refused=sentence(error))
    flash(
        ngettext(
            "Đã gộp đơn vị; %(count)s kiến nghị chuyển theo.",
            "Đã gộp đơn vị; %(count)s kiến nghị chuyển theo.",
            moved,
            count=moved,
        )
    )
    if keep:
        flash(_("%(name)s còn trong danh sách của một đối thoại, nên vẫn ở trong cây.", name=one.name), "warn")
    return see_other(UNITS)


def _change(session: Session, organisation_id: str, unit_id: str, name: str, level: str, parent: str | None) -> None:
    tree.rename(session, organisation_id, unit_id, name, level)
    tree.move(session, organisation_id, unit_id, parent)


def _known() -> Forest:
    return tree.forest(store.reading(), g.identity.organisation_id)


def _all(form: UnitForm, status: int = 200) -> Response:
    known = _known()
    form.offer(known)
    page = render_template(
        "desk/units.html", form=form, nodes=_nodes(known), levels=tree.LEVELS, number=len(known.units),
        organisation=organisations.name_of(store.reading(), g.identity.organisation_id),
    )  # fmt: skip
    return make_response(page, status)


def _one(unit_id: str, form: UnitForm, status: int = 200, *, into: str = "", refused: str = "") -> Response:
    known = _known()
    one = tree.load(store.reading(), g.identity.organisation_id, unit_id)
    form.offer(known, unit_id)
    used = listing.names_unit(store.roll_reading(), unit_id) or followups.names_unit(store.reading(), unit_id)
    inside = {unit_id, *(below.id for below, _depth in known.walk(unit_id))}
    others = [(below, depth) for below, depth in known.walk() if below.id not in inside]
    page = render_template(
        "desk/units_one.html", form=form, unit=one, levels=tree.LEVELS, path=known.path(unit_id)[:-1],
        below=sum(1 for _below in known.walk(unit_id)), used=used, others=others, into=into,
        refused=refused,
    )  # fmt: skip
    return make_response(page, status)


def _nodes(known: Forest) -> list[Node]:
    """The tree as the page draws it, from a walk in which each unit comes after its superior."""
    top: list[Node] = []
    last: list[Node] = []
    for one, depth in known.walk():
        node = Node(one)
        (last[depth - 1].below if depth else top).append(node)
        last[depth:] = [node]
    return top
