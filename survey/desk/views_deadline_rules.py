"""How an organisation counts days, where reminders of its units go, and the secret of its calendar."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.core.text import fold
from survey.desk.forms_deadlines import RulesForm
from survey.desk.views import blueprint
from survey.followups import deadlines
from survey.followups import setting_deadlines
from survey.organisations import queries as organisations
from survey.organisations import units
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

RULES = "/s/organisation/deadlines"
A_PAGE = 50  # units with a field each
AHEAD = 60  # days in which holidays are named


@dataclass(frozen=True, slots=True)
class Line:
    """A unit with its address, or with what was typed and refused."""

    id: str
    name: str
    email: str
    error: str


@blueprint.get(RULES)
@allowed("manage")
def deadline_rules() -> Response:
    """What holds for all dialogues of the organisation."""
    return _page()


@blueprint.post(RULES)
@allowed("manage")
def deadline_rules_save() -> Response:
    """Keep how days are counted."""
    form = RulesForm()
    if not form.validate():
        return _page(form=form, status=422)
    try:
        store.write(setting_deadlines.set_rules, g.identity.organisation_id, form.rules())
    except Invalid as error:
        form.refuse(error)
        return _page(form=form, status=error.status)
    flash(_("Đã lưu cách tính thời hạn."))
    return see_other(RULES)


@blueprint.post(f"{RULES}/contacts")
@allowed("manage")
def deadline_contacts() -> Response:
    """Keep the addresses of the units on this page: fields `e-<id>`."""
    wanted = {name[2:]: text for name, text in request.form.items() if name.startswith("e-")}
    try:
        store.write(setting_deadlines.set_contacts, g.identity.organisation_id, wanted)
    except Invalid as error:
        return _page(typed=wanted, errors=error.fields, status=error.status)
    flash(_("Đã lưu e-mail của các đơn vị."))
    return see_other(f"{RULES}?page={_asked()}#contacts")


@blueprint.post(f"{RULES}/calendar")
@allowed("manage")
def deadline_feed() -> Response:
    """A new secret address of the office's calendar, shown this once; an older one dies."""
    token = store.write(setting_deadlines.new_feed, g.identity.organisation_id)
    return _page(feed=f"{qr.public_base()}/u/calendar/{token}.ics")


@blueprint.post(f"{RULES}/calendar/end")
@allowed("manage")
def deadline_feed_end() -> Response:
    """The address of the calendar leads nowhere any more."""
    store.write(setting_deadlines.end_feed, g.identity.organisation_id)
    flash(_("Đường dẫn lịch của văn phòng đã thu hồi."))
    return see_other(f"{RULES}#calendar")


@blueprint.get(f"{RULES}/contacts", endpoint="deadline_contacts_again")
@blueprint.get(f"{RULES}/calendar")
@allowed("manage")
def deadline_rules_again() -> Response:
    """Where a form was answered with a page: who loads it anew comes back."""
    return see_other(RULES)


def _page(
    form: RulesForm | None = None, typed: dict[str, str] | None = None, errors: object = None, feed: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    session, organisation_id = store.reading(), g.identity.organisation_id
    rules = deadlines.rules_of(session, organisation_id)
    known, asked = _lines(typed or {}, errors if isinstance(errors, dict) else {}), _asked()
    pages = max(1, -(-len(known) // A_PAGE))
    page = 1 if typed else min(asked, pages)
    answer = make_response(render_template(
        "followups/deadlines_rules.html", organisation=organisations.name_of(session, organisation_id),
        form=form or RulesForm(formdata=None).fill(rules), lines=known[(page - 1) * A_PAGE : page * A_PAGE], page=page,
        pages=pages, find=request.args.get("find", "")[:80], feed=feed, linked=deadlines.has_feed(session, organisation_id),
        holidays=rules.calendar.coming(deadlines.today(), AHEAD), out_of_reach=qr.out_of_reach(),
    ), status)  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _lines(typed: dict[str, str], errors: dict[str, str]) -> list[Line]:
    """Units in their order, those that were typed for where something was refused; `?find=` narrows the list."""
    session, organisation_id = store.reading(), g.identity.organisation_id
    emails, find = deadlines.contacts(session, organisation_id), fold(request.args.get("find", "")[:80])
    return [
        Line(unit.id, unit.name, typed.get(unit.id, emails.get(unit.id, "")), _(errors[unit.id]) if unit.id in errors else "")
        for unit, _depth in units.tree(session, organisation_id)
        if (unit.id in typed if typed else find in unit.folded)
    ]  # fmt: skip


def _asked() -> int:
    typed = (request.form.get("page") or request.args.get("page", "1"))[:4]
    return max(int(typed), 1) if typed.isascii() and typed.isdecimal() else 1
