"""The staff of one dialogue: roles, who is in, hand-over in the middle of it."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import forms
from survey.accounts import links
from survey.accounts import queries
from survey.accounts import service
from survey.accounts import signins
from survey.accounts.link_kinds import page_of
from survey.accounts.login import rights
from survey.accounts.models import Grant
from survey.accounts.models import SignIn
from survey.accounts.policy import Role
from survey.accounts.policy import may
from survey.accounts.views import blueprint
from survey.accounts.views_staff import checked_role
from survey.accounts.views_staff import new_link
from survey.accounts.views_staff import role_name
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.web import errors
from survey.web import guard
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other


@blueprint.route("/s/<code>/staff")
@allowed("staff")
def dialogue_staff(code: str) -> Response:
    """Who works on this dialogue, and which browsers and devices are in."""
    return _list(_invite_form(), 200)


@blueprint.route("/s/<code>/staff/invitations", methods=["POST"])
@allowed("staff")
def dialogue_invite(code: str) -> Response:
    """A link for a role in this dialogue."""
    form, dialogue = _invite_form(), g.dialogue
    try:
        token = store.write(
            links.invite, dialogue.organisation_id, checked_role(form), dialogue.id, form.name.data or "", actor=g.actor,
            site=_checked_site(form),
        )  # fmt: skip
    except Invalid as error:
        forms.show(form, error)
        return _list(form, 422)
    return new_link(token, form.name.data or "", _here(), days=7)


@blueprint.route("/s/<code>/staff/invitations/<link_id>/withdrawal", methods=["POST"])
@allowed("staff")
def dialogue_withdraw(code: str, link_id: str) -> Response:
    """Make an open invitation to this dialogue worthless."""
    dialogue = g.dialogue
    store.write(links.withdraw, link_id, dialogue.organisation_id, actor=g.actor, dialogue_id=dialogue.id)
    flash(_("Đã rút lời mời. Đường dẫn ấy không còn dùng được."))
    return see_other(_here())


@blueprint.route("/s/<code>/staff/grants", methods=["POST"])
@allowed("staff")
def dialogue_grant(code: str) -> Response:
    """Give a colleague of the organisation a role in this dialogue."""
    dialogue, form = g.dialogue, _invite_form()
    try:
        role, site = checked_role(form), _checked_site(form)
        staff_id = request.form.get("staff", "")
        store.write(service.grant, staff_id, dialogue.organisation_id, role, dialogue.id, actor=g.actor, site=site)
    except Invalid as error:
        flash(errors.sentence(error), "error")
        return see_other(_here())
    flash(_("Đã giao vai trò."))
    return see_other(_here())


@blueprint.route("/s/<code>/staff/grants/<grant_id>/removal", methods=["POST"])
@allowed("staff")
def dialogue_revoke(code: str, grant_id: str) -> Response:
    """Take a role of this dialogue away."""
    dialogue = g.dialogue
    store.write(service.revoke, grant_id, dialogue.organisation_id, actor=g.actor, dialogue_id=dialogue.id)
    flash(_("Đã lấy lại vai trò."))
    return see_other(_here())


@blueprint.route("/s/<code>/staff/sign-ins/<sign_in_id>/ending", methods=["POST"])
@allowed("staff")
def dialogue_throw_out(code: str, sign_in_id: str) -> Response:
    """Throw out a browser of somebody who works on this dialogue; colleagues of other dialogues are out of reach."""
    dialogue = g.dialogue
    if sign_in_id not in {row.id for row, _name in _reach(dialogue.organisation_id, dialogue.id)}:
        raise NotFound(N_("Máy này không có trong danh sách. Hãy tải lại trang."))
    store.write(signins.end, sign_in_id, dialogue.organisation_id, actor=g.actor)
    flash(_("Đã đưa máy ấy ra. Máy không xem được gì nữa."))
    return see_other(_here())


@blueprint.route("/s/<code>/handover")
@allowed("lead")
def handover_page(code: str) -> Response:
    """My roles in this dialogue, to give to a colleague or to somebody new."""
    return _handover(200)


@blueprint.route("/s/<code>/handover", methods=["POST"])
@allowed("lead")
def hand_over_mine(code: str) -> Response:
    """Give one of my roles away: to a colleague at once, or by a link to whoever takes it up."""
    dialogue = g.dialogue
    held = next((one for one in _my_grants() if one.id == request.form.get("grant")), None)
    if held is None:
        raise NotFound(N_("Vai trò này không còn. Hãy tải lại trang."))
    try:
        if request.form.get("to"):
            store.write(service.hand_over, held.id, dialogue.organisation_id, request.form["to"], actor=g.actor)
            flash(_("Đã giao lại vai trò."))
            return see_other("/s/")
        token = store.write(
            links.invite, dialogue.organisation_id, held.role, dialogue.id, request.form.get("name", ""),
            actor=g.actor, giver_id=held.staff_id,
        )  # fmt: skip
    except Invalid as error:
        return _handover(422, sentence=errors.sentence(error), typed=request.form.get("name", ""))
    return new_link(token, request.form.get("name", ""), page_of(held.role, dialogue.code), days=7)


def _invite_form() -> forms.DialogueInviteForm:
    guard.require("sites", {})
    form = forms.DialogueInviteForm()
    form.offer(g.sites)
    return form


def _checked_site(form: forms.DialogueInviteForm) -> int | None:
    """The site of a host, nothing for any other role; raises `Invalid` where a host has none that is there."""
    if form.role.data != Role.HOST:
        return None
    site = str(form.site.data or "")
    if site not in map(str, g.sites):
        message = N_("Hãy chọn điểm cầu mà người này phụ trách. Chưa có điểm cầu thì thêm ở trang Điểm cầu trước.")
        raise Invalid(message, {"site": message})
    return int(site)


def _here() -> str:
    return f"/s/{g.dialogue.code}/staff"


def _my_grants() -> list[Grant]:
    if g.identity.staff_id is None:
        raise Forbidden(N_("Máy này được cho vào không bằng tài khoản, nên không có vai trò để giao lại."))
    return queries.grants_of(store.reading(), g.identity.staff_id, g.dialogue.id)


def _handover(status: int, *, sentence: str = "", typed: str = "") -> Response:
    people = queries.people(store.reading(), g.dialogue.organisation_id)
    page = render_template(
        "accounts/handover.html",
        dialogue=g.dialogue,
        base=f"/s/{g.dialogue.code}",
        grants=_my_grants(),
        people=[one for one in people if one.staff.id != g.identity.staff_id],
        role_name=role_name,
        sentence=sentence,
        typed=typed,
        may={"staff": may(g.identity, "staff", g.identity.organisation_id)},
    )
    return make_response(page, status)


def _reach(organisation_id: str, dialogue_id: str) -> list[tuple[SignIn, str]]:
    """Browsers and devices that the organiser of this dialogue may end: an organiser of everything all of them."""
    seen = store.reading()
    whole = may(g.identity, "staff", organisation_id)
    mine = {
        one.staff.id: one.staff.name
        for one in queries.people(seen, organisation_id, dialogue_id)
        if whole or all(held.dialogue_id == dialogue_id for held in queries.grants_of(seen, one.staff.id))
    }
    browsers = [(row, mine[str(row.staff_id)]) for row in queries.sign_ins(seen, organisation_id, set(mine))]
    return browsers + [(row, role_name(str(row.role))) for row in queries.devices(seen, dialogue_id)]


def _list(form: forms.DialogueInviteForm, status: int) -> Response:
    seen, dialogue = store.reading(), g.dialogue
    people = queries.people(seen, dialogue.organisation_id, dialogue.id)
    here = {one.staff.id for one in people}
    page = render_template(
        "accounts/dialogue_staff.html",
        form=form,
        dialogue=dialogue,
        base=f"/s/{dialogue.code}",
        people=people,
        others=[one.staff for one in queries.people(seen, dialogue.organisation_id) if one.staff.id not in here],
        links=queries.open_links(seen, dialogue.organisation_id, dialogue.id),
        browsers=_reach(dialogue.organisation_id, dialogue.id),
        role_name=role_name,
        may=rights(),
    )
    return make_response(page, status)
