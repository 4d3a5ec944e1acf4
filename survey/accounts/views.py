"""The door of the staff: sign-in and sign-out."""

from __future__ import annotations

from flask import Blueprint
from flask import Response
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import forms
from survey.accounts import login
from survey.accounts import passwords
from survey.accounts import queries
from survey.accounts import service
from survey.accounts.staff import login_name
from survey.core.errors import TooMany
from survey.core.text import N_
from survey.web import errors
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.guard import signed_in
from survey.web.htmx import see_other

blueprint = Blueprint("accounts", __name__)

WRONG = N_("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại; nếu quên, xin ban tổ chức một đường dẫn đặt lại.")
WRONG_OLD = N_("Mật khẩu hiện tại chưa đúng. Hãy thử lại.")


@blueprint.route("/s/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> Response:
    """The form, with a sentence for who was put out; by POST the password is checked and the browser let in."""
    if request.method == "POST":
        return _try_password()
    target = login.safe_next(request.args.get("next"))
    return see_other(target) if login.present() else _sign_in(forms.SignInForm(next=target), 200)


def _try_password() -> Response:
    form = forms.SignInForm()
    if not form.validate():
        return _sign_in(form, 422)
    try:
        staff_id = _checked(login_name(form.login.data or ""), form.password.data or "")
    except TooMany as error:
        form.password.errors = [errors.sentence(error)]
        response = _sign_in(form, 429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if staff_id is None:
        form.password.errors = [_(WRONG)]
        return _sign_in(form, 422)
    login.enter(staff_id)
    return see_other(login.safe_next(form.next.data))


@blueprint.route("/s/sign-out", methods=["POST"])
@signed_in
def sign_out() -> Response:
    """End this browser's sign-in."""
    login.leave()
    return see_other(login.SIGN_IN)


def _checked(folded: str, password: str) -> str | None:
    """The id of who has this name and this password; None, after the same time, otherwise. Raises `TooMany`."""
    attempts, address = login.attempts(), request.remote_addr or ""
    attempts.begin(folded, address)
    staff = queries.staff_by_login(store.reading(), folded)
    staff_id, stored = (staff.id, staff.password_hash) if staff else (None, None)
    if not passwords.matches(stored, password):
        return None
    attempts.succeeded(folded, address)
    if staff_id is not None and passwords.is_old(stored):
        store.write(service.rehash, staff_id, passwords.rehashed(password))
    return staff_id


def _sign_in(form: forms.SignInForm, status: int) -> Response:
    page = render_template("accounts/sign_in.html", form=form, put_out=login.put_out() == "staff")
    return make_response(page, status)


# The parts hang their routes on the blueprint above, so they come after it.
from survey.accounts import views_account  # noqa: E402, F401
from survey.accounts import views_devices  # noqa: E402, F401
from survey.accounts import views_dialogue  # noqa: E402, F401
from survey.accounts import views_links  # noqa: E402, F401
from survey.accounts import views_staff  # noqa: E402, F401
