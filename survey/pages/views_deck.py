"""The page of "Chưa xem" for a phone that joins: what all phones read alike is rendered once, the rest is put into its places.

A hall joins within a minute. What is kept is told apart by all that stands in it, never by who reads it: no ballot, no
choice of a phone and no token is in it. Whatever is less common (a poll, sites to choose, a filter) `views_room` renders whole.
"""

from __future__ import annotations

import re
import secrets
from functools import partial
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from markupsafe import Markup

from survey.core.held import holds_texts
from survey.core.keys import KeyMissing
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues.state import ENTERABLE
from survey.dialogues.state import State
from survey.pages import crowd
from survey.pages import room
from survey.pages.views_parts import part
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.remembered import Memory
from survey.questions import glancing
from survey.questions import queries
from survey.questions import ranking
from survey.questions.shown import WAITING
from survey.questions.state import State as Waits
from survey.questions.views_ask import authors
from survey.room import phone as cookies
from survey.room.views_site import sites_to_choose
from survey.web import store
from survey.web.htmx import is_htmx
from survey.web.i18n import language

MANY = 100  # from here on templates say "99+"
frames: Memory[list[str]] = Memory()  # the page around its places
totals: Memory[int] = Memory()  # how many questions wait, by the dialogue's version
opened: Memory[list[questionnaires.Open]] = Memory()  # by what the database says of them
for memory in (frames, totals, opened):
    holds_texts(memory.clear)
_PLACES = ("token", "version", "status", "now", "questionnaires", "deck", "left", "judged", "cards", "total", "tabs")
_MARK = secrets.token_hex(8)  # nobody can type what stands where a place is
_AT = {name: f"{_MARK}.{name}." for name in _PLACES}
_FIND = re.compile(f"{_MARK}\\.([a-z]+)\\.")


def is_usual() -> bool:
    """Whether this request is for "Chưa xem" of a phone that is in, and asks nothing more."""
    asked = request.args.to_dict(flat=False)
    hall = g.dialogue
    usual = asked == {"tab": ["unseen"]} or (not asked and hall.phase == State.LIVE)
    return bool(usual and g.ballot and hall.phase in ENTERABLE and hall.poll_id is None and not is_htmx())


def page(csrf_token: str) -> Response | None:
    """The page; None where this phone has to be asked or shown something less common."""
    hall, db = g.dialogue, store.db()
    now = glancing.answering(db, hall.id)
    if len(now) > 1 or (dialogues.has_sites(db, hall.id) and sites_to_choose()):
        return None
    total = _total()
    deck = _deck(total)
    base, asked = f"/d/{hall.code}", _asked_back()
    filled = {
        "token": csrf_token, "version": str(hall.version), "total": str(total),
        "status": part(("status", hall.phase, hall.place or hall.host_unit, entry.people(hall)), _status),
        "now": part(("now", base, *now), lambda: _now(base, now)),
        "questionnaires": "".join(part(("open", base, one), partial(_open, base, one)) for one in _left_open()),
        "deck": "" if deck.left else render_template("pages/_deck.html", deck=deck, base=base, total=total),
        "cards": "".join(part(("card", base, one), partial(_card, base, one)) for one in deck.cards),
        "left": str(deck.left), "judged": str(deck.judged),
        "tabs": _tabs(base, deck.left, asked) if asked is not None else part(
            ("tabs", base, min(deck.left, MANY)), lambda: _tabs(base, deck.left, None)),
    }  # fmt: skip
    frame = _frame(csrf_token, base, min(deck.left, MANY))
    return make_response("".join(filled[piece] if place % 2 else piece for place, piece in enumerate(frame)))


class _Left(int):
    """A number in a template that leaves its place where it is written."""

    def __html__(self) -> str:
        return _AT["left"]


def _frame(token: str, base: str, left: int) -> list[str]:
    """Pieces of the page and, between them, names of places. Of `left` it tells only whether it is none, some or many."""
    hall, left = g.dialogue, left if left in {0, MANY} else 1
    said = (left, hall.code, hall.theme, hall.phase, hall.rehearsal, hall.way, store.db().closed)
    key = (*said, language(), request.scheme, request.host, *request.args.items())
    found = frames.get(key)
    if found is None:
        at = {name: Markup(mark) for name, mark in _AT.items()}  # noqa: S704 - digits and letters
        if left:
            deck = {"left": _Left(left), "judged": at["judged"], "last": None, "last_supported": False}
            at["deck"] = Markup(render_template("pages/_deck.html", deck=deck, base=base, cards=at["cards"]))  # noqa: S704
        made = render_template(
            "pages/room_unseen.html", at=at, dialogue=hall, base=base, version=at["version"], total=at["total"],
            tab="unseen", open=True, poll=None, own_choice=[], idea_box=None, left=None, waits=False, sites_to_choose=tuple,
        )  # fmt: skip
        found = frames.keep(key, _FIND.split(made.replace(token, _AT["token"])))
    return found


def _total() -> int:
    key = (g.dialogue.id, g.dialogue.version)
    known = totals.get(key)
    return totals.keep(key, glancing.many(store.db(), g.dialogue.id)) if known is None else known


def _deck(total: int) -> room.Deck:
    """As `room.deck` and `crowd.deck`, with texts as `glancing` reads them."""
    skipped = cookies.read_skipped(request.cookies.get(cookies.SKIPPED))
    phone, glances = room.Phone(store.keys(), g.dialogue.id, g.ballot, skipped), WAITING.of(g.dialogue.id)
    if total > crowd.CROWD:
        return _of_many(phone, crowd.CROWDS.waiting(store.reading(), g.dialogue.id, total, glances))
    places = glancing.waiting(store.db(), g.dialogue.id)
    own = _supports(phone, places)
    left = {one.id: one.shown + glances.get(one.id, 0) for one in places
            if one.id not in own and one.number not in skipped}  # fmt: skip
    cards = _texts(ranking.met_in(g.ballot, left)[: room.CARDS])
    return room.Deck(cards, len(left), len(places) - len(left))


def _of_many(phone: room.Phone, many: crowd.Waiting) -> room.Deck:
    left = crowd.unseen(phone, many, lambda places: _supports(phone, places))
    judged = crowd.judged(phone, many, len(left))
    return room.Deck(_texts([one.id for one in left[: glancing.AT_ONCE]])[: room.CARDS], len(left), judged)


def _texts(ids: list[str]) -> tuple[Any, ...]:
    """The cards, without the count that no card shows."""
    found = glancing.some(store.db(), g.dialogue.id, ids)
    return tuple(one._replace(supporters=0) for one in found if one.state == Waits.APPROVED)


def _supports(phone: room.Phone, places: Any) -> frozenset[str]:
    """As `room.Phone.supports`."""
    try:
        key = phone.keys.get(phone.dialogue_id, "vote")
    except KeyMissing:
        return frozenset()
    return glancing.supported(store.db(), key, g.ballot, places)


def _left_open() -> list[questionnaires.Open]:
    """The questionnaires that wait for this phone."""
    db, hall = store.db(), g.dialogue
    said = questionnaires.open_now(db, hall.id)
    known = opened.get(said) if said else []
    if known is None:
        known = questionnaires.open_for_members(store.reading(), hall.id)
        if said == questionnaires.open_now(db, hall.id):  # nobody changed it meanwhile
            opened.keep(said, known)
    if not known:
        return []
    try:
        key = store.keys().get(g.dialogue.id, "response")
    except KeyMissing:
        return known
    return [one for one in known
            if not questionnaires.glanced(store.db(), one.id, questionnaires.response_mark(key, g.ballot, one.id))]  # fmt: skip


def _asked_back() -> int | None:
    own = authors()
    return queries.asked_back_of(store.reading(), g.dialogue.id, own) if own else None


def _status() -> str:
    hall = g.dialogue
    return render_template(
        "pages/_status.html", state=hall.phase, place=hall.place or hall.host_unit, people=entry.people(hall)
    )


def _now(base: str, now: list[glancing.Text]) -> str:
    return render_template("pages/_now.html", now=now[0].row if now else None, base=base, own=[])


def _open(base: str, one: questionnaires.Open) -> str:
    listed = [(one.id, one.title, one.items, False, one.closes_at)]
    return render_template("pages/_questionnaires_of.html", questionnaires=listed, base=base, tab="unseen")


def _card(base: str, one: Any) -> str:
    return render_template("pages/_card.html", row=one.row, base=base)


def _tabs(base: str, left: int, asked: int | None) -> str:
    return render_template("pages/_tabs.html", tab="unseen", base=base, unseen=left, asked_back=asked)
