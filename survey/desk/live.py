"""What the moderators' streams carry: the queue, the counts, the stage. Rendered once for all, without a request."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from markupsafe import escape
from sqlalchemy.orm import Session

from survey.core.held import holds_texts
from survey.desk import people
from survey.desk.order import QUEUES
from survey.desk.queue import SHOWN as SHOWN
from survey.desk.queue import Card
from survey.desk.queue import cards_of
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.order import briefly
from survey.followups import queries as followups
from survey.followups.queries import Prepared
from survey.live.hub import Event
from survey.live.hub import Surface
from survey.moderation import queries
from survey.moderation.queries import Figures
from survey.moderation.screening import leaders_of
from survey.moderation.state import REASONS
from survey.moderation.state import acts_from
from survey.questionnaires import shown as polls
from survey.questionnaires.shown import Poll
from survey.questionnaires.words import Word
from survey.questions.queries import Row
from survey.questions.queries import board
from survey.questions.state import State
from survey.web.i18n import language
from survey.web.i18n import number

NEXT = 3
# The lists of the page, in their order: name -> states.
LISTS: dict[str, tuple[State, ...]] = {
    "pending": (State.PENDING,),
    "approved": (State.APPROVED,),
    "held": (State.HELD,),
    "rejected": (State.REJECTED,),
    "answered": (State.ANSWERING, State.ANSWERED, State.IN_WRITING),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The moderators' page at one moment. `version` is the dialogue's revision: it counts what waits, too."""

    version: int
    base: str
    cards: tuple[Card, ...]
    waits: int | None  # minutes, of the question that has waited longest
    topics: tuple[tuple[str, str], ...]
    figures: Figures
    ballots: int
    now: Row | None
    following: tuple[Row, ...]
    screen: str
    order_held: bool
    ordered: str  # the rule of the order, in a few words
    rehearsal: bool = False
    prepared: tuple[Prepared, ...] = ()  # for the question being answered
    leaders: tuple[str, ...] = ()  # whose names fold a text
    poll: Poll | None = None  # that runs, or whose result stands
    words: tuple[Word, ...] = ()  # its short answers, to be read
    kept: tuple[Poll, ...] = ()  # polls that are ready to be opened
    live: bool = False

    @property
    def queue(self) -> tuple[Row, ...]:
        """The questions of the open queue, as they stand there."""
        return tuple(row for card in self.cards for row in card.rows)

    @property
    def remote(self) -> tuple[object, ...]:
        """What the remote shows."""
        return (self.screen, self.order_held, self.poll is None)

    @property
    def polling(self) -> tuple[object, ...]:
        """What the part for polls shows."""
        return (self.poll, self.words, self.kept, self.live)

    @property
    def counts(self) -> dict[str, int]:
        """Number of questions in each list."""
        return {name: sum(self.figures.by_state.get(state, 0) for state in states) for name, states in LISTS.items()}

    @property
    def numbers(self) -> dict[str, int]:
        """Everything that is shown as a bare number: element id -> value."""
        lists = {f"n-{name}": count for name, count in self.counts.items()}
        return lists | {
            "n-queue": self.counts["pending"], "f-ballots": self.ballots, "f-questions": self.figures.published,
            "f-supporters": self.figures.supporters,
        }  # fmt: skip


def look(session: Session, dialogue_id: str) -> Desk | None:
    """The page's data now; None when the dialogue is gone."""
    dialogue = session.get(Dialogue, dialogue_id, populate_existing=True)
    if dialogue is None:
        return None
    waiting = queries.queued(session, dialogue_id)
    now = next(iter(board(session, dialogue_id, states={State.ANSWERING}, limit=1)), None)
    top = board(session, dialogue_id, states={State.APPROVED}, limit=NEXT)
    poll = polls.current(session, dialogue)
    return Desk(
        version=dialogue.revision,
        base=f"/s/{dialogue.code}",
        cards=cards_of(session, dialogue_id, waiting),
        waits=QUEUES.longest_wait(dialogue_id, [(one.id, one.asked_about) for one in waiting]),
        topics=tuple((topic.id, topic.name) for topic in dialogues.topics(session, dialogue_id)),
        figures=queries.figures(session, dialogue_id),
        ballots=dialogue.ballots,
        now=now,
        following=tuple(top),
        screen=dialogue.screen,
        order_held=dialogue.order_held,
        ordered=briefly(dialogue.rule, turns=dialogue.turns, sites=dialogue.site_turns),
        rehearsal=dialogue.rehearsal,
        prepared=followups.prepared(session, dialogue_id, {now.id}).get(now.id, ()) if now else (),
        leaders=leaders_of(dialogue),
        poll=poll,
        words=polls.to_read(session, poll) if poll else (),
        kept=tuple(polls.all_of(session, dialogue, ready=True)),
        live=dialogue.phase == "live",
    )


class Moderator:
    """The surface of audience `moderator`."""

    def snapshot(self, session: Session, dialogue_id: str) -> Desk | None:
        """All that the page shows."""
        return look(session, dialogue_id)

    def events(self, before: Desk | None, after: Desk) -> list[Event]:
        """Changed parts of the page; then `moved`, for lists that a moderator has chosen for herself."""
        parts = [
            partial(f"#{name}", "textContent", escape(number(value)))
            for name, value in after.numbers.items()
            if before is None or before.numbers[name] != value
        ]
        parts += queue_parts(before, after)
        if before is None or before.waits != after.waits:
            parts.append(partial("#waits", "outerMorph", _render("moderation/_waits.html", after)))
        if before is None or before.figures.by_topic != after.figures.by_topic:
            parts.append(partial("#topics-live", "innerMorph", _render("moderation/_topics.html", after)))
        if before is None or (before.now, before.following) != (after.now, after.following):
            parts.append(partial("#stage", "innerMorph", _render("moderation/_stage.html", after)))
        if before is None or before.remote != after.remote:
            parts.append(partial("#remote", "innerMorph", _render("moderation/_remote.html", after)))
        if before is None or before.polling != after.polling:
            shown = {"poll": after.poll, "words": after.words, "kept": after.kept, "live": after.live}
            parts.append(partial("#polls", "innerMorph", _render("questionnaires/_poll_desk.html", after, **shown)))
        if before is not None and before.rehearsal != after.rehearsal:
            mark = render_template("_rehearsal.html", rehearsal=after.rehearsal)
            parts.append(partial("#rehearsal", "innerHTML", mark))
        events = [Event("\n".join(parts))] if parts else []
        return events + [Event("", name) for name in _signals(before, after)]

    def aside(self, session: Session, dialogue_id: str) -> list[Event]:
        """Who is where, and what a long queue is offered."""
        return people.aside(session, dialogue_id)


def everything(desk: Desk) -> str:
    """All parts of the page that move, as one answer."""
    return "".join(event.data for event in Moderator().events(None, desk))


def queue_parts(before: Desk | None, after: Desk) -> list[str]:
    """What brings the open queue up to date: single questions while the order allows it, for one is what changes.

    Newcomers stand last, so each is taken away and put at the end: that may be done twice. Where likely duplicates come
    together or part, the whole queue is said anew: another process may have put them together otherwise.
    """
    if before is not None and (before.cards, before.topics) == (after.cards, after.topics):
        return []
    old = {card.lead.id: card for card in before.cards} if before and before.topics == after.topics else {}
    stay = [card for card in after.cards if card.lead.id in old]
    new = after.cards[len(stay) :]
    kept = {card.lead.id for card in stay}
    moved = [card for card in stay if card != old[card.lead.id]]
    gone = [card for name, card in old.items() if name not in kept]
    together = any(len(card.rows) > 1 for card in (*gone, *new, *moved, *(old[card.lead.id] for card in moved)))
    order = [name for name in old if name in kept]
    if not stay or together or order != [card.lead.id for card in after.cards[: len(stay)]]:
        return [partial("#queue-live", "innerMorph", _render("moderation/_queue.html", after))]
    leave = [*gone, *new]
    return [
        *(partial(f"#queue-live #k-{card.lead.id}", "delete", "") for card in leave),
        *(partial(f"#queue-live #k-{card.lead.id}", "outerMorph", drawn(card, after)) for card in moved),
        *(partial("#queue-live", "beforeend", drawn(card, after)) for card in new),
    ]


def drawn(card: Card, desk: Desk) -> Markup:
    """One card of the open queue."""
    return Markup(render_template("moderation/_card.html", card=card, desk=desk, job=job))  # noqa: S704 - rendered


def job(row: Row, desk: Desk, card: Card | None = None) -> Markup:
    """One job, the same for everybody who moderates. Drawn once: a queue of thirty takes 24 ms, and one changes.

    `card` is the one on which it stands in the open queue; other lists have none.
    """
    key = (language(), desk.base, desk.topics, desk.leaders, row, card)
    found = _drawn.get(key)
    if found is None:
        if len(_drawn) >= DRAWN:
            _drawn.clear()
        found = Markup(render_template(  # noqa: S704 - rendered
            "moderation/_job.html", row=row, card=card, base=desk.base, topics=desk.topics, leaders=desk.leaders,
            reasons=REASONS, acts_from=acts_from,
        ))  # fmt: skip
        _drawn[key] = found
    return found


DRAWN = 600
_drawn: dict[tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...], Row, Card | None], Markup] = {}
holds_texts(_drawn.clear)


def partial(target: str, swap: str, content: str) -> str:
    """One part of an event, which htmx puts in its place; absolute, so it may come twice."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{Markup(content)}</hx-partial>'  # noqa: S704 - rendered


def _signals(before: Desk | None, after: Desk) -> list[str]:
    if before is None:
        return ["moved", "now"]
    moved = (before.figures.by_state, before.figures.by_topic, before.cards, before.following, before.topics) != (
        after.figures.by_state, after.figures.by_topic, after.cards, after.following, after.topics
    )  # fmt: skip
    return (["moved"] if moved else []) + (["now"] if before.now != after.now else [])


def _render(template: str, desk: Desk, **context: object) -> str:
    # The topics' links lead within the open queue: what other lists show, they fetch themselves.
    topics = {"by_topic": desk.figures.by_topic, "chosen": {"name": "pending", "topic": ""}}
    return render_template(template, desk=desk, base=desk.base, job=job, drawn=drawn, **topics, **context)


SURFACES: dict[str, Surface] = {"moderator": Moderator()}
