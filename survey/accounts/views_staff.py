"""The staff of the organisation: who, which roles, invitations, resets. Only for organisers of all of it."""

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
from survey.accounts.link_kinds import ROLE_NAMES
from survey.accounts.policy import Role
from survey.accounts.views import blueprint
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.organisations import queries as organisations
from survey.web import errors
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

HERE = "/s/staff"


@blueprint.route("/s/staff")
@allowed("staff")
def staff_list() -> Response:
    """Everybody of the organisation."""
    return _list(forms.InviteForm(), 200)


@blueprint.route("/s/staff/invitations", methods=["POST"])
@allowed("staff")
def invite() -> Response:
    """A link for a role in the whole organisation."""
    form = forms.InviteForm()
    try:
        token = store.write(
            links.invite, g.identity.organisation_id, checked_role(form), None, form.name.data or "", actor=g.actor
        )
    except Invalid as error:
        forms.show(form, error)
        return _list(form, 422)
    return new_link(token, form.name.data or "", HERE, days=7)


@blueprint.route("/s/staff/invitations/<link_id>/withdrawal", methods=["POST"])
@allowed("staff")
def withdraw_invitation(link_id: str) -> Response:
    """Make an open invitation worthless."""
    store.write(links.withdraw, link_id, g.identity.organisation_id, actor=g.actor)
    flash(_("Đã rút lời mời. Đường dẫn ấy không còn dùng được."))
    return see_other(HERE)


@blueprint.route("/s/staff/<staff_id>/reset", methods=["POST"])
@allowed("staff")
def reset(staff_id: str) -> Response:
    """A link with which somebody sets a new password; we send no e-mail."""
    token = store.write(links.reset_link, staff_id, g.identity.organisation_id, actor=g.actor)
    staff = queries.staff_in(store.reading(), g.identity.organisation_id, staff_id)
    return new_link(token, staff.name if staff else "", HERE, days=1)


@blueprint.route("/s/staff/<staff_id>/sign-outs", methods=["POST"])
@allowed("staff")
def sign_out_everywhere(staff_id: str) -> Response:
    """End all sign-ins of somebody."""
    if queries.staff_in(store.reading(), g.identity.organisation_id, staff_id) is None:
        raise NotFound(N_("Không có người này trong danh sách của tổ chức."))
    count = store.write(signins.end_all, staff_id, actor=g.actor)
    flash(_("Đã đăng xuất %(count)s máy.", count=count))
    return see_other(HERE)


@blueprint.route("/s/staff/<staff_id>/removal", methods=["POST"])
@allowed("staff")
def remove(staff_id: str) -> Response:
    """End somebody's work here."""
    return _done(_("Đã thôi. Người này không vào được nữa; nhật ký vẫn giữ tên."), service.remove_staff, staff_id)


@blueprint.route("/s/staff/grants/<grant_id>/removal", methods=["POST"])
@allowed("staff")
def revoke(grant_id: str) -> Response:
    """Take a role away, of the organisation or of any of its dialogues."""
    return _done(_("Đã lấy lại vai trò."), service.revoke, grant_id)


@blueprint.route("/s/staff/grants/<grant_id>/handover", methods=["POST"])
@allowed("staff")
def hand_over(grant_id: str) -> Response:
    """Give a role to a colleague and take it from its holder, in one write."""
    try:
        store.write(service.hand_over, grant_id, g.identity.organisation_id, request.form.get("to", ""), actor=g.actor)
        flash(_("Đã giao lại vai trò."))
    except Invalid as error:
        flash(errors.sentence(error), "error")
    return see_other(HERE)


def new_link(token: str, name: str, back: str, *, days: int) -> Response:
    """A new link, shown this once, to send by hand or to be scanned."""
    address = f"{qr.public_base()}/s/invitation/{token}"
    page = render_template(
        "accounts/link.html", address=address, name=name, back=back, days=days, drawing=qr.svg(address)
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def checked_role(form: forms.InviteForm) -> str:
    """The chosen role; raises `Invalid` for one that no person can have here."""
    if form.role.data not in form.roles:
        raise Invalid(N_("Hãy chọn một vai trò."), {"role": N_("Hãy chọn một vai trò.")})
    return str(form.role.data)


def role_name(role: str) -> str:
    """The role in the language of the request."""
    return str(_(ROLE_NAMES[Role(role)]))


def _done(sentence: str, act: object, thing: str) -> Response:
    try:
        store.write(act, thing, g.identity.organisation_id, actor=g.actor)  # type: ignore[arg-type]
        flash(sentence)
    except Conflict as error:
        flash(errors.sentence(error), "error")
    return see_other(HERE)


def _list(form: forms.InviteForm, status: int) -> Response:
    seen, organisation_id = store.reading(), g.identity.organisation_id
    page = render_template(
        "accounts/staff.html",
        form=form,
        organisation=organisations.name_of(seen, organisation_id),
        people=queries.people(seen, organisation_id),
        links=queries.open_links(seen, organisation_id),
        role_name=role_name,
        codes_left=queries.recovery_left(seen, g.identity.staff_id or ""),
    )
    return make_response(page, status)
