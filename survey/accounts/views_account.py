"""My own account: my browsers, my password, my recovery sheet."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import forms
from survey.accounts import login
from survey.accounts import passwords
from survey.accounts import queries
from survey.accounts import service
from survey.accounts import signins
from survey.accounts.models import Staff
from survey.accounts.views import WRONG_OLD
from survey.accounts.views import blueprint
from survey.accounts.views_links import sheet
from survey.accounts.views_staff import role_name
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import TooMany
from survey.core.text import N_
from survey.web import errors
from survey.web import store
from survey.web.guard import signed_in
from survey.web.htmx import see_other

HERE = "/s/account"


@blueprint.route("/s/account")
@signed_in
def account() -> Response:
    """Where I am in, and what I can change of myself."""
    return _account(forms.ChangeForm(), 200)


@blueprint.route("/s/account/password", methods=["POST"])
@signed_in
def change_password() -> Response:
    """A new password for who knows the old one; every other browser is signed out."""
    form, staff = forms.ChangeForm(), _me()
    try:
        passwords.check_new(form.password.data or "")
        _check_old(form, staff)
        hashed = passwords.hashed(form.password.data or "")
    except Invalid as error:
        forms.show(form, error)
        return _account(form, 422)
    store.write(service.set_password, staff.id, hashed, keep=g.identity.sign_in_id, actor=g.actor)
    flash(_("Đã đổi mật khẩu. Mọi máy khác đã được đăng xuất."))
    return see_other(HERE)


@blueprint.route("/s/account/recovery-sheet", methods=["POST"])
@signed_in
def new_sheet() -> Response:
    """A new sheet to print, for who knows the password: it opens the account as well as the password does."""
    form, staff = forms.ChangeForm(), _me()
    try:
        _check_old(form, staff)
    except Invalid as error:
        forms.show(form, error)
        return _account(form, 422)
    return sheet(staff.id)


@blueprint.route("/s/account/sign-ins/<sign_in_id>/ending", methods=["POST"])
@signed_in
def end_mine(sign_in_id: str) -> Response:
    """Sign one of my other browsers out."""
    store.write(signins.end_own, sign_in_id, _me().id)
    flash(_("Máy ấy đã được đăng xuất."))
    return see_other(HERE)


@blueprint.route("/s/account/sign-outs", methods=["POST"])
@signed_in
def end_others() -> Response:
    """Sign me out everywhere but here, or here too."""
    everywhere = request.form.get("here") == "1"
    store.write(signins.end_all, _me().id, actor=g.actor, keep=None if everywhere else g.identity.sign_in_id)
    if everywhere:
        login.leave()
        return see_other(login.SIGN_IN)
    flash(_("Mọi máy khác đã được đăng xuất."))
    return see_other(HERE)


def _me() -> Staff:
    staff = queries.staff_in(store.reading(), g.identity.organisation_id, g.identity.staff_id)
    if staff is None:  # a screen has no account
        raise Forbidden(N_("Máy này được cho vào không bằng tài khoản, nên không có gì để đổi ở đây."))
    return staff


def _check_old(form: forms.ChangeForm, staff: Staff) -> None:
    """Raise `Invalid` at the field `old`; guesses are counted like those at the door."""
    attempts, address = login.attempts(), request.remote_addr or ""
    try:
        attempts.begin(staff.login, address)
    except TooMany as error:
        raise Invalid(errors.sentence(error), {"old": errors.sentence(error)}) from error
    if not passwords.matches(staff.password_hash, form.old.data or ""):
        raise Invalid(WRONG_OLD, {"old": WRONG_OLD})
    attempts.succeeded(staff.login, address)


def _account(form: forms.ChangeForm, status: int) -> Response:
    staff, seen = _me(), store.reading()
    page = render_template(
        "accounts/account.html",
        form=form,
        staff=staff,
        sign_ins=queries.sign_ins(seen, staff.organisation_id, {staff.id}),
        roles=[(role_name(held.role), held.dialogue_id is not None) for held in queries.grants_of(seen, staff.id)],
        codes_left=queries.recovery_left(seen, staff.id),
    )
    return make_response(page, status)
