"""Deadlines of a dialogue: its own two, the recommendations', and reminding of them by letter or by text to copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _

from survey.accounts import policy
from survey.accounts import queries as accounts
from survey.core.clock import local
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.mail import Letter
from survey.core.text import N_
from survey.desk.forms_deadlines import ChosenForm
from survey.desk.mailing import Sendings
from survey.desk.views import blueprint
from survey.dialogues import queries as dialogues
from survey.followups import deadlines
from survey.followups import links
from survey.followups import recommended
from survey.followups import reminder_words
from survey.followups import reminding
from survey.followups import setting_deadlines
from survey.followups.counting_days import NAMES
from survey.followups.reminder_words import About
from survey.followups.reminding import MAIL
from survey.followups.reminding import OFFICE
from survey.followups.reminding import Duty
from survey.organisations import queries as organisations
from survey.web import i18n
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

DEADLINES = "/s/<code>/deadlines"
THEIRS = "vi"  # what units are sent is in their language, whichever the desk speaks
URGING = Sendings()  # of reminders to units; letters to members stand in another
NOBODY = N_("Không còn đơn vị nào có e-mail, có việc đến hạn và chưa được nhắc hôm nay.")


@blueprint.get(DEADLINES)
@allowed("follow")
def deadline_page(code: str) -> Response:
    """Everything that is due, and how to remind of it."""
    return _page()


@blueprint.post(DEADLINES)
@allowed("follow")
def deadline_save(code: str) -> Response:
    """Keep what holds for this dialogue."""
    dialogue, session = g.dialogue, store.reading()
    form = ChosenForm().offer(deadlines.rules_of(session, dialogue.organisation_id))
    if not form.validate():
        return _page(form=form, status=422)
    ended = dialogues.ended_at(session, dialogue) or dialogue.starts_at
    held = local(ended).date() if ended else None
    try:
        store.write(
            setting_deadlines.choose, dialogue.id, form.chosen(), today=deadlines.today(), held=held, actor=g.actor
        )
    except Invalid as error:
        form.refuse(error)
        return _page(form=form, status=error.status)
    flash(_("Đã lưu thời hạn."))
    return see_other(_own())


@blueprint.post(f"{DEADLINES}/reminders/<unit_id>")
@allowed("follow")
def deadline_reminded(code: str, unit_id: str) -> Response:
    """Somebody sent the text to this unit: it stands in the book, and no letter follows today."""
    day = deadlines.today()
    _known(unit_id)
    owing = next((one for one in _duty().units if one.unit_id == unit_id), None)
    try:
        reminding.check(g.dialogue)
        if owing is None:
            raise NotNow(N_("Đơn vị này không còn việc nào đến hạn. Hãy tải lại trang."))
        wanted = (unit_id, owing.name, len(owing.items))
        store.write(reminding.book, g.dialogue.id, wanted, day, actor=g.actor)
    except DomainError as error:
        return _page(error)
    flash(_("Đã ghi: %(unit)s được nhắc hôm nay.", unit=owing.name))
    return see_other(f"{_own()}#u-{unit_id}")


@blueprint.post(f"{DEADLINES}/links/<unit_id>")
@allowed("follow")
def deadline_link(code: str, unit_id: str) -> Response:
    """A new link of a unit, which stands in its text this once; an older one dies."""
    _known(unit_id)
    try:
        made = store.write(links.make, g.dialogue.id, [unit_id], actor=g.actor, anew=True)
    except DomainError as error:
        return _page(error)
    return _page(made={each: _link(token) for each, token in made.items()})


@blueprint.get(f"{DEADLINES}/reminders/<unit_id>", endpoint="deadline_reminded_again")
@blueprint.get(f"{DEADLINES}/links/<unit_id>")
@allowed("follow")
def deadline_link_again(code: str, unit_id: str) -> Response:
    """Where a form was answered with a page: who loads it anew comes back."""
    _known(unit_id)
    return see_other(f"{_own()}#u-{unit_id}")


@blueprint.post(f"{DEADLINES}/letters")
@allowed("follow")
def deadline_letters(code: str) -> Response:
    """Letters to all units with an address that owe something and were not reminded today, and to the office."""
    dialogue, day, mailbox, duty = g.dialogue, deadlines.today(), store.settings().mail, _duty()
    try:
        reminding.check(dialogue)
        if mailbox is None:
            raise NotNow(N_("Máy chủ chưa đặt hộp thư (SMTP_HOST), nên chỉ có lời để chép."))
        wanted = [(one.unit_id, one.name, len(one.items)) for one in duty.units if one.email]
        if duty.rules.email and duty.count:
            wanted.append((OFFICE, duty.rules.email, duty.count))
        free = store.write(reminding.claim, dialogue.id, wanted, day, actor=g.actor, via=MAIL)
        if not free:
            raise NotNow(NOBODY)
    except DomainError as error:
        return _page(error)
    letters, names = _letters(duty, set(free))
    give_back = partial(_give_back, store.db(), dialogue.id, free, day)
    URGING.start(dialogue.id, mailbox, letters, names, day, give_back)
    flash(_("Đang gửi thư nhắc. Trang này cho biết khi gửi xong và thư nào không đi được."))
    return see_other(f"{_own()}#letters")


@blueprint.get(f"{DEADLINES}/letters")
@allowed("follow")
def deadline_letters_again(code: str) -> Response:
    """Where a form was answered with a page: who loads it anew comes back."""
    return see_other(f"{_own()}#letters")


def _give_back(database: Database, dialogue_id: str, free: Sequence[str], day: dt.date, places: Sequence[int]) -> None:
    """Their letters did not go, so these may be reminded today."""
    database.write(reminding.give_back, dialogue_id, [free[place] for place in places], day)


def _letters(duty: Duty, free: set[str]) -> tuple[list[Letter], list[str]]:
    """In the order in which they were booked: the units', the office's last."""
    with i18n.speaking(THEIRS):
        about = _about()
        owing = [one for one in duty.units if one.unit_id in free]
        letters = [reminder_words.unit_letter(about, one) for one in owing]
        names = [one.name for one in owing]
        if OFFICE in free:
            letters.append(reminder_words.office_letter(about, duty))
            names.append(_("Văn phòng"))
    return letters, names


def _page(
    error: DomainError | None = None, form: ChosenForm | None = None, made: dict[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    """The page; with the sentence where something was refused (a program gets the error)."""
    if error is not None and wants_json():
        raise error
    session, dialogue, day = store.reading(), g.dialogue, deadlines.today()
    found, duty = deadlines.of_dialogue(session, dialogue, day=day), _duty()
    with i18n.speaking(THEIRS):
        texts = reminder_words.texts(_about(), duty.units, made or {})
    log = reminding.latest(session, dialogue.id)
    page = make_response(render_template(
        "followups/deadlines.html", dialogue=dialogue, base=f"/s/{dialogue.code}", after="deadlines", found=found,
        duty=duty, texts=texts, calendar=f"{qr.public_base()}/p/{dialogue.code}/deadlines.ics", made=made or {}, names=NAMES,
        today=day, in_days=reminder_words.in_days,
        form=form or ChosenForm(formdata=None).offer(found.rules).fill(found.chosen),
        refused=sentence(error) if error else "", mail=store.settings().mail, sending=URGING.of(dialogue.id, day),
        log=[(row, accounts.names(session, {row.actor}).get(row.actor, "")) for row in log],
        may=policy.rights(g.identity, dialogue.organisation_id, dialogue.id), out_of_reach=qr.out_of_reach(),
        house=policy.may(g.identity, "manage", dialogue.organisation_id), usual=deadlines.default_due(session, dialogue),
    ), error.status if error else status)  # fmt: skip
    page.headers["Cache-Control"] = "no-store"
    return page


def _known(unit_id: str) -> None:
    """Raise `NotFound` for a unit that leads nothing in this dialogue."""
    rows = recommended.of_unit(store.reading(), g.dialogue.id, unit_id)
    if not rows:
        raise NotFound(N_("Không còn đơn vị này. Hãy tải lại trang."))


def _duty() -> Duty:
    return reminding.duty(store.reading(), g.dialogue, deadlines.today())


def _about() -> About:
    session, dialogue = store.reading(), g.dialogue
    held = dialogues.ended_at(session, dialogue) or dialogue.starts_at
    house = organisations.name_of(session, dialogue.organisation_id)
    return About(house, dialogue.theme, held, f"{qr.public_base()}{_own()}")


def _own() -> str:
    return f"/s/{g.dialogue.code}/deadlines"


def _link(token: str) -> str:
    return f"{qr.public_base()}/u/{token}"
