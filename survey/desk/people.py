"""Who else is at the moderators' table, and what a long queue is offered: rendered for the page and for its stream."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from survey.accounts import queries as accounts
from survey.core.clock import local
from survey.core.text import excerpt
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.live.hub import Event
from survey.moderation import passing
from survey.moderation import queries
from survey.moderation.passing import PASSING
from survey.moderation.presence import PRESENCE
from survey.moderation.presence import Deed
from survey.moderation.presence import Place
from survey.questions.queries import Row

WORDS = 12  # of a question beside a colleague's name
LISTED = 20  # of what passed by itself; the rest stands in the list of what is published
SOON = 8  # questions whose moment is listed above the queue; each shows its own


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody at the table with what they read, or with what they have just decided (`act`)."""

    who: str
    name: str
    question_id: str
    body: str
    act: str = ""


@dataclass(frozen=True, slots=True)
class Soon:
    """A question that passes by itself at `due`, seconds since 1970; `at` is that moment in words of the clock."""

    id: str
    body: str
    due: int
    at: str


@dataclass(frozen=True, slots=True)
class People:
    """What stands above the queue at one moment, the same for everybody; a page leaves out its own place."""

    base: str
    colleagues: tuple[Colleague, ...]
    deeds: tuple[Colleague, ...]
    asking: tuple[Row, ...]
    waiting: int
    live: bool
    auto_pass: bool
    soon: tuple[Soon, ...]
    plan: tuple[tuple[str, int], ...]
    passed: tuple[Row, ...]
    passed_total: int

    @property
    def crowded(self) -> bool:
        """Whether so much waits that help is offered."""
        return self.live and self.waiting > passing.OFFERED_ABOVE


def look(session: Session, dialogue: Dialogue, me: str = "") -> People:
    """The table now; without the place `me`, which is the reader's own."""
    places = [one for one in PRESENCE.places(dialogue.id) if one.who != me]
    deeds = [one for one in PRESENCE.deeds(dialogue.id) if one.who != me]
    plan = sorted(PASSING.plan(dialogue.id).items(), key=lambda one: one[1]) if dialogue.auto_pass else []
    seen: list[Place | Deed] = [*places, *deeds]
    ids = {one.question_id for one in seen} | {question_id for question_id, _due in plan[:SOON]}
    bodies = {row.id: excerpt(row.body, WORDS) for row in queries.some(session, dialogue.id, sorted(ids - {""}))}
    names = accounts.names(session, {one.actor for one in seen})
    done = passing.passed(session, dialogue.id)
    return People(
        base=f"/s/{dialogue.code}",
        colleagues=tuple(
            Colleague(one.who, names[one.actor], one.question_id, bodies.get(one.question_id, "")) for one in places
        ),
        deeds=tuple(
            Colleague(one.who, names[one.actor], one.question_id, bodies.get(one.question_id, ""), one.act)
            for one in deeds
        ),
        asking=tuple(queries.asking(session, dialogue.id)),
        waiting=len(queries.waiting(session, dialogue.id)),
        live=dialogue.state == State.LIVE and dialogue.pre_moderation,
        auto_pass=dialogue.auto_pass and dialogue.state == State.LIVE,
        soon=tuple(Soon(id_, bodies[id_], int(due), _clock(due)) for id_, due in plan[:SOON] if id_ in bodies),
        plan=tuple((question_id, int(due)) for question_id, due in plan),
        passed=tuple(done[:LISTED]),
        passed_total=len(done),
    )  # fmt: skip


def aside(session: Session, dialogue_id: str) -> list[Event]:
    """The same for the moderators' stream."""
    dialogue = session.get(Dialogue, dialogue_id, populate_existing=True)
    return [Event(parts(look(session, dialogue)))] if dialogue is not None else []


def parts(people: People) -> str:
    """What moves above and below the queue, as parts that htmx puts in their places."""
    return str(Markup(render_template("moderation/_people_news.html", people=people, base=people.base)))  # noqa: S704 - rendered


def _clock(moment: float) -> str:
    return local(dt.datetime.fromtimestamp(moment, dt.UTC)).strftime("%H:%M:%S")
