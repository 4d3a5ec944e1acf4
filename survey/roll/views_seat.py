"""What a member does at the own place: answer what the link asks, take the ballot, say that it was taken, ask for a change."""

from __future__ import annotations

import base64
import binascii

from flask import Response
from flask import g
from flask import session

from survey.core import blind
from survey.core import passes
from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import entry
from survey.roll import corrections
from survey.roll import issuing
from survey.roll.phases import WHY_NOT
from survey.roll.phases import Phase
from survey.roll.views import blueprint
from survey.roll.views_frame import back
from survey.roll.views_frame import field
from survey.roll.views_frame import of_member
from survey.roll.views_frame import own
from survey.roll.views_frame import page
from survey.roll.views_frame import place
from survey.roll.views_frame import refused
from survey.roll.views_frame import roll
from survey.roll.views_frame import stands
from survey.web import limits
from survey.web import store
from survey.web.guard import with_seat
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter

MOST_WRONG, HOUR = 1_000, 3600  # wrong words of one dialogue, where each seat gives eight tries
_CROWDED = N_("Đối thoại này vừa nhận quá nhiều câu trả lời sai. Hãy đợi một lát rồi thử lại, hoặc đến Bàn đón.")
_WRONG = N_("Chưa đúng. Hãy xem lại rồi nhập lại; sai tám lần thì đường dẫn tạm khóa và Bàn đón giúp bạn.")
_ASKED = N_("Đường dẫn này còn hỏi thêm một điều trước khi cấp phiếu. Hãy quay lại trang nhận phiếu và trả lời.")
NEEDS_SCRIPT = N_(
    "Trình duyệt này không làm được phiếu kín, nên chưa có gì gắn vào chỗ của bạn. "
    "Hãy mở đường dẫn bằng máy khác, hoặc đến Bàn đón."
)
_AGAINST = (Phase.CLOSED, Phase.KEYLESS, Phase.GONE, Phase.NONE)  # also for a phone that has the place already


@blueprint.post("/m/<code>/second")
@limiter.limit("6000 per hour", key_func=limits.by_address)
@with_seat
def answer_second(code: str) -> Response:
    """What the link asks for besides; right or wrong is all that is told."""
    try:
        _answer(own().second, field("answer"))
    except DomainError as error:
        return refused(error, place)
    session["asked"] = g.member_id
    return back({"right": True})


def _answer(asked: str, typed: str) -> None:
    if asked == "word":  # the same for all: guesses on many seats are guesses at one thing
        limits.check("second", g.dialogue.id, MOST_WRONG, HOUR, _CROWDED)
    digits = "".join(typed.split()) if asked == "phone" else typed
    if store.roll_write(issuing.answer_second, _key("link"), g.dialogue.id, g.member_id, digits):
        return
    if asked == "word":
        limits.spend("second", g.dialogue.id, MOST_WRONG, HOUR)
    raise Invalid(_WRONG, {"answer": _WRONG})


@blueprint.post("/m/<code>/credential")
@limiter.limit("6000 per hour", key_func=limits.by_address, exempt_when=lambda: bool(sent("blinded")))  # one a seat
@with_seat
def take(code: str) -> Response:
    """Bind the place to this phone and hand out a pass; the same phone may ask for ever, and gets the same ballot.

    In strong mode the place is bound to the blinded request, and the answer is the signature on it.
    """
    if entry.is_strong(g.dialogue):
        return _sign()
    try:
        handed = _pass()
    except DomainError as error:
        return refused(error, place)
    return json_answer({"pass": handed}) if wants_json() else page("roll/m_pass.html", None, handed=handed)


def _sign() -> Response:
    """The answer to the phone's request, which says nothing about the ballot that the phone makes of it."""
    try:
        blinded = _blinded()
        _check()
        epoch = g.dialogue.key_epoch
        private = _key(entry.issue_purpose(epoch))
        asked = (g.dialogue.id, g.member_id, g.phone, blinded)
        signed = store.roll_write(issuing.issue_blind, private, *asked, now(), epoch)
    except DomainError as error:
        return refused(error, place)
    return json_answer({"signature": base64.urlsafe_b64encode(signed).decode().rstrip("=")})


def _blinded() -> bytes:
    """What the phone asks to have signed; without it nothing is bound, because only a script can make it."""
    text = field("blinded")
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != blind.SIZE:
        raise Invalid(NEEDS_SCRIPT)
    return found


def _check() -> None:
    asked = roll()
    found = stands(asked)
    if found in _AGAINST:
        raise NotNow(WHY_NOT[found])
    if asked is not None and asked.second and own().second:
        raise Forbidden(_ASKED)


def _pass() -> str:
    _check()
    secret = store.roll_write(issuing.issue_weak, _key("weak"), g.dialogue.id, g.member_id, g.phone, now())
    return passes.seal(_key("pass"), g.dialogue.id, secret, int(now().timestamp()))


@blueprint.post("/m/<code>/claim")
@with_seat
def claim(code: str) -> Response:
    """ "Không phải tôi nhận": said once or often, it counts once, and everybody can read the number."""
    try:
        said = store.roll_write(issuing.claim, g.dialogue.id, g.member_id, g.phone)
    except DomainError as error:
        return refused(error, place)
    return back({"claims": said})


@blueprint.get("/m/<code>/correction")
@with_seat
def correction(code: str) -> Response:
    """What the list says of the member, and the form to have it put right or taken off."""
    return _correction()


@blueprint.post("/m/<code>/correction")
@with_seat
def ask_correction(code: str) -> Response:
    """One open request a member; asking again replaces it."""
    asked = field("kind"), field("text", 10 * corrections.LONGEST)
    try:
        store.roll_write(corrections.ask, g.dialogue.id, g.member_id, *asked)
    except DomainError as error:
        return refused(error, _correction)
    return _asked()


@blueprint.post("/m/<code>/correction/withdrawal")
@with_seat
def withdraw_correction(code: str) -> Response:
    """Take it back."""
    store.roll_write(corrections.withdraw, g.dialogue.id, g.member_id)
    return _asked()


def _asked() -> Response:
    if wants_json():
        request = own().request
        return json_answer({"kind": request.kind, "answer": request.answer} if request else {})
    return see_other(f"/m/{g.dialogue.code}/correction")


def _correction(error: DomainError | None = None) -> Response:
    typed = {"kind": field("kind"), "text": field("text", 10 * corrections.LONGEST)} if error else {}
    fields = error.fields if isinstance(error, Invalid) else {}
    return page("roll/m_correction.html", error, phase=stands(), typed=typed, fields=fields, **of_member())


def _key(purpose: str) -> bytes:
    return store.keys().get(g.dialogue.id, purpose)
