"""What the moderators' streams carry: the queue, the counts, the stage. Rendered once for all, without a request."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from markupsafe import escape
from sqlalchemy.orm import Session

from survey.core.held import holds_texts
from survey.desk.order import in_kept_order
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.order import briefly
from survey.live.hub import Event
from survey.live.hub import Surface
from survey.moderation import queries
from survey.moderation.queries import Figures
from survey.moderation.state import REASONS
from survey.moderation.state import acts_from
from survey.questions.queries import Row
from survey.questions.queries import board
from survey.questions.similar import clusters
from survey.questions.state import State
from survey.web.i18n import language
from survey.web.i18n import number

SHOWN = 30  # questions in the open queue; deciding brings the next ones up
NEXT = 3
# The lists of the page, in their order: name -> states.
LISTS: dict[str, tuple[State, ...]] = {
    "pending": (State.PENDING,),
    "approved": (State.APPROVED,),
    "held": (State.HELD,),
    "rejected": (State.REJECTED,),
    "answered": (State.ANSWERING, State.ANSWERED, State.IN_WRITING),
}

Cluster = tuple[tuple[str, str], ...]  # ids and texts


@dataclass(frozen=True, slots=True)
class Desk:
    """The moderators' page at one moment. `version` is the dialogue's revision: it counts what waits, too."""

    version: int
    base: str
    queue: tuple[Row, ...]
    topics: tuple[tuple[str, str], ...]
    figures: Figures
    ballots: int
    now: Row | None
    following: tuple[Row, ...]
    screen: str
    order_held: bool
    ordered: str  # the rule of the order, in a few words
    clusters: tuple[Cluster, ...] = ()  # of the queue: what may say the same

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
    order = in_kept_order(dialogue_id, (question_id for question_id, _ in queries.waiting(session, dialogue_id)))
    top = board(session, dialogue_id, states={State.APPROVED}, limit=NEXT)
    queue = tuple(queries.some(session, dialogue_id, order[:SHOWN]))
    return Desk(
        version=dialogue.revision,
        base=f"/s/{dialogue.code}",
        queue=queue,
        clusters=clusters_of(dialogue_id, queue),
        topics=tuple((topic.id, topic.name) for topic in dialogues.topics(session, dialogue_id)),
        figures=queries.figures(session, dialogue_id),
        ballots=dialogue.ballots,
        now=next(iter(board(session, dialogue_id, states={State.ANSWERING}, limit=1)), None),
        following=tuple(top),
        screen=dialogue.screen,
        order_held=dialogue.order_held,
        ordered=briefly(dialogue.rule, turns=dialogue.turns),
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
        if before is None or before.clusters != after.clusters:
            parts.append(partial("#clusters", "innerMorph", _render("moderation/_clusters.html", after)))
        if before is None or before.figures.by_topic != after.figures.by_topic:
            parts.append(partial("#topics-live", "innerMorph", _render("moderation/_topics.html", after)))
        if before is None or (before.now, before.following) != (after.now, after.following):
            parts.append(partial("#stage", "innerMorph", _render("moderation/_stage.html", after)))
        if before is None or (before.screen, before.order_held) != (after.screen, after.order_held):
            parts.append(partial("#remote", "innerMorph", _render("moderation/_remote.html", after)))
        events = [Event("\n".join(parts))] if parts else []
        return events + [Event("", name) for name in _signals(before, after)]


def everything(desk: Desk) -> str:
    """All parts of the page that move, as one answer."""
    return "".join(event.data for event in Moderator().events(None, desk))


def queue_parts(before: Desk | None, after: Desk) -> list[str]:
    """What brings the open queue up to date: single rows while the order allows it, for one row is what changes.

    Newcomers stand last, so each is taken away and put at the end: that may be done twice.
    """
    if before is not None and (before.queue, before.topics) == (after.queue, after.topics):
        return []
    old = {row.id: row for row in before.queue} if before and before.topics == after.topics else {}
    stay = [row for row in after.queue if row.id in old]
    new = after.queue[len(stay) :]
    kept = {row.id for row in stay}
    if not stay or [name for name in old if name in kept] != [row.id for row in after.queue[: len(stay)]]:
        return [partial("#queue-live", "innerMorph", _render("moderation/_jobs.html", after, rows=after.queue))]
    gone = [name for name in old if name not in kept] + [row.id for row in new]
    return [
        *(partial(f"#queue-live #q-{name}", "delete", "") for name in gone),
        *(partial(f"#queue-live #q-{row.id}", "outerMorph", job(row, after)) for row in stay if row != old[row.id]),
        *(partial("#queue-live", "beforeend", job(row, after)) for row in new),
    ]


def clusters_of(dialogue_id: str, queue: tuple[Row, ...]) -> tuple[Cluster, ...]:
    """Questions of the queue that may say the same; looked for anew only when the queue is another."""
    texts = tuple((row.id, row.body) for row in queue)
    if dialogue_id not in _alike or _alike[dialogue_id][0] != texts:
        if len(_alike) >= MOST_ALIKE:
            _alike.clear()
        bodies = dict(texts)
        found = (tuple((id_, bodies[id_]) for id_ in ids) for ids in clusters(texts) if len(ids) > 1)
        _alike[dialogue_id] = (texts, tuple(found))
    return _alike[dialogue_id][1]


MOST_ALIKE = 50  # dialogues
_alike: dict[str, tuple[Cluster, tuple[Cluster, ...]]] = {}


def job(row: Row, desk: Desk) -> Markup:
    """One job, the same for everybody who moderates. Drawn once: a queue of thirty takes 24 ms, and one changes."""
    key = (language(), desk.base, desk.topics, row)
    drawn = _drawn.get(key)
    if drawn is None:
        if len(_drawn) >= DRAWN:
            _drawn.clear()
        drawn = Markup(render_template(  # noqa: S704 - rendered
            "moderation/_job.html", row=row, base=desk.base, topics=desk.topics, reasons=REASONS, acts_from=acts_from
        ))  # fmt: skip
        _drawn[key] = drawn
    return drawn


DRAWN = 600
_drawn: dict[tuple[str, str, tuple[tuple[str, str], ...], Row], Markup] = {}
holds_texts(_drawn.clear)
holds_texts(_alike.clear)


def partial(target: str, swap: str, content: str) -> str:
    """One part of an event, which htmx puts in its place; absolute, so it may come twice."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{Markup(content)}</hx-partial>'  # noqa: S704 - rendered


def _signals(before: Desk | None, after: Desk) -> list[str]:
    if before is None:
        return ["moved", "now"]
    moved = (before.figures.by_state, before.figures.by_topic, before.queue, before.following, before.topics) != (
        after.figures.by_state, after.figures.by_topic, after.queue, after.following, after.topics
    )  # fmt: skip
    return (["moved"] if moved else []) + (["now"] if before.now != after.now else [])


def _render(template: str, desk: Desk, **context: object) -> str:
    # The topics' links lead within the open queue: what other lists show, they fetch themselves.
    topics = {"by_topic": desk.figures.by_topic, "chosen": {"name": "pending", "topic": ""}}
    return render_template(template, desk=desk, base=desk.base, job=job, **topics, **context)


SURFACES: dict[str, Surface] = {"moderator": Moderator()}
