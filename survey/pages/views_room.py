"""The member's room: welcome, three tabs, the stream and its stand-in for networks that break streams."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.clock import now
from survey.dialogues import entry
from survey.dialogues import order
from survey.dialogues import queries as dialogues
from survey.dialogues.state import ENTERABLE
from survey.dialogues.state import OVER
from survey.followups import ideas
from survey.followups import ideas_reading
from survey.followups import ideas_state
from survey.followups.steps import NAMES
from survey.live import kept
from survey.live import streams
from survey.moderation.waits import WAITS
from survey.pages import crowd
from survey.pages import fates
from survey.pages import live
from survey.pages import room
from survey.pages import views_deck
from survey.pages import views_parts
from survey.pages.views import blueprint
from survey.pages.views_entry import public_counts
from survey.pages.views_entry import welcome
from survey.questionnaires import shown
from survey.questions import queries
from survey.questions import ranking
from survey.questions import satisfaction
from survey.questions.shown import WAITING
from survey.questions.views_ask import authors
from survey.questions.views_board import looks
from survey.questions.views_board import may_look
from survey.questions.views_satisfaction import said_of
from survey.room import phone as cookies
from survey.room.views import just_left
from survey.room.waiting import waits
from survey.web import store
from survey.web.guard import with_ballot
from survey.web.guard import with_code
from survey.web.guard import with_code_briefly
from survey.web.htmx import is_htmx
from survey.web.htmx import partial
from survey.web.i18n import language
from survey.web.origin import csrf_token

TABS = ("unseen", "ranking", "mine")
LISTED = 200  # rows of the ranking on one page, also where all are wanted: of 10,000 it would weigh seven megabytes


@blueprint.get("/d/<code>")
@with_code_briefly
def show(code: str) -> Response:
    """The room as this phone may see it now."""
    usual = views_deck.page(csrf_token()) if views_deck.is_usual() else None
    if usual is not None:
        return usual
    g.dialogue = dialogues.public_by_code(store.reading(), g.dialogue.code)
    enterable = g.dialogue.phase in ENTERABLE
    if g.ballot is None and not waits() and (enterable or not looks()):
        return welcome()
    tab = request.args.get("tab", "")
    if tab not in TABS:
        tab = {"collecting": "", "live": "unseen"}.get(g.dialogue.phase, "ranking")
    if tab == "unseen" and (not enterable or g.ballot is None):
        tab = "ranking"
    return {"unseen": _unseen, "ranking": _ranking, "mine": _mine, "": _before}[tab]()


@blueprint.get("/d/<code>/live")
@with_code_briefly
def follow(code: str) -> Response:
    """The members' stream."""
    may_look()
    return streams.stream(g.dialogue.id, "room")


@blueprint.get("/d/<code>/board")
@with_code
def board(code: str) -> Response:
    """What the stream would say, all at once, for who cannot hold a stream; 304 while nothing has changed."""
    may_look()
    answer = make_response()
    answer.set_etag(f"{g.dialogue.version}-{language()}", weak=True)
    if answer.make_conditional(request).status_code == 304:
        return answer
    version, content = kept.board(f"{g.dialogue.id}-{language()}", (g.dialogue.version, g.dialogue.phase), _whole)
    full = make_response(content)
    full.set_etag(f"{version}-{language()}", weak=True)
    return full


def _whole() -> tuple[int, str]:
    snapshot = live.take(store.reading(), g.dialogue)
    return snapshot.version, live.whole(snapshot)


@blueprint.get("/d/<code>/mine/news")
@with_ballot
def mine_news(code: str) -> Response:
    """What is new about the own questions, for a page that has some waiting; 204 while nothing is (`seen`: the last).

    Only their own phone asks for it: no stream may carry what is personal.
    """
    asked_back = _asked_back()
    if str(asked_back) == request.args.get("seen"):
        return make_response("", 204)
    return partial("pages/_asked_news.html", asked=asked_back, base_url=f"/d/{code}")


def _phone() -> room.Phone:
    skipped = cookies.read_skipped(request.cookies.get(cookies.SKIPPED))
    return room.Phone(store.keys(), g.dialogue.id, g.ballot, skipped)


def _frame(tab: str) -> dict[str, Any]:
    """What every page of the room needs."""
    dialogue = g.dialogue
    poll = shown.current(store.reading(), dialogue)
    return {
        "poll": poll, "own_choice": room.own_choice(store.reading(), _phone(), poll),
        "dialogue": dialogue, "base": f"/d/{dialogue.code}", "version": dialogue.version, "tab": tab,
        "place": dialogue.place or dialogue.host_unit, "people": entry.people(dialogue),
        "open": dialogue.phase in ENTERABLE and g.ballot is not None, "left": just_left(), "waits": waits(),
        "questionnaires": room.waiting_questionnaires(store.reading(), _phone()) if g.ballot else [],
        "asked_back": _asked_back(), "idea_box": _idea_box(),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sight:
    """What a page tells of all that waits: the first ones (all, while they are no crowd), which this phone supports, and more."""

    waiting: list[queries.Standing]
    own: frozenset[str]
    total: int
    unseen: int  # one more than `crowd.MOST_LEFT` stands for all above that
    crowd: crowd.Waiting | None = None


def _sight() -> Sight:
    session, phone, total = store.reading(), _phone(), queries.many(store.reading(), g.dialogue.id, "approved")
    if total <= crowd.CROWD:
        places = queries.standing(session, g.dialogue.id, ["approved", "answering"])
        own, waiting = phone.supports(session, places), _waiting(places)
        return Sight(waiting, own, total, room.unseen(phone, waiting, own))
    many = crowd.CROWDS.waiting(session, g.dialogue.id, total, WAITING.of(g.dialogue.id))
    return Sight(
        [], frozenset(), total, len(crowd.unseen(phone, many, lambda some: phone.supports(session, some))), many
    )


def _first(sight: Sight, shown: set[str], upto: int | None) -> tuple[list[queries.Standing], frozenset[str]]:
    """What waits, the first `upto` or all; and what of `shown` and of what is answered now this phone supports."""
    if sight.crowd is None:
        return sight.waiting, sight.own
    places = queries.standing(store.reading(), g.dialogue.id, ["approved"], upto)
    now = queries.standing(store.reading(), g.dialogue.id, ["answering"])
    return places, _phone().supports(store.reading(), [*(one for one in places if one.id in shown), *now])


def _deck(sight: Sight) -> room.Deck:
    session, phone, last = store.reading(), _phone(), request.args.get("last", "")
    if sight.crowd is None:
        return room.deck(session, phone, sight.waiting, sight.own, last, WAITING.of(g.dialogue.id))
    return crowd.deck(session, phone, sight.crowd, lambda places: phone.supports(session, places), last, room.CARDS)


def _waiting(places: list[queries.Standing]) -> list[queries.Standing]:
    return [place for place in places if place.state == "approved"]


def _unseen() -> Response:
    """One card at a time."""
    frame = _frame("unseen")
    sight = _sight()
    deck = _deck(sight)
    context = {**frame, "deck": deck, "unseen": deck.left, "total": sight.total, "most_left": crowd.MOST_LEFT}
    if is_htmx():
        return partial("pages/_deck.html", **context)
    return make_response(render_template("pages/room_unseen.html", **context, now=_now()))


def _ranking() -> Response:
    """The board in order, filtered where that was asked for."""
    frame = _frame("ranking")
    sight = _sight()
    topic, search = request.args.get("topic", ""), request.args.get("q", "").strip()[:80]
    whole = bool(topic or search or "all" in request.args)
    snapshot = live.take(store.reading(), g.dialogue)
    rows: list[queries.Row] = list(snapshot.top)
    if whole:
        rows = queries.board(
            store.reading(), g.dialogue.id, states=["approved"], topic_id=topic or None, search=search, limit=LISTED + 1
        )
    more, rows = len(rows) > LISTED, rows[:LISTED]
    upto = None if topic or search else LISTED if whole else 2 * ranking.TOP  # what a filter finds may stand anywhere
    waiting, own = _first(sight, {row.id for row in rows}, upto)
    return make_response(render_template(
        "pages/room_ranking.html", **frame, ordered=order.said(g.dialogue.rule, turns=g.dialogue.turns),
        by_site=order.by_site(g.dialogue),
        room=snapshot, rows=room.ranked(rows, waiting), own=own, now=snapshot.now,
        dress=views_parts.rows(frame["base"], snapshot.measure_base, own, is_open=frame["open"]), dress_done=views_parts.done,
        whole=whole, topic=topic, q=search, topics=dialogues.topics(store.reading(), g.dialogue.id),
        unseen=sight.unseen, total=sight.total, top=ranking.TOP, listed=LISTED if more else None, most=LISTED,
    ))  # fmt: skip


def _mine() -> Response:
    """What only this phone knows, folded until tapped.

    The one page that costs more with every question of the dialogue (some 10 ms for a thousand): a vote is a mark of its own
    for each question, and nothing says which belong together but this phone, which has to ask for all of them.
    """
    frame = _frame("mine")
    session = store.reading()
    asked = queries.mine(session, g.dialogue.id, authors()) if authors() else []
    places = queries.standing(session, g.dialogue.id)
    own = _phone().supports(session, places)
    supported = queries.some(session, g.dialogue.id, [place.id for place in places if place.id in own])
    waiting = _waiting(places)
    left = min(room.unseen(_phone(), waiting, own), crowd.MOST_LEFT + 1 if len(waiting) > crowd.CROWD else len(waiting))
    leads = queries.leading(session, g.dialogue.id, asked)
    return make_response(render_template(
        "pages/room_mine.html", **frame, asked=asked, supported=supported, now=None, total=len(waiting),
        unseen=left, sent=request.args.get("sent"),
        last_sent=_last_asked() if request.args.get("sent") == "1" else "",
        leads=leads, judging=_judging([*asked, *leads.values(), *supported]), chosen=_phone().chosen(session, supported),
        usual=WAITS.usual(g.dialogue.id), fates=fates.of(session, g.dialogue), state_names=NAMES,
    ))  # fmt: skip


def _last_asked() -> str:
    """Under which id this phone sent its latest question; "" where it sent none."""
    return (cookies.read_mine(request.cookies.get(cookies.MINE)) or [""])[-1]


def _judging(rows: list[queries.Row]) -> dict[str, Any]:
    """What this phone may say of the answers to its questions, and what it said."""
    answered = {row.id: row for row in rows if satisfaction.is_answered(row.state, row.note)}
    end = satisfaction.until(store.reading(), g.dialogue)
    said = said_of(store.reading(), list(answered)) if answered else {}
    return {"rows": answered, "said": said, "until": end, "open": end is None or now() < end}


def _before() -> Response:
    """Before the opening: what is to come and what can be done already."""
    frame = _frame("")
    sight = _sight()
    return make_response(render_template(
        "pages/room_before.html", **{**public_counts(), **frame}, unseen=sight.unseen, total=sight.total, now=None,
    ))  # fmt: skip


def _asked_back() -> int | None:
    """About how many own questions a reply is wanted; None where none waits, and once the hall is closed."""
    if g.dialogue.phase not in ENTERABLE:
        return None
    return queries.asked_back_of(store.reading(), g.dialogue.id, authors())


def _idea_box() -> tuple[bool, dt.date] | None:
    """Whether the box of ideas is open, and until when; None where the office has made none."""
    if g.dialogue.state not in OVER or (box := ideas_reading.box_of(store.reading(), g.dialogue.id)) is None:
        return None
    open_ = ideas.is_open(box, g.dialogue, ideas.today(now()))
    return open_, ideas_state.last_day(box.until, g.dialogue.keys_until)


def _now() -> queries.Row | None:
    return next(iter(queries.board(store.reading(), g.dialogue.id, states=["answering"], limit=1)), None)
