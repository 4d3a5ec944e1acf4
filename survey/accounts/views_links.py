"""Links of the staff: set-up, invitation, reset, recovery, sample."""

from __future__ import annotations

from typing import Any
from typing import cast

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from survey.accounts import arrivals
from survey.accounts import forms
from survey.accounts import links
from survey.accounts import login
from survey.accounts import passwords
from survey.accounts import queries
from survey.accounts.link_kinds import ROLE_NAMES
from survey.accounts.link_kinds import Kind
from survey.accounts.link_kinds import page_of
from survey.accounts.models import Link
from survey.accounts.policy import PERMISSIONS
from survey.accounts.policy import Identity
from survey.accounts.policy import Role
from survey.accounts.policy import hosted
from survey.accounts.policy import may
from survey.accounts.views import blueprint
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.organisations import queries as organisations
from survey.web import errors
from survey.web import guard
from survey.web import guesses
from survey.web import qr
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.htmx import see_other
from survey.web.limits import by_address
from survey.web.limits import limiter

SAMPLE = N_("Đây là bản dùng thử. Đường dẫn này vào thẳng, không cần mật khẩu, dùng lại bao nhiêu lần cũng được.")


@blueprint.route("/s/invitation/<token>")
@open_to_all
def invitation(token: str) -> Response:
    """What the link is for, and a button. Reading spends nothing: messengers fetch links for a preview."""
    link = _link(token)
    if link.kind == Kind.SAMPLE:
        return _sample(link)
    if not queries.is_fresh(link):
        return spent()
    return _invitation(link, forms.OF_KIND[Kind(link.kind)](), 200)


@blueprint.route("/s/invitation/<token>", methods=["POST"])
@open_to_all
def accept_invitation(token: str) -> Response:
    """Spend the link, and let the browser in."""
    link = _link(token)
    if link.kind == Kind.SAMPLE or not queries.is_fresh(link):
        return spent()
    form = forms.OF_KIND[Kind(link.kind)]()
    try:
        staff_id = store.write(arrivals.take_up, token, _account(link, form))
    except Invalid as error:
        forms.show(form, error)
        return _invitation(link, form, 422)
    except Conflict as error:
        return spent(errors.sentence(error))
    login.enter(staff_id)
    if link.kind == Kind.SETUP:
        return sheet(staff_id)
    return see_other(_start(link))


@blueprint.route("/s/recovery", methods=["GET", "POST"])
@open_to_all
@limiter.limit("60 per minute", key_func=by_address, methods=["POST"])
def recover() -> Response:
    """The way back in with the printed sheet."""
    form = forms.RecoveryForm()
    if request.method == "POST" and form.validate():
        token = links.recovery_token(form.code.data or "")
        link = queries.link_by_token(store.reading(), token)
        if link is not None and link.kind == Kind.RECOVERY and queries.is_fresh(link):
            return see_other(f"/s/invitation/{token}")
        form.code.errors = [_("Mã này chưa đúng hoặc đã dùng rồi. Hãy xem lại, hoặc dùng mã khác trên phiếu.")]
    status = 422 if request.method == "POST" else 200
    return make_response(render_template("accounts/recovery.html", form=form), status)


def sheet(staff_id: str) -> Response:
    """New recovery codes, shown this once, to print."""
    codes = store.write(links.recovery_sheet, staff_id, actor=f"staff:{staff_id}")
    staff = queries.staff(store.reading(), staff_id)
    page = render_template(
        "accounts/sheet.html",
        codes=codes,
        staff=staff,
        organisation=organisations.name_of(store.reading(), staff.organisation_id),
        today=now(),
        address=f"{qr.public_base()}/s/recovery",
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def spent(sentence: str | None = None) -> Response:
    """The page of a link that was used or is too old."""
    page = render_template("accounts/spent.html", sentence=sentence or _(links.SPENT))
    return make_response(page, 410)


def _link(token: str) -> Link:
    link = queries.link_by_token(store.reading(), token)
    if link is None or link.kind == Kind.DEVICE:
        guesses.missed()
        raise NotFound(links.UNKNOWN)
    return link


def _invitation(link: Link, form: FlaskForm, status: int) -> Response:
    staff = queries.staff_in(store.reading(), link.organisation_id or "", link.staff_id)
    page = render_template(
        "accounts/invitation.html",
        link=link,
        form=form,
        mine=_mine(link),
        staff=staff,
        role=" ".join(filter(None, [_(ROLE_NAMES[Role(link.role)]), str(link.site or "")])) if link.role else "",
        organisation=organisations.name_of(store.reading(), link.organisation_id),
        dialogue=_dialogue(link),
    )
    return make_response(page, status)


def _mine(link: Link) -> Identity | None:
    """Who is in, if the link's role can be theirs: a colleague, and a link that brings a role."""
    identity = login.present()
    if identity is None or identity.staff_id is None or link.kind not in {Kind.INVITATION, Kind.HANDOVER}:
        return None
    return identity if identity.organisation_id == link.organisation_id else None


def _account(link: Link, form: FlaskForm) -> arrivals.Account:
    """What was typed, with the password hashed beside the loop; or the account that is signed in already."""
    mine = _mine(link)
    if request.form.get("account") == "mine" and mine is not None:
        return arrivals.Account(staff_id=mine.staff_id)
    typed = {name: field.data or "" for name, field in form._fields.items()}
    hashed = passwords.hashed(typed["password"])
    return arrivals.Account(typed.get("login", ""), typed.get("name", ""), hashed, typed.get("organisation", ""))


def _sample(link: Link) -> Response:
    """Sign in by plain GET, and say so. Whoever may do all of it already stays who they are (four tabs, one browser)."""
    identity = login.present()
    sample = identity is not None and queries.is_sample(store.reading(), identity.staff_id)
    if not (identity and sample and _covers(link, identity)):
        login.enter(cast(str, link.staff_id), end_before=not sample)
        if link.role != Role.SCREEN:
            flash(_(SAMPLE), "warn")
    return see_other(login.safe_next(request.args.get("next"), _start(link)))


def _covers(link: Link, identity: Identity) -> bool:
    needed = [name for name, allowed in PERMISSIONS.items() if link.role in allowed]
    if link.site is not None and link.site not in hosted(identity, link.organisation_id or "", link.dialogue_id or ""):
        return False
    return all(may(identity, name, link.organisation_id or "", link.dialogue_id) for name in needed)


def _start(link: Link) -> str:
    dialogue = _dialogue(link)
    return page_of(link.role, dialogue.code if dialogue else None)


def _dialogue(link: Link) -> Any:
    if link.dialogue_id is None:
        return None
    guard.require("place", {"dialogue_id": link.dialogue_id})
    return g.dialogue
