"""Reminding before the day: turnout by unit, texts to copy, and letters to those on the roll who have no ballot yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
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
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.errors import NotNow
from survey.core.mail import Mailbox
from survey.core.text import N_
from survey.core.text import clean
from survey.desk import reminders
from survey.desk.mailing import SENDINGS
from survey.desk.reminders import About
from survey.desk.reminders import Paper
from survey.desk.views import blueprint
from survey.dialogues import entry
from survey.dialogues.state import State
from survey.organisations import queries as organisations
from survey.organisations import units
from survey.questionnaires import queries as questionnaires
from survey.roll import counts
from survey.roll import links
from survey.roll import reminding
from survey.roll import turnout
from survey.roll.models import Roll
from survey.roll.reminding import Addressee
from survey.web import i18n
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

REMINDERS = "/s/<code>/reminders"
LONGEST_WORDS = 500
THEIRS = "vi"  # what members are sent is in their language, whichever the desk speaks
HELPS_IN = frozenset({State.COLLECTING, State.LIVE})
_LONG = N_("Lời nhắn thêm dài quá 500 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây.")
_TELLS = N_("Lời nhắn có từ chỉ được nói ở cửa. Hãy bỏ từ ấy: ai cầm thư sẽ nhận phiếu thay người khác được.")


@blueprint.get(REMINDERS)
@allowed("manage")
def remind(code: str) -> Response:
    """Turnout, texts to copy, and the way to letters where a mail server is set."""
    return _page()


@blueprint.get(f"{REMINDERS}/letters")
@allowed("roll")
def remind_again(code: str) -> Response:
    """Where a form was answered with a page: who loads it anew comes back."""
    return see_other(f"/s/{g.dialogue.code}/reminders#letters")


@blueprint.post(f"{REMINDERS}/letters/preview")
@allowed("roll")
def remind_preview(code: str) -> Response:
    """The letter as it will go, and to how many; nothing has been sent."""
    words = clean(request.form.get("words", ""))
    try:
        _check(words)
    except DomainError as error:
        return _page(error, words)
    return _page(words=words, preview=True)


@blueprint.post(f"{REMINDERS}/letters")
@allowed("roll")
def remind_send(code: str) -> Response:
    """Send the letters that were looked at; at most once a day."""
    words = clean(request.form.get("words", ""))
    try:
        mailbox, key = _check(words), store.keys().get(g.dialogue.id, "link")
        found = store.roll_write(reminding.begin, key, g.dialogue.id, _own_page(), now(), actor=g.actor)
    except DomainError as error:
        return _page(error, words)
    about, says, house = _about(), links.says(_roll(), key), _house()
    with i18n.speaking(THEIRS):
        letters = [reminders.letter(about, one, words, says, house) for one in found]
    names, give_back = [one.name for one in found], partial(_give_back, store.roll(), g.dialogue.id, len(found))
    SENDINGS.start(g.dialogue.id, mailbox, letters, names, _today(), give_back)
    flash(_("Đang gửi thư nhắc. Trang này cho biết khi gửi xong và thư nào không đi được."))
    return see_other(f"/s/{g.dialogue.code}/reminders#letters")


def _give_back(database: Database, dialogue_id: str, total: int, places: Sequence[int]) -> None:
    """The day stands for the whole roll, so it is free again only where not a single letter went."""
    if len(places) == total:
        database.write(reminding.give_back, dialogue_id)


def _check(words: str) -> Mailbox:
    """The mail server; raises `NotNow` with what stands in the way."""
    mailbox = store.settings().mail
    if mailbox is None:
        raise NotNow(N_("Máy chủ chưa đặt hộp thư (SMTP_HOST), nên chỉ có lời để chép."))
    if not entry.by_roll(g.dialogue) or g.dialogue.state not in HELPS_IN or g.dialogue.rehearsal:
        raise NotNow(
            N_("Chỉ gửi thư khi đối thoại vào theo danh sách đang thu ý kiến hay đang diễn ra, và không diễn tập.")
        )
    if qr.out_of_reach():
        raise NotNow(
            N_("Đường dẫn trong thư chỉ mở được trên chính máy này. Hãy ghi tên miền vào BASE_URL rồi gửi lại.")
        )
    reminding.check(_roll(), now())
    if len(words) > LONGEST_WORDS:
        raise NotNow(_LONG)
    if links.tells_word(_roll(), store.keys().get(g.dialogue.id, "link"), words):
        raise NotNow(_TELLS)
    return mailbox


def _page(error: DomainError | None = None, words: str = "", *, preview: bool = False) -> Response:
    """The page; with the sentence and what was typed, where something was refused (a program gets the error)."""
    if error is not None and wants_json():
        raise error
    with i18n.speaking(THEIRS):
        texts = _texts()
    page = render_template(
        "desk/reminders.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}",
        may=policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id), out_of_reach=qr.out_of_reach(),
        by_roll=entry.by_roll(g.dialogue), **texts, words=words, refused=sentence(error) if error else "",
        mail=store.settings().mail, sending=SENDINGS.of(g.dialogue.id, _today()), roll=_roll(),
        today=_today(), preview=_sample(words) if preview else None,
        most=_at_most(reminding.count(store.roll_reading(), g.dialogue.id)),
    )  # fmt: skip
    response = make_response(page, error.status if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _texts() -> dict[str, Any]:
    about = _about()
    if not entry.by_roll(g.dialogue):
        return {"lines": [], "text": reminders.for_all(about)}
    names = units.names(store.reading(), g.dialogue.organisation_id)
    lines = []
    for line in turnout.board(store.roll_reading(), g.dialogue.id):
        unit = names.get(line.unit_id, "") if line.unit_id else ""
        figures = (line.taken, line.members) if line.unit_id else (0, 0)
        lines.append((line, unit, reminders.for_head(about, unit, *figures)))
    return {"lines": lines, "text": reminders.for_all(about) if entry.by_tickets(g.dialogue) else ""}


def _about() -> About:
    base, dialogue = qr.join_url(g.dialogue.code), g.dialogue
    open_ = questionnaires.open_for_members(store.reading(), dialogue.id)
    papers = [Paper(one.title, f"{base}/surveys/{one.id}", one.closes_at) for one in open_]
    by_roll, roll = entry.by_roll(dialogue), _roll()
    starts = dialogue.starts_at if dialogue.starts_at and dialogue.starts_at > now() else None
    return About(
        dialogue.theme, starts, _own_page() if by_roll else base, papers, roll.issue_until if by_roll and roll else None
    )


def _sample(words: str) -> str:
    """The letter as somebody would get it; nobody's name, link or code."""
    key = store.keys().get(g.dialogue.id, "link")
    one = Addressee(_("(họ tên)"), "", f"{_own_page()}#{_('(đường dẫn riêng)')}", _("(mã riêng)"))
    with i18n.speaking(THEIRS):
        made = reminders.letter(_about(), one, words, links.says(_roll(), key), _house())
    return f"{made.subject}\n\n{made.body}"


def _own_page() -> str:
    return f"{qr.roll_base()}/m/{g.dialogue.code}"


def _roll() -> Roll | None:
    return store.roll_reading().get(Roll, g.dialogue.id)


def _house() -> str:
    return organisations.name_of(store.reading(), g.dialogue.organisation_id)


def _today() -> dt.date:
    return local(now()).date()


def _at_most(number: int) -> int:
    """Rounded up to fives: what is told here moves in the steps of the turnout."""
    return -(-number // counts.STEP) * counts.STEP
