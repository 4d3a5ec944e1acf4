"""Views of the booth, for people without a phone: sit down with a card, choose, ask, and make room for the next one.

Every answer to a form leads back to one address, so that going back in the browser shows the booth as it is now.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.state import ENTERABLE
from survey.pages import booth
from survey.pages.room import Phone
from survey.pages.room import own_choice
from survey.pages.views import blueprint
from survey.questionnaires import shown
from survey.questions import forms
from survey.questions import hints
from survey.questions import muted
from survey.questions import queries
from survey.questions import service
from survey.questions.service import LONGEST
from survey.room import places
from survey.room.entering import REFUSALS
from survey.room.entering import enter_from_here
from survey.room.entering import stuck
from survey.room.entering import ways_in
from survey.room.views_site import brought
from survey.room.views_site import keep_brought
from survey.web import limits
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import with_code
from survey.web.htmx import see_other
from survey.web.limits import limiter

DAY = 24 * 3600
_ENOUGH = N_("Bạn đã gửi đủ %(most)s câu trong ngày. Những gì bạn viết vẫn còn đây; bạn có thể ủng hộ câu đã có.")
_EMPTY = N_("Chỗ này đã được dọn cho người tiếp theo. Những gì chưa gửi đã xóa; lượt ủng hộ và câu đã gửi thì còn.")
_LATE = N_(
    "Chưa gửi: trang đã để quá lâu nên chỗ được dọn. Nội dung còn ở dưới; bắt đầu lại thì nó có sẵn trong ô câu hỏi."
)


@blueprint.get("/d/<code>/booth")
@with_code
def booth_page(code: str) -> Response:
    """Who sits here sees the board; else the seat is free."""
    own = _own()
    seat = booth.seated()
    if seat is None:
        return _free(own=own)
    booth.live()
    session = store.reading()
    rows = queries.board(session, g.dialogue.id, states=["answering", "approved"])
    places_ = queries.standing(session, g.dialogue.id, ["answering", "approved"])
    phone, poll = Phone(store.keys(), g.dialogue.id, g.ballot), shown.current(session, g.dialogue)
    return _kept_by_nobody(render_template(
        "pages/booth.html", dialogue=g.dialogue, base=base(), rows=rows, longest=LONGEST, idle=booth.QUIET,
        holds=own, own=phone.supports(session, places_), poll=poll,
        choice=_choice(seat, poll) or own_choice(session, phone, poll),
        topics=dialogues.topics(session, g.dialogue.id), seat=seat, client_id=seat.get("client_id") or new_id(),
        place=_place_name(seat.get("site")), open=g.dialogue.state in ENTERABLE,
    ))  # fmt: skip


@blueprint.post("/d/<code>/booth")
@limiter.limit("6000 per hour", key_func=limits.by_address)
@with_code
def booth_enter(code: str) -> Response:
    """Sit down: a card is spent as anywhere else, and its ballot stays in this session."""
    own = _own()
    if booth.seated() is not None:
        return see_other(base())
    site = brought()
    try:
        secret = enter_from_here()
    except REFUSALS as error:
        return _free(error, own=own)
    keep_brought(secret)
    booth.sit(secret, site)
    if _left():
        booth.keep(body=_left())
    return see_other(base())


@blueprint.post("/d/<code>/booth/questions")
@limiter.limit("60 per minute")
@with_code
def booth_ask(code: str) -> Response:
    """Ask; what was refused stands in the box again, and what comes too late beside the way to a new seat."""
    if not sits(_left()):
        return over()
    typed = forms.typed()
    kept = {"body": typed.body[: 2 * LONGEST], "topic": typed.topic, "client_id": typed.client_id}
    try:
        found = hints.of_question(store.reading(), g.dialogue, service.member_text(typed.body))
        if found and "anyway" not in request.form:
            booth.keep(**kept, hint=hints.quoted(found))
            return see_other(f"{base()}#ask")
        state = _send(typed)
    except DomainError as error:
        booth.keep(**kept, error=sentence(error))
        return see_other(f"{base()}#ask")
    booth.keep(sent=state)
    return see_other(f"{base()}#ask")


@blueprint.post("/d/<code>/booth/questions/<question_id>/vote")
@limiter.limit("240 per minute")
@with_code
def booth_vote(code: str, question_id: str) -> Response:
    """Support."""
    return _vote(question_id, wanted=True)


@blueprint.post("/d/<code>/booth/questions/<question_id>/vote/withdrawal")
@limiter.limit("240 per minute")
@with_code
def booth_withdraw(code: str, question_id: str) -> Response:
    """Support it no more."""
    return _vote(question_id, wanted=False)


@blueprint.post("/d/<code>/booth/life")
@limiter.limit("240 per minute")
@with_code
def booth_life(code: str) -> Response:
    """The page's script saw somebody touch or type: the seat is theirs for some time more."""
    if not sits():
        raise NotNow(_EMPTY)
    booth.live(scripted=True)
    answer = make_response("", 204)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/d/<code>/booth/end")
@with_code
def booth_end(code: str) -> Response:
    """ "Xong, mời người tiếp theo": the seat is free, and this browser forgets who sat there."""
    g.ballot = None
    seat = booth.seated() or {}
    booth.clear()
    site = seat.get("site") if seat.get("site") is not None else brought()
    answer = see_other(base() + (f"?site={site}" if site is not None else ""))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Clear-Site-Data"] = '"cache"'  # and not "storage", where a host's page keeps what waits to be sent
    return answer


def _send(typed: forms.Typed) -> str:
    dialogue, keys = g.dialogue, store.keys()
    author = queries.author_mark(keys.get(dialogue.id, "ask"), g.ballot, typed.client_id)
    limits.check("ask", limits.by_ballot(), dialogue.ask_limit, DAY, _ENOUGH, most=dialogue.ask_limit)
    mute = muted.muter(keys.get(dialogue.id, "mute"), g.ballot) if keys.exists(dialogue.id, "mute") else None
    topic = forms.topic_id(store.reading(), dialogue.id, typed.topic)
    site = places.tag(store.reading(), keys, dialogue.id, g.ballot)
    asked = store.write(service.ask, dialogue.id, author, typed.body, topic, mute, site)
    if asked["new"]:
        limits.spend("ask", limits.by_ballot(), dialogue.ask_limit, DAY)
    return asked["state"]


def _vote(question_id: str, *, wanted: bool) -> Response:
    if queries.one(store.reading(), g.dialogue.id, question_id) is None:
        raise NotFound(N_("Câu hỏi này không còn trên bảng."))
    if not sits():
        return over()
    voter = queries.voter(store.keys().get(g.dialogue.id, "vote"), g.ballot)
    try:
        store.write(service.support, g.dialogue.id, question_id, voter, wanted=wanted)
    except DomainError as error:
        booth.keep(error=sentence(error))
        return see_other(f"{base()}#ask")
    booth.keep()
    return see_other(f"{base()}#q-{question_id}")


def _choice(seat: dict[str, Any], poll: shown.Poll | None) -> list[str]:
    """What was typed or ticked for this very poll and refused; a button that was refused is nobody's choice."""
    typed = poll is not None and seat.get("refused") == poll.id and poll.kind in {"short", "multiple"}
    return seat["chosen"] if typed else []


def _own() -> bool:
    """Whether this browser is in the room itself. That ballot has nothing to do here, and its lists stay as they are."""
    own, g.ballot = g.get("ballot") is not None, None
    return own


def sits(text: str = "") -> bool:
    """Whether the form comes from who sits here; their ballot is this request's then, else `text` may be kept."""
    g.ballot = None
    return booth.still(request.form.get("seat"), text) is not None


def over() -> Response:
    """The seat was made free meanwhile: nothing of what was sent counts, and the page says why."""
    return see_other(f"{base()}?over=1")


def _left() -> str:
    return request.form.get("body", "")[: 2 * LONGEST]


def _free(error: DomainError | None = None, *, own: bool = False) -> Response:
    left = _left() or booth.left()
    page = render_template(
        "pages/booth_free.html", dialogue=g.dialogue, base=base(), ways=ways_in(), place=_place_name(brought()),
        typed=request.form.get("ticket", "")[:80], error=sentence(error) if error else "", stuck=stuck(),
        holds=own, over=_(_LATE) if left else _(_EMPTY) if "over" in request.args else "", left=left,
    )  # fmt: skip
    return _kept_by_nobody(page, error.status if error else 200)


def _kept_by_nobody(page: str, status: int = 200) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def base() -> str:
    """The booth's one address."""
    return f"/d/{g.dialogue.code}/booth"


def _place_name(number: int | None) -> str:
    if number is None:
        return ""
    known = dialogues.site_labels(store.reading(), g.dialogue.id)
    return known.get(number, _("Hội trường") if number == places.HALL else "")
