"""The page of one person at the door, which all acts come back to, and what a refusal looks like there."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from survey.core.errors import Conflict
from survey.core.errors import NotNow
from survey.desk import queries_entry as queries
from survey.desk.forms_door import SubstituteForm
from survey.desk.forms_door import TakeBackForm
from survey.desk.forms_door import UnitForm
from survey.roll import at_door
from survey.roll.at_door import Found
from survey.roll.secrets import Personal
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

HIDDEN_AFTER = 60  # seconds that a link stays on the screen


def person_page(
    found: Found,
    personal: Personal | None = None,
    *,
    status: int = 200,
    notice: str = "",
    refusal: str = "",
    **forms: Any,
) -> Response:
    """One person, as a page or as the part of it that htmx puts in. No cache keeps it: a link may stand on it."""
    choices = queries.unit_choices(store.reading(), g.dialogue.organisation_id)
    shown: dict[str, Any] = {
        "here": queries.door(store.roll_reading(), g.dialogue), "base": base(), "person": found,
        "unit": dict(choices).get(found.unit_id or "", ""), "units": _names(),
        "shown": _drawn(personal) if personal else None, "hidden_after": HIDDEN_AFTER, "notice": notice,
        "refusal": refusal, **_forms(found, choices), **forms,
    }  # fmt: skip
    if is_htmx():
        page = partial("desk/_door_person.html", status, row=True, **shown)
    else:
        whole = render_template("desk/door.html", dialogue=g.dialogue, typed="", found=[], more=False, **shown)
        page = make_response(whole, status)
        page.headers["Vary"] = "HX-Request, Accept"
    page.headers["Cache-Control"] = "no-store"
    return page


def attempt(member_id: str, run: Callable[[], Response], **forms: FlaskForm) -> Response:
    """`run()`; who comes second, or at the wrong time, gets the person's page with what happened on it.

    `forms` are those that were filled in, so that nothing typed is lost.
    """
    see(member_id)  # who is not on this roll is not there, whatever may be done now
    try:
        queries.check_open(store.roll_reading(), g.dialogue)
        return run()
    except (Conflict, NotNow) as error:
        if wants_json():
            raise
        return person_page(see(member_id), status=error.status, refusal=sentence(error), **forms)


def answer(member_id: str, done: str) -> Response:
    """The person as they stand now, for whichever client asked. `done` is a message id."""
    if wants_json():
        return json_answer({"id": member_id, "taken": bool(see(member_id).taken)})
    if is_htmx():
        return person_page(see(member_id), notice=_(done))
    flash(_(done))
    return see_other(f"{base()}/door/{member_id}")


def see(member_id: str) -> Found:
    """The member as the door sees one; raises `NotFound`."""
    return at_door.see(store.roll_reading(), g.dialogue.id, member_id)


def base() -> str:
    """The path of this dialogue's desk."""
    return f"/s/{g.dialogue.code}"


def key() -> bytes:
    """What links are made from; raises `KeyMissing` once issuing is over."""
    return store.keys().get(g.dialogue.id, "link")


def plain(found: Found, units: Mapping[str, str]) -> dict[str, Any]:
    """A member for a program: whether the place is taken, and nothing later."""
    return {"id": found.id, "name": found.name, "unit": units.get(found.unit_id or "", ""), "taken": bool(found.taken)}


def _names() -> Mapping[str, str]:
    return queries.units_of(store.reading(), g.dialogue.organisation_id).names


def _forms(found: Found, choices: list[tuple[str, str]]) -> dict[str, FlaskForm]:
    unit = UnitForm(formdata=None, unit=found.unit_id or "")
    instead = SubstituteForm(formdata=None, prefix="instead-", unit=found.unit_id or "")
    unit.offer(choices)
    instead.offer(choices)
    back = TakeBackForm(formdata=None)
    back.offer()
    return {"unit_form": unit, "instead": instead, "back": back}


def _drawn(personal: Personal) -> dict[str, Any]:
    twin, page = personal.twin, f"{qr.roll_base()}/m/{g.dialogue.code}"
    return {
        "qr": qr.svg(qr.personal_url(g.dialogue.code, personal.token)), "twin": f"{twin[:4]} {twin[4:]}",
        "address": page.split("://", 1)[-1], "out_of_reach": qr.out_of_reach(),
    }  # fmt: skip
