"""Before the door: the first screen, and "Ai có thể biết là tôi?" for the way in that is in force."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template

from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.entry import Entry
from survey.dialogues.state import ENTERABLE
from survey.dialogues.state import State
from survey.organisations import units
from survey.pages import stored
from survey.pages import words
from survey.pages.views import blueprint
from survey.roll import counts
from survey.room import tickets
from survey.room.views import just_left
from survey.web import store
from survey.web.guard import with_code
from survey.web.session import is_secure

SMALL = 30  # in so small a room the way of writing gives away most


def welcome() -> Response:
    """The first screen of a phone that is not in: what holds here, and the one thing to do."""
    dialogue = g.dialogue
    return make_response(render_template(
        "room/welcome.html", act=_act(), holds=words.TRUE[dialogue.way], weak=words.WEAK.get(dialogue.way),
        left=just_left(), seat=_seat(), **public_counts(),
    ))  # fmt: skip


@blueprint.get("/d/<code>/who")
@with_code
def who(code: str) -> str:
    """Six answers, the bad ones first; then everything that is stored, and the public counts."""
    shown = public_counts()
    answers = words.who_may_know(
        g.dialogue.way, secure=is_secure(), key_lives=store.keys().exists(g.dialogue.id, "weak")
    )
    return render_template(
        "pages/who.html",
        answers=answers,
        acts=stored.acts(g.dialogue.way),
        small=_small(shown),
        secure=is_secure(),
        **shown,
    )


def public_counts() -> dict[str, Any]:
    """What everybody with the code may know of cards and roll; nothing is asked of the databases in `open`."""
    dialogue = g.dialogue
    opened = dialogue.state not in {State.DRAFT, State.COLLECTING}
    cards = tickets.count(store.reading(), dialogue.id) if entry.by_tickets(dialogue) else None
    roll = counts.public(store.roll_reading(), dialogue.id, opened=opened) if entry.by_roll(dialogue) else None
    names = units.names(store.reading(), dialogue.organisation_id) if roll and roll.units else {}
    return {
        "dialogue": dialogue, "base": f"/d/{dialogue.code}", "cards": cards, "roll": roll,
        "roll_lines": [*counts.lines(roll, cards=cards is not None), *_entered(roll, opened)] if roll else [],
        "roll_units": [(names.get(unit_id, "–"), members) for unit_id, members in roll.units] if roll else [],
    }  # fmt: skip


def _entered(roll: counts.RollCounts, opened: bool) -> list[counts.Line]:
    """In strong mode: of all ballots and cards that were handed out how many are in the room, which can never be more."""
    if not (opened and entry.is_strong(g.dialogue)):
        return []
    return [
        counts.Line(N_("phiếu kín và thẻ đã vào phòng"), g.dialogue.ballots, roll.issued + roll.cards),
        counts.Line(N_("người chọn vào ngay khi nhóm ở cửa chưa đủ"), g.dialogue.alone),
        counts.Line(N_("phiếu đã ký cho người sau đó bị rút tên, không thu lại được"), _stranded()),
    ]


def _stranded() -> int:
    return counts.stranded(store.roll_reading(), g.dialogue.id)


def _act() -> str:
    """The one thing to do here now."""
    dialogue = g.dialogue
    if dialogue.state not in ENTERABLE:
        return "over"
    if dialogue.entry == Entry.OPEN:
        return "enter"
    if entry.is_strong(dialogue):  # what the phone keeps decides what there is to do: see box.js
        if dialogue.state == State.COLLECTING:
            return "box"
        return "knock-or-card" if entry.takes_cards(dialogue) else "knock"
    if entry.takes_cards(dialogue):
        return "both" if entry.by_roll(dialogue) else "card"
    return "seat" if entry.by_roll(dialogue) else "wait"


def _seat() -> str:
    """Where a personal link is opened."""
    return f"{store.settings().roll_url or ''}/m/{g.dialogue.code}"


def _small(shown: dict[str, Any]) -> int:
    """How many may come at most, where that is few; else 0."""
    most = shown["roll"].seats if shown["roll"] else 0
    most += shown["cards"].printed if shown["cards"] else 0
    return most if most < SMALL else 0
