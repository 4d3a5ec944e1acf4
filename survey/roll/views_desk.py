"""The roll's desk: where one stands in four steps, settings, freezing, deletion."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import queries as accounts
from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues.service import touch
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.roll import counts
from survey.roll import overview
from survey.roll import purging
from survey.roll import requests
from survey.roll import secrets
from survey.roll import service
from survey.roll.forms import RollForm
from survey.roll.views import blueprint
from survey.roll.views_people import forest
from survey.roll.views_people import link_key
from survey.roll.views_people import surroundings
from survey.web import errors
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

BEFORE = frozenset({State.DRAFT, State.COLLECTING})  # the hall
MOST_NAMES = 20  # of people without a phone number that the page lists


@blueprint.get("/s/<code>/roll")
@allowed("roll")
def desk(code: str) -> Response:
    """Where the roll stands; where the dialogue lets people in otherwise, how to choose this way."""
    if not entry.by_roll(g.dialogue):
        return make_response(render_template("roll/desk_other.html", **surroundings()))
    return show()


@blueprint.get("/s/<code>/roll/<any(settings,freezing,units,deletion):act>")
@allowed("roll")
def desk_again(code: str, act: str) -> Response:
    """Where a form was answered with a page: who loads it anew comes back to the desk."""
    return see_other(here())


@blueprint.post("/s/<code>/roll/settings")
@allowed("roll")
def settings(code: str) -> Response:
    """Purpose, notice, day of deletion, times of issuing, and what a link asks for besides."""
    form = RollForm()
    try:
        if not form.validate():
            return show(form, 422)
        wanted = form.wanted(lambda word: secrets.word_mark(link_key(), word))
        store.roll_write(service.change, g.dialogue.id, wanted, g.dialogue.starts_at, actor=g.actor)
    except Invalid as error:
        form.refuse(error)
        return show(form, 422)
    tell()
    flash(_("Đã lưu cài đặt của danh sách."))
    return see_other(here())


@blueprint.post("/s/<code>/roll/freezing")
@allowed("roll")
def freeze(code: str) -> Response:
    """Fix the roll that was looked at."""
    seen = request.form.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 8 else -1
    try:
        total = store.roll_write(service.freeze_seen, g.dialogue.id, number, actor=g.actor)
    except DomainError as error:
        return refused(error)
    tell()
    flash(_("Đã chốt danh sách: %(total)s người. Con số này hiện ở trang của đối thoại.", total=total))
    return see_other(here())


@blueprint.post("/s/<code>/roll/freezing/withdrawal")
@allowed("roll")
def unfreeze(code: str) -> Response:
    """Open the roll again, as long as nothing hangs on it."""
    try:
        if g.dialogue.state not in BEFORE:
            raise NotNow(N_("Hội trường đã mở nên không bỏ chốt được nữa. Hãy bổ sung từng người, có ghi lý do."))
        store.roll_write(service.unfreeze, g.dialogue.id, actor=g.actor)
    except DomainError as error:
        return refused(error)
    with store.db().reading() as session:
        opened = dialogues.by_id(session, g.dialogue.id).state not in BEFORE
    if opened:  # meanwhile: a hall is never open over a roll that can be padded
        store.roll_write(service.freeze, g.dialogue.id, actor=g.actor)
    tell()
    flash(_("Đã bỏ chốt. Đường dẫn đã làm cho các bí thư không còn dùng được; hãy chốt lại khi sửa xong."))
    return see_other(here())


@blueprint.post("/s/<code>/roll/deletion")
@allowed("roll")
def delete_roll(code: str) -> Response:
    """Delete the roll now, before its day, once the dialogue is over."""
    try:
        if g.dialogue.state not in OVER:
            raise NotNow(
                N_("Chỉ xóa ngay được sau khi khép lại đối thoại. Trước đó, hãy rút tên từng người ở trang Từng người.")
            )
        if "sure" not in request.form:
            raise NotNow(N_("Chưa xóa gì cả. Muốn xóa, hãy đánh dấu vào ô “Tôi hiểu” rồi bấm lại."))
        number = purging.purge(store.stores(), g.dialogue.id, now(), actor=g.actor)
    except DomainError as error:
        return refused(error)
    tell()
    flash(_("Đã xóa danh sách %(number)s người. Chỉ còn các con số cho biên bản.", number=number))
    return see_other(here())


def show(form: RollForm | None = None, status: int = 200) -> Response:
    """The desk; `form` is one that was refused."""
    around = surroundings()
    roll, session = around["roll"], store.roll_reading()
    found = overview.overview(session, g.dialogue.id, forest())
    page = render_template(
        "roll/desk.html", **around, found=found, form=form or RollForm.of(roll, g.dialogue.starts_at), log=_log(),
        asked=requests.count_open(session, g.dialogue.id), before=g.dialogue.state in BEFORE,
        over=g.dialogue.state in OVER, lacking=_lacking(roll), **_published(),
    )  # fmt: skip
    return make_response(page, status)


def refused(error: DomainError) -> Response:
    """The desk again with the sentence on top: whoever fears to do something wrong must see that nothing was done."""
    if wants_json():
        raise error
    store.roll_reading().expire_all()
    flash(errors.sentence(error), "error")
    return show(status=error.status)


def here() -> str:
    """The desk's own path."""
    return f"/s/{g.dialogue.code}/roll"


def tell() -> None:
    """What the dialogue's page prints of the roll has changed: open pages ask again."""
    store.write(partial(touch, dialogue_id=g.dialogue.id, public=True))


def _published() -> dict[str, Any]:
    """What everybody sees on the dialogue's page, in the same words."""
    known = forest().units
    opened = g.dialogue.state not in BEFORE
    roll = counts.public(store.roll_reading(), g.dialogue.id, opened=opened)
    names = [(known[unit].name if unit in known else "", members) for unit, members in roll.units] if roll else []
    lines = counts.lines(roll, cards=entry.by_tickets(g.dialogue)) if roll else []
    return {"public": roll, "roll_lines": lines, "roll_units": names}


def _log() -> dict[str, Any]:
    found = overview.log(store.roll_reading(), g.dialogue.id)
    names = accounts.names(store.reading(), {row.actor for row in found.rows})
    rows = [(row, names[row.actor]) for row in found.rows]
    return {"rows": rows, "total": found.total, "door": found.door, "units": forest().units}


def _lacking(roll: Any) -> dict[str, Any]:
    """Who has no phone number, where a link asks for its end."""
    if roll is None or roll.second != "phone":
        return {"number": 0, "names": []}
    members = service.without_phone(store.roll_reading(), g.dialogue.id)
    return {"number": len(members), "names": [member.name for member in members[:MOST_NAMES]]}
