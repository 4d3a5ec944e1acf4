"""Devices: the tablet or screen that waits at `/s/device`, and the moderator's page that lets it in."""

from __future__ import annotations

from typing import cast

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session
from flask_babel import gettext as _

from survey.accounts import devices
from survey.accounts import forms
from survey.accounts import links
from survey.accounts import login
from survey.accounts import queries
from survey.accounts import signins
from survey.accounts.link_kinds import ROLE_NAMES
from survey.accounts.link_kinds import Kind
from survey.accounts.link_kinds import page_of
from survey.accounts.models import DeviceRequest
from survey.accounts.models import Link
from survey.accounts.policy import Identity
from survey.accounts.policy import Role
from survey.accounts.views import blueprint
from survey.accounts.views_links import spent
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.web import errors
from survey.web import guard
from survey.web import guesses
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.guard import open_to_all
from survey.web.htmx import is_htmx
from survey.web.htmx import see_other
from survey.web.limits import by_address
from survey.web.limits import limiter

WAITING = "device"  # where the session keeps the secret of a device that waits


@blueprint.route("/s/device", methods=["GET", "POST"])
@open_to_all
@limiter.limit("120 per 10 minutes", key_func=by_address, methods=["POST"])
def device() -> Response:
    """On the tablet: the form, or six digits, or, once let in, the page that the device is for."""
    if request.method == "POST":
        return _ask_in()
    asked = _asked()
    if asked is not None and asked.sign_in_id is not None:
        return _let_in(asked)
    identity = login.present()
    if identity is not None and identity.staff_id is None:
        return see_other(_page(identity.held[0].role, identity.held[0].dialogue_id))
    if asked is not None and asked.expires_at > now() and "again" not in request.args:
        guard.require("place", {"dialogue_id": asked.dialogue_id})
        return make_response(render_template("accounts/waiting.html", asked=asked, role=_role(asked.role)))
    return _form(forms.DeviceForm(), 200, late=asked is not None and "again" not in request.args)


def _ask_in() -> Response:
    """Take the typed join code, and show six digits; what this machine asked before is forgotten."""
    form = forms.DeviceForm()
    if not form.validate():
        return _form(form, 422)
    try:
        guard.require("place", {"code": form.code.data})
    except NotFound as error:
        form.code.errors = [errors.sentence(error)]
        return _form(form, 422)
    store.write(devices.withdraw, session.pop(WAITING, ""))
    secret = store.write(devices.ask_in, g.dialogue.id, form.role.data, login.browser_label())
    session.permanent = True
    session[WAITING] = secret
    return see_other("/s/device")


@blueprint.route("/s/device/state")
@open_to_all
def device_state() -> Response:
    """Asked every two seconds by the waiting page: nothing new, or where to go."""
    asked = _asked()
    if asked is not None and asked.sign_in_id is None and asked.expires_at > now():
        return make_response("", 204)
    response = _let_in(asked) if asked is not None and asked.sign_in_id is not None else see_other("/s/device")
    if not is_htmx():
        return response
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = response.headers["Location"]
    return answer


@blueprint.route("/s/device/<token>", methods=["GET", "POST"])
@open_to_all
def device_link(token: str) -> Response:
    """What the scanned link makes of this machine, and a button; only the POST spends it."""
    link = _link(token)
    if request.method == "POST":
        return _enter_by_link(token, link)
    if not queries.is_fresh(link):
        return spent()
    page = render_template("accounts/device_link.html", link=link, role=_role(link.role), identity=login.present())
    return make_response(page)


def _enter_by_link(token: str, link: Link) -> Response:
    before = login.present()
    try:
        secret = store.write(devices.enter_by_link, token, login.browser_label())
    except Conflict as error:
        return spent(errors.sentence(error))
    _replace(before, secret)
    return see_other(_page(link.role, link.dialogue_id))


@blueprint.route("/s/<code>/devices")
@allowed("admit")
def device_list(code: str) -> Response:
    """Who waits, who is in, and the two ways to let somebody in."""
    return _list(forms.DigitsForm(), 200)


@blueprint.route("/s/<code>/devices", methods=["POST"])
@allowed("admit")
def admit(code: str) -> Response:
    """Let in the device that shows the typed digits."""
    form = forms.DigitsForm()
    dialogue = g.dialogue
    try:
        role = store.write(devices.admit, dialogue.id, dialogue.organisation_id, form.digits.data or "", actor=g.actor)
    except Invalid as error:
        forms.show(form, error)
        return _list(form, 422)
    flash(_("Đã cho vào: %(role)s. Máy tự mở trang trong vài giây.", role=_role(role)))
    return see_other(f"/s/{dialogue.code}/devices")


@blueprint.route("/s/<code>/devices/links", methods=["POST"])
@allowed("admit")
def make_link(code: str) -> Response:
    """A QR code that one tablet scans, shown this once."""
    dialogue, role = g.dialogue, request.form.get("role", "")
    token = store.write(devices.link_for, dialogue.id, dialogue.organisation_id, role, dialogue.theme, actor=g.actor)
    address = f"{qr.public_base()}/s/device/{token}"
    return _list(forms.DigitsForm(formdata=None), 200, address=address, drawing=qr.svg(address), role=_role(role))


@blueprint.route("/s/<code>/devices/<sign_in_id>/ending", methods=["POST"])
@allowed("admit")
def throw_out(code: str, sign_in_id: str) -> Response:
    """Throw a device out: its stream ends now, its next request says so."""
    store.write(signins.end, sign_in_id, g.dialogue.organisation_id, actor=g.actor, dialogue_id=g.dialogue.id)
    flash(_("Đã đưa máy ấy ra. Máy không xem được gì nữa."))
    return see_other(login.safe_next(request.form.get("next"), f"/s/{g.dialogue.code}/devices"))


def _asked() -> DeviceRequest | None:
    secret = session.get(WAITING)
    return queries.request_by_secret(store.reading(), secret) if secret else None


def _let_in(asked: DeviceRequest) -> Response:
    """The moderator said yes: the secret of the request is now the secret of the sign-in."""
    secret = cast(str, session[WAITING])
    if queries.identity_of(store.reading(), secret) is None:  # let in, and thrown out before it looked
        session.pop(WAITING)
        return see_other("/s/device")
    _replace(login.present(), secret)
    return see_other(_page(asked.role, asked.dialogue_id))


def _replace(before: Identity | None, secret: str) -> None:
    if before is not None:
        store.write(signins.leave, before.sign_in_id)
    login.enter_with(secret)


def _form(form: forms.DeviceForm, status: int, *, late: bool = False) -> Response:
    page = render_template(
        "accounts/device.html", form=form, late=late, put_out=login.put_out() == "device", identity=login.present()
    )
    return make_response(page, status)


def _list(form: forms.DigitsForm, status: int, **extra: object) -> Response:
    seen = store.reading()
    page = render_template(
        "accounts/devices.html",
        form=form,
        dialogue=g.dialogue,
        base=f"/s/{g.dialogue.code}",
        waiting=len(queries.waiting(seen, g.dialogue.id)),
        devices=[(row, _role(row.role)) for row in queries.devices(seen, g.dialogue.id)],
        may=login.rights(),
        short=f"{qr.public_base().split('://', 1)[-1]}/s/device",
        **extra,
    )
    return make_response(page, status)


def _link(token: str) -> Link:
    link = queries.link_by_token(store.reading(), token)
    if link is None or link.kind != Kind.DEVICE:
        guesses.missed()
        raise NotFound(links.UNKNOWN)
    return link


def _page(role: str | None, dialogue_id: str | None) -> str:
    guard.require("place", {"dialogue_id": dialogue_id})
    return page_of(role, g.dialogue.code)


def _role(role: str | None) -> str:
    return cast(str, _(ROLE_NAMES[Role(str(role))]))
