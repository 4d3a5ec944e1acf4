"""Views of the door: search, one person, and what is done for them with one tap. Forms to fill in: `views_door_forms`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session
from sqlalchemy.orm import Session

from survey.core.errors import NotNow
from survey.core.text import N_
from survey.desk import queries_entry as queries
from survey.desk.views import blueprint
from survey.desk.views_door_person import answer
from survey.desk.views_door_person import attempt
from survey.desk.views_door_person import base
from survey.desk.views_door_person import key
from survey.desk.views_door_person import person_page
from survey.desk.views_door_person import plain
from survey.desk.views_door_person import see
from survey.dialogues import entry
from survey.roll import at_door
from survey.roll import door as roll
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

SHOWN = "door_shown"  # whose link the next page shows, once
LONGEST = 80  # characters of a search


@blueprint.get("/s/<code>/door")
@allowed("door")
def door(code: str) -> Response:
    """Search by name, code, unit or the end of the phone; for htmx the rows alone, while somebody types."""
    here, typed = queries.door(store.roll_reading(), g.dialogue), request.args.get("q", "")[:LONGEST]
    units = queries.units_of(store.reading(), g.dialogue.organisation_id)
    search = (store.roll_reading(), g.dialogue.id, typed, units.folded)
    found, more = at_door.find(*search) if here.roll else ([], False)
    if wants_json():
        return json_answer({"more": more, "members": [plain(one, units.names) for one in found]})
    shown: dict[str, Any] = {
        "here": here, "base": base(), "typed": typed, "found": found, "more": more, "units": units.names,
    }  # fmt: skip
    if is_htmx():
        return partial("desk/_door_found.html", clear=True, **shown)
    page = make_response(render_template("desk/door.html", dialogue=g.dialogue, person=None, **shown))
    page.headers["Vary"] = "HX-Request, Accept"
    return page


@blueprint.get("/s/<code>/door/<member_id>")
@allowed("door")
def door_person(code: str, member_id: str) -> Response:
    """One person: whether the place is taken, and what the door can do."""
    found, asked_for = see(member_id), session.get(SHOWN) == member_id and not is_htmx()
    if wants_json():
        return json_answer(plain(found, queries.units_of(store.reading(), g.dialogue.organisation_id).names))
    if not asked_for:
        return person_page(found)
    session.pop(SHOWN)  # the plain form that led here has counted it
    return person_page(found, roll.personal(store.roll_reading(), key(), g.dialogue.id, member_id))


@blueprint.post("/s/<code>/door/<member_id>/link")
@allowed("door")
def door_link(code: str, member_id: str) -> Response:
    """Show link and typed twin for a minute; each showing is counted."""

    def show() -> Response:
        personal = store.roll_write(roll.show_link, key(), g.dialogue.id, member_id, actor=g.actor)
        if wants_json():
            return json_answer({"link": qr.personal_url(g.dialogue.code, personal.token), "twin": personal.twin})
        if is_htmx():
            return person_page(see(member_id), personal)
        session[SHOWN] = member_id
        return see_other(f"{base()}/door/{member_id}")

    return attempt(member_id, show)


@blueprint.post("/s/<code>/door/<member_id>/card")
@allowed("door")
def door_card(code: str, member_id: str) -> Response:
    """A card instead of the link: the seat is taken, and nobody writes down which card it was."""
    hand = roll.hand_card if entry.by_tickets(g.dialogue) else _no_cards
    return _act(member_id, hand, N_("Đã ghi là phát thẻ. Mời người ấy tự rút một thẻ trong hộp."))


@blueprint.post("/s/<code>/door/<member_id>/card/return")
@allowed("door")
def door_card_return(code: str, member_id: str) -> Response:
    """The card is back in the box, or went to somebody else."""
    return _act(member_id, roll.take_card_back, N_("Chỗ này trống trở lại. Thẻ phải nằm lại trong hộp."))


@blueprint.post("/s/<code>/door/<member_id>/unlocking")
@allowed("door")
def door_unlock(code: str, member_id: str) -> Response:
    """Eight wrong answers locked the link; the person stands here."""
    return _act(member_id, roll.unlock, N_("Đã mở khóa: người ấy thử lại được tám lần."))


@blueprint.post("/s/<code>/door/<member_id>/move")
@allowed("door")
def door_move(code: str, member_id: str) -> Response:
    """Another phone for the same ballot."""
    return _act(member_id, roll.move, N_("Chỗ này chờ máy mới: hiện mã QR và quét bằng máy mới. Phiếu kín vẫn là một."))


def _act(member_id: str, act: Callable[..., None], done: str) -> Response:
    def run() -> Response:
        store.roll_write(act, g.dialogue.id, member_id, actor=g.actor)
        return answer(member_id, done)

    return attempt(member_id, run)


def _no_cards(_session: Session, *_args: str, actor: str) -> None:
    """In the place of an act: whoever runs the writer may do so for another request, so `g` is asked before."""
    raise NotNow(N_("Đối thoại này không dùng thẻ. Hãy đưa mã QR, hoặc dùng điện thoại của bàn đón."))
