"""Views of a site's host in the hall: spoken and paper questions, hands, and what is printed for the place.

Everything is named by the browser that sends it, so that a page whose line broke may send it again.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.core.text import clean
from survey.desk import cards
from survey.desk import host
from survey.desk.views import blueprint
from survey.desk.views_sites import scope_of
from survey.desk.views_sites import site_number
from survey.moderation import service
from survey.moderation.service import BroughtIn
from survey.questions import queries as questions
from survey.room import hands
from survey.room import places
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

SHEETS = ("guide", "slips", "board")
ON_BOARD = 40  # questions of the paper board
CLIENT_ID = 40


@blueprint.get("/s/<code>/sites/<number>/state")
@allowed("site")
def site_state(code: str, number: str) -> Response:
    """Head count and questions as they are now."""
    scope = scope_of(number)
    assert scope.site is not None
    answer = json_answer(host.state(scope.site))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/s/<code>/sites/<number>/questions")
@allowed("site")
def site_ask(code: str, number: str) -> Response:
    """A question that was spoken at the site or handed in on paper; the same client id once."""
    scope, text = scope_of(number), clean(request.form.get("text", ""))
    source = "paper" if request.form.get("source") == "paper" else "spoken"
    client_id = request.form.get("client_id", "")[:CLIENT_ID]
    key = f"site {scope.number} {client_id}" if client_id else ""
    known = places.named(store.reading(), g.dialogue.id)
    row = BroughtIn(text, source=source, key=key, site=scope.number if scope.number in known else None)
    try:
        if len(text) < 2:
            raise Invalid(N_("Hãy ghi câu hỏi."), {"text": N_("Hãy ghi câu hỏi.")})
        question_id = store.write(service.bring_in_from_site, g.dialogue.id, row, actor=g.actor)
    except DomainError as error:
        if wants_json():
            raise
        return cards.show(
            scope, error.status, typed=request.form.get("text", ""), source=source, say_error=sentence(error)
        )
    taken = questions.one(store.reading(), g.dialogue.id, question_id)
    told = taken.number if taken else None
    if wants_json():
        return json_answer({"id": question_id, "number": told}, 201)
    flash(_("Đã ghi nhận: câu %(number)s.", number=told))
    return see_other(scope.page)


@blueprint.post("/s/<code>/sites/<number>/hands")
@allowed("site")
def site_hands(code: str, number: str) -> Response:
    """How many raised their hands at the site for a question; the last count holds."""
    scope, typed = scope_of(number), request.form.get("hands", "").strip()
    assert scope.number is not None
    counted = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else -1
    try:
        subject, told, words = _subject(request.form.get("subject", ""))
        store.write(hands.note, g.dialogue.id, subject, scope.number, counted)
    except DomainError as error:
        if wants_json():
            raise
        return cards.show(scope, error.status, hands_error=sentence(error))
    if wants_json():
        return json_answer({"id": subject, "number": told, "hands": counted})
    flash(_("Đã ghi %(hands)s người giơ tay cho %(subject)s.", hands=counted, subject=words))
    return see_other(scope.page)


def _subject(wanted: str) -> tuple[str, int | None, str]:
    """What the hands are for: its id, the number of a question, and words. Raises `NotFound`."""
    choice = host.poll_subject(wanted)
    if choice is not None:
        return choice[0], None, f"“{choice[1]}”"
    found = questions.one(store.reading(), g.dialogue.id, wanted)
    if found is None or found.number is None:
        raise NotFound(N_("Câu hỏi này không còn trên bảng, hoặc thăm dò đã đóng."))
    return found.id, found.number, _("câu %(number)s", number=found.number)


@blueprint.get("/s/<code>/sites/<number>/print/<sheet>")
@allowed("site")
def site_sheet(code: str, number: str, sheet: str) -> Response:
    """One A4 of instructions, slips to write on, or the board on paper; 0 is the hall."""
    if sheet not in SHEETS:
        raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia."))
    own, session = host.place(site_number(number)), store.reading()
    rows = questions.board(session, g.dialogue.id, states=["approved", "answering"], limit=ON_BOARD)
    page = render_template(
        f"desk/site_{sheet}.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", place=own,
        rows=rows if sheet == "board" else [], code_qr=qr.svg(own.join), out_of_reach=qr.out_of_reach(),
        address=urlsplit(qr.public_base()).netloc,
    )  # fmt: skip
    return make_response(page)
