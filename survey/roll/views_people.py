"""Views of the roll's keepers: everybody on it, somebody more, and what members asked to have changed."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import policy
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.organisations import units
from survey.organisations.forest import Forest
from survey.roll import listing
from survey.roll import people as members
from survey.roll import requests
from survey.roll.forms_people import PersonForm
from survey.roll.models import Roll
from survey.roll.views import blueprint
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

PEOPLE = "/s/<code>/roll/people"
NO_UNIT = "-"


@blueprint.get(PEOPLE)
@allowed("roll")
def people(code: str) -> Response:
    """The roll: search, filter by unit, fifty a page; what members asked for stands above it."""
    typed, unit = request.args.get("q", "").strip(), request.args.get("unit", "")
    known = forest()
    found = listing.page(store.roll_reading(), g.dialogue.id, typed, _below(known, unit), _number())
    page = render_template(
        "roll/people.html", **surroundings(), found=found, typed=typed, unit=unit, all_units=list(known.walk()),
        units_of={row.id: ", ".join(known.units[one].name for one in row.units if one in known.units) for row in found.rows},
        asked=requests.listed(store.roll_reading(), g.dialogue.id),
    )  # fmt: skip
    return make_response(page)


@blueprint.get(f"{PEOPLE}/new")
@allowed("roll")
def person_new(code: str) -> Response:
    """A form for somebody more. Without the key `link` nobody can be added, and the page says so."""
    link_key()
    return _new(PersonForm(formdata=None))


@blueprint.post(PEOPLE)
@allowed("roll")
def person_add(code: str) -> Response:
    """Add somebody by hand; after freezing with a reason, and counted apart."""
    form = PersonForm()
    try:
        person = form.person(forest().units)
        args = (link_key(), g.dialogue.id, person)
        made = store.roll_write(members.enter, *args, actor=g.actor, reason=form.reason.data or "")
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _new(form, error.status)
    flash(_("Đã thêm %(name)s vào danh sách.", name=person.name))
    return see_other(f"/s/{g.dialogue.code}/roll/people/{made}")


@blueprint.post("/s/<code>/roll/requests/<request_id>/done")
@allowed("roll")
def request_done(code: str, request_id: str) -> Response:
    """Take off who asked to be taken off; what was put right elsewhere is marked as done."""
    kind = store.roll_write(requests.do, g.dialogue.id, request_id, actor=g.actor)
    flash(_("Đã rút tên theo đề nghị.") if kind == "remove" else _("Đã ghi là đã sửa."))
    return see_other(f"/s/{g.dialogue.code}/roll/people")


@blueprint.post("/s/<code>/roll/requests/<request_id>/stays")
@allowed("roll")
def request_stays(code: str, request_id: str) -> Response:
    """Answer that it stays as it is; the member reads that on the own page."""
    store.roll_write(requests.leave, g.dialogue.id, request_id, actor=g.actor)
    flash(_("Đã trả lời là giữ nguyên. Người đề nghị đọc được ở trang của mình."))
    return see_other(f"/s/{g.dialogue.code}/roll/people")


def surroundings() -> dict[str, Any]:
    """What every page of the roll's keepers shows around it."""
    return {
        "dialogue": g.dialogue, "base": f"/s/{g.dialogue.code}", "roll": store.roll_reading().get(Roll, g.dialogue.id),
        "may": policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id),
        "links_alive": store.keys().exists(g.dialogue.id, "link"),
    }  # fmt: skip


def forest() -> Forest:
    """The units of the organisation."""
    return units.forest(store.reading(), g.dialogue.organisation_id)


def link_key() -> bytes:
    """The key of links and twins; raises `KeyMissing` once it is destroyed, which is answered with a sentence."""
    return store.keys().get(g.dialogue.id, "link")


def _new(form: PersonForm, status: int = 200) -> Response:
    form.offer(forest(), ())
    return make_response(render_template("roll/person_new.html", **surroundings(), form=form), status)


def _below(known: Forest, unit: str) -> list[str] | None:
    """The unit that was chosen with all below it; None for no choice, and for one that is not there."""
    if unit == NO_UNIT:
        return [""]
    return [unit, *(below.id for below, _depth in known.walk(unit))] if unit in known.units else None


def _number() -> int:
    typed = request.args.get("page", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 1
