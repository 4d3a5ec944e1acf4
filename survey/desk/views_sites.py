"""Views of sites: the organiser's list, and the page of one site for its host."""

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
from survey.accounts import queries as accounts
from survey.core.errors import DomainError
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.desk import cards
from survey.desk import cards_acts
from survey.desk.cards import Scope
from survey.desk.forms_cards import SiteForm
from survey.desk.forms_cards import SitesForm
from survey.desk.forms_cards import refused
from survey.desk.views import blueprint
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.room import printing
from survey.room import tickets
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json


@blueprint.get("/s/<code>/sites")
@allowed("site")
def site_list(code: str) -> Response:
    """All sites for the organiser; a host goes on to the one that is theirs."""
    if policy.may(g.identity, "cards", g.dialogue.organisation_id, g.dialogue.id):
        return _list()
    mine = policy.hosted(g.identity, g.dialogue.organisation_id, g.dialogue.id)
    if not mine:
        raise Forbidden(N_("Bạn chưa được giao điểm cầu nào. Hãy nhờ ban tổ chức mời lại, có ghi số điểm cầu."))
    return see_other(f"/s/{g.dialogue.code}/sites/{mine[0]}")


@blueprint.post("/s/<code>/sites")
@allowed("manage")
def add_site(code: str) -> Response:
    """A new site."""
    form = SiteForm()
    try:
        if not form.validate():
            return _list(422, one=form)
        number = store.write(
            sites.add, g.dialogue.id, form.name.data or "", form.cards.data or 0, form.number.data
        )  # fmt: skip
    except DomainError as error:
        return _refuse(error, form, "name", "one")
    flash(_("Đã thêm điểm cầu %(number)s.", number=number))
    return see_other(f"{_here()}#site-{number}")


@blueprint.post("/s/<code>/sites/lines")
@allowed("manage")
def add_sites(code: str) -> Response:
    """A site for each line."""
    form = SitesForm()
    try:
        made = store.write(sites.add_many, g.dialogue.id, (form.lines.data or "").splitlines())
    except DomainError as error:
        return _refuse(error, form, "lines", "many")
    flash(_("Đã thêm %(count)s điểm cầu.", count=len(made)))
    return see_other(_here())


@blueprint.post("/s/<code>/sites/<number>")
@allowed("manage")
def change_site(code: str, number: str) -> Response:
    """Another name or share."""
    site, typed = site_number(number), request.form.get(f"cards-{number}", "").strip()
    cards_typed = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else -1
    try:
        store.write(sites.change, g.dialogue.id, site, request.form.get(f"name-{number}", ""), cards_typed)
    except Invalid as error:
        if wants_json():
            raise
        return _list(422, odd=(site, sentence(error)))
    flash(_("Đã lưu điểm cầu %(number)s.", number=number))
    return see_other(f"{_here()}#site-{number}")


@blueprint.post("/s/<code>/sites/<number>/removal")
@allowed("manage")
def remove_site(code: str, number: str) -> Response:
    """Take a site away for which nothing was printed."""
    try:
        store.write(printing.remove_site, g.dialogue.id, site_number(number))
    except DomainError as error:
        if wants_json() or isinstance(error, NotFound):
            raise
        return _list(error.status, alert=sentence(error))
    flash(_("Đã xóa điểm cầu %(number)s.", number=number))
    return see_other(_here())


@blueprint.get("/s/<code>/sites/<number>")
@allowed("site")
def site(code: str, number: str) -> Response:
    """One site: its counts, its share, printing and voiding."""
    return cards.show(scope_of(number))


@blueprint.post("/s/<code>/sites/<number>/cards")
@allowed("site")
def site_print(code: str, number: str) -> Response:
    """Make cards of the site's share, and answer with the page to print."""
    return cards_acts.print_now(scope_of(number))


@blueprint.post("/s/<code>/sites/<number>/cards/pdf")
@allowed("site")
def site_print_pdf(code: str, number: str) -> Response:
    """Make cards of the site's share and answer with them as a file."""
    return cards_acts.print_pdf(scope_of(number))


@blueprint.post("/s/<code>/sites/<number>/cards/sheets/voiding")
@allowed("site")
def site_void_sheets(code: str, number: str) -> Response:
    """Make the cards of some of the site's sheets worthless."""
    return cards_acts.void_sheets(scope_of(number))


@blueprint.post("/s/<code>/sites/<number>/cards/batches/<batch_id>/voiding")
@allowed("site")
def site_void_batch(code: str, number: str, batch_id: str) -> Response:
    """Make the cards of one of the site's printings worthless."""
    return cards_acts.void_batch(scope_of(number), batch_id)


@blueprint.post("/s/<code>/sites/<number>/cards/returns")
@allowed("site")
def site_take_back(code: str, number: str) -> Response:
    """Make the site's cards that came back worthless."""
    return cards_acts.take_back(scope_of(number))


def scope_of(raw: str) -> Scope:
    """The site of the URL, for its host or an organiser; the host of another one learns nothing of it."""
    number = site_number(raw)
    policy.require_site(g.identity, number, g.dialogue.organisation_id, g.dialogue.id)
    return cards.of_site(sites.load(store.reading(), g.dialogue.id, number))


def site_number(raw: str) -> int:
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 5 and raw == str(int(raw))):
        raise NotFound(N_("Không có điểm cầu mang số này."))
    return int(raw)


def _here() -> str:
    return f"/s/{g.dialogue.code}/sites"


def _refuse(error: DomainError, form: Any, name: str, given: str) -> Response:
    if wants_json() or isinstance(error, NotFound):
        raise error
    if not isinstance(error, Invalid):
        return _list(error.status, alert=sentence(error), **{given: form})
    fields = {field: _(line) for field, line in error.fields.items() if field in form} or {name: sentence(error)}
    for field, line in fields.items():
        refused(form, field, line)
    return _list(error.status, **{given: form})


def _list(status: int = 200, **given: Any) -> Response:
    session, dialogue = store.reading(), g.dialogue
    hosts: dict[int, list[str]] = {}
    for person in accounts.people(session, dialogue.organisation_id, dialogue.id):
        for held in person.grants:
            if held.role == policy.Role.HOST and held.dialogue_id == dialogue.id and held.site is not None:
                hosts.setdefault(held.site, []).append(person.staff.name)
    shown = {"one": SiteForm(formdata=None), "many": SitesForm(formdata=None), "alert": "", "odd": None, **given}
    page = render_template(
        "desk/sites.html",
        dialogue=dialogue,
        base=f"/s/{dialogue.code}",
        sites=dialogues.sites(session, dialogue.id),
        counts=tickets.counts_by_site(session, dialogue.id),
        unprinted=tickets.Count(),
        hosts=hosts,
        sent=request.form,
        may=policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
        **shown,
    )
    return make_response(page, status)
