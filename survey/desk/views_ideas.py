"""The box of ideas at the office: until when, what came, and each thread with what may be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import policy
from survey.core.clock import local
from survey.core.clock import now
from survey.core.dates import parse_moment
from survey.core.errors import Busy
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.desk.views import blueprint
from survey.followups import ideas
from survey.followups import ideas_erasing
from survey.followups import ideas_reading as reading
from survey.followups import ideas_staff as staff
from survey.followups import ideas_state as rules
from survey.followups.ideas_reading import Letter
from survey.moderation import erasing
from survey.moderation import screening
from survey.moderation.state import OTHER
from survey.moderation.state import REASONS
from survey.organisations import units
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

IDEAS, ONE = "/s/<code>/ideas", "/s/<code>/ideas/<thread_id>"
A_PAGE = 30
SAID = {
    "answer": N_("Đã gửi câu trả lời: người gửi đọc được trên máy của họ."), "unit": N_("Đã ghi đơn vị trả lời."),
    "aside": N_("Đã gác lại; người gửi đọc được lý do."), "back": N_("Đã đưa trở lại."),
    "take": N_("Đã ghi là tiếp thu và công khai."), "untake": N_("Không còn công khai là đã tiếp thu."),
    "mute": N_("Phiếu đã gửi thư này tạm không gửi thêm được. Không ai biết phiếu ấy của ai."),
    "unmute": N_("Phiếu ấy gửi lại được."), "recommendation": N_("Đã lập kiến nghị."),
}  # fmt: skip


@blueprint.get(IDEAS)
@allowed("follow")
def idea_list(code: str) -> Response:
    """What came, by list, in no order that tells anything."""
    return _list()


@blueprint.post(f"{IDEAS}/box")
@allowed("follow")
def idea_box(code: str) -> Response:
    """Until which day ideas are taken."""
    typed = request.form.get("until", "")
    try:
        store.write(staff.set_until, store.keys(), g.dialogue.id, _day(typed), actor=g.actor)
    except DomainError as error:
        if error.status not in {403, 422}:
            raise
        return _list(error.status, until=typed, refused=sentence(error))
    flash(_("Hộp ý tưởng mở đến hết ngày đã chọn."))
    return see_other(f"/s/{g.dialogue.code}/ideas")


@blueprint.get(ONE)
@allowed("follow")
def idea(code: str, thread_id: str) -> Response:
    """One thread."""
    return _one(_letter(thread_id))


@blueprint.post(f"{ONE}/<any(answer,unit,aside,back,mute,unmute,recommendation):act>")
@allowed("follow")
def idea_act(code: str, thread_id: str, act: str) -> Response:
    """Do one of these with a thread; what was refused stands in its box again."""
    return _do(thread_id, act)


@blueprint.post(f"{ONE}/<any(take,untake):act>")
@allowed("publish")
def idea_publish(code: str, thread_id: str, act: str) -> Response:
    """Let everybody read it as taken up, or no more; what was refused stands in its box again."""
    return _do(thread_id, act)


def _do(thread_id: str, act: str) -> Response:
    try:
        _ACTS[act](g.dialogue.id, thread_id)
    except DomainError as error:
        if wants_json() or error.status not in {403, 422}:
            raise
        return _one(_letter(thread_id), error.status, refused=sentence(error), act=act)
    if wants_json():
        return json_answer({"id": thread_id})
    flash(_(SAID[act]))
    return see_other(f"/s/{g.dialogue.code}/ideas/{thread_id}")


@blueprint.get(f"{ONE}/erase")
@allowed("follow")
def idea_erase_page(code: str, thread_id: str) -> Response:
    """Say what goes, and ask for a word, so that no slip of a finger erases anything."""
    return _erase_page(_letter(thread_id))


@blueprint.post(f"{ONE}/erase")
@allowed("follow")
def idea_erase(code: str, thread_id: str) -> Response:
    """Overwrite the idea and all that was written under it, here and in the files."""
    letter, reason = _letter(thread_id), request.form.get("reason", "")
    errors = (
        {} if fold(clean_line(request.form.get("typed", ""))) == "xoa" else {"typed": N_("Hãy gõ chữ XÓA để xác nhận.")}
    )
    if reason not in REASONS:
        errors["reason"] = N_("Hãy chọn một lý do: người gửi sẽ đọc.")
    if errors:
        return _erase_page(letter, {name: _(text) for name, text in errors.items()}, 422)
    said = REASONS[reason] if reason != OTHER else ""
    store.write(ideas_erasing.erase, g.dialogue.id, thread_id, actor=g.actor, reason=said)
    try:
        erasing.scrub(store.db())
        flash(_("Đã xóa hẳn."))
    except Busy:
        flash(_("Đã xóa hẳn. Máy chủ sẽ viết lại tệp dữ liệu khi rảnh."), "warn")
    if letter.recommendation is not None:
        flash(
            _("Kiến nghị %(number)s lấy từ thư này vẫn giữ lời của nó: hãy xem lại.", number=letter.recommendation),
            "warn",
        )
    return see_other(f"/s/{g.dialogue.code}/ideas?list=aside")


def _field(name: str) -> str:
    return request.form.get(name, "")


_TYPED = {"answer": ("body",), "aside": ("reason",), "take": ("text", "remark"), "recommendation": ("recommended",)}

# Each is called as `(dialogue id, thread id)`.
_ACTS: dict[str, Callable[[str, str], object]] = {
    "answer": lambda *it: store.write(staff.answer, *it, _field("body"), actor=g.actor),
    "unit": lambda *it: store.write(staff.hand, *it, _field("unit") or None, actor=g.actor),
    "aside": lambda *it: store.write(staff.set_aside, *it, _field("reason"), actor=g.actor),
    "back": lambda *it: store.write(staff.bring_back, *it, actor=g.actor),
    "take": lambda *it: store.write(staff.take_up, *it, _field("text"), _field("remark"), actor=g.actor),
    "untake": lambda *it: store.write(staff.let_go, *it, actor=g.actor),
    "mute": lambda *it: store.write(staff.set_muted, *it, muted=True, actor=g.actor),
    "unmute": lambda *it: store.write(staff.set_muted, *it, muted=False, actor=g.actor),
    "recommendation": lambda *it: store.write(staff.recommend, *it, _field("recommended"), actor=g.actor),
}


def _day(typed: str) -> dt.date | None:
    try:
        moment = parse_moment(typed)
    except ValueError as error:
        message = N_("Chưa đọc được ngày này. Hãy ghi như 26/4/2026.")
        raise Invalid(message, {"until": message}) from error
    return local(moment).date() if moment else None


def _letter(thread_id: str) -> Letter:
    found = reading.for_office(store.reading(), g.dialogue.id, thread_id)
    if not found:
        raise NotFound(staff.GONE)
    return found[0]


def _folded(letters: list[Letter]) -> dict[str, str]:
    """Why a text comes folded, by the text itself: a name, a number, hard words."""
    leaders = screening.leaders_of(g.dialogue)
    texts = {
        text
        for one in letters
        for text in (one.body, *(said.body for said in one.messages if said.side == rules.ASKER))
    }
    return {text: why for text in texts if (why := screening.said(text, leaders))}


def _frame() -> dict[str, Any]:
    session, dialogue = store.reading(), g.dialogue
    box, day = reading.box_of(session, dialogue.id), ideas.today(now())
    may = policy.rights(g.identity, dialogue.organisation_id, dialogue.id)
    return {
        "may": may,
        "dialogue": dialogue, "base": f"/s/{dialogue.code}", "box": box, "open": ideas.is_open(box, dialogue, day),
        "last": rules.last_day(box.until, dialogue.keys_until) if box else None, "may_open": dialogue.state in rules.TAKING,
        "latest": rules.latest_day(dialogue.keys_until, day), "units": units.names(session, dialogue.organisation_id),
    }  # fmt: skip


def _list(status: int = 200, *, until: str = "", refused: str = "") -> Response:
    letters = reading.for_office(store.reading(), g.dialogue.id)
    wanted = request.args.get("list", "")
    wanted = wanted if wanted in reading.LISTS else "new"
    counts = {name: sum(one.place == name for one in letters) for name in reading.LISTS}
    shown = [one for one in letters if one.place == wanted]
    pages = max(1, -(-len(shown) // A_PAGE))
    typed = request.args.get("page", "1")[:4]
    page = min(max(int(typed), 1) if typed.isdecimal() else 1, pages)
    shown = shown[(page - 1) * A_PAGE : page * A_PAGE]
    return make_response(render_template(
        "desk/ideas.html", **_frame(), letters=shown, counts=counts, wanted=wanted, until=until, refused=refused,
        folded=_folded(shown), page=page, pages=pages,
    ), status)  # fmt: skip


def _one(letter: Letter, status: int = 200, *, refused: str = "", act: str = "") -> Response:
    return make_response(render_template(
        "desk/idea.html", **_frame(), letter=letter, refused=refused, act=act, typed=request.form,
        folded=_folded([letter]), longest=rules.LONGEST, left=_left(letter, act) if refused else "",
    ), status)  # fmt: skip


def _left(letter: Letter, act: str) -> str:
    """What was typed for an act whose box the thread has no more, to be copied."""
    there = letter.state == rules.State.OPEN and not (act == "recommendation" and letter.recommendation)
    return "" if there else "\n\n".join(filter(None, map(_field, _TYPED.get(act, ()))))


def _erase_page(letter: Letter, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    page = render_template(
        "desk/idea_erase.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", letter=letter, reasons=REASONS,
        errors=errors or {}, typed=request.form,
    )  # fmt: skip
    return make_response(page, status)
