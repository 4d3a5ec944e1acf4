"""The history of a recommendation: one row an act, each chained to the one before, so that none can be changed unseen.

`digest` covers the row and the digest before it; the text itself stands beside a salted digest of its own. Hard content
can so be erased: the text goes, the salt with it (nobody can try texts against the old digest), and a row of its own
tells which places were rewritten and what stands there now. `verify` also holds the history against what stands.

Free words stand in `text` alone, never in `before` and `after`: those are tokens, ids and days, and are never rewritten.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.clock import now
from survey.core.ids import new_id
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.followups import derived
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import RecommendationUnit

REWRITTEN = "rewritten"  # the one act that names other rows: `after` is "place:digest" of each
COLUMNS = ("topic_id", "unit_id", "due", "state", "document_date", "published")  # whose value stands in `after`
TEXTS = ("body", "reason", "answer", "document")  # whose value stands in `text`
_SALT = 16


@dataclass(frozen=True, slots=True)
class Fault:
    """A history that does not hold: at which place, and a word that says what is wrong."""

    recommendation_id: str
    number: int
    place: int  # 0 where no single row is meant
    what: str  # chain, text, order, current


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done. Free words in `text` alone."""

    action: str
    before: str = ""
    after: str = ""
    text: str = ""


def append(
    session: Session, recommendation_id: str, action: str, *, actor: str,
    before: str = "", after: str = "", text: str = "",
) -> None:  # fmt: skip
    """Write down one act in the same job as the act itself."""
    extend(session, recommendation_id, [Act(action, before, after, text)], actor=actor)


def extend(
    session: Session, recommendation_id: str, acts: Iterable[Act], *, actor: str, at: dt.datetime | None = None
) -> int:
    """`append` for all that was done at once; how many. Their time is `at`, or that of now as `moment` cuts it."""
    last = _last(session, recommendation_id)
    place, digest, then = (last.place if last else 0), (last.digest if last else b""), at
    start = place
    for act in acts:
        then, place, salt = then or _moment(session, recommendation_id), place + 1, secrets.token_bytes(_SALT)
        row = RecommendationEvent(
            id=new_id(), recommendation_id=recommendation_id, place=place, at=then, actor=actor, action=act.action,
            before=act.before, after=act.after, text=act.text, salt=salt, text_digest=salted(salt, act.text), digest=b"",
        )  # fmt: skip
        row.digest = digest = chained(row, digest)
        session.add(row)
    session.flush()
    return place - start


def of(session: Session, recommendation_id: str) -> list[RecommendationEvent]:
    """The acts in their order."""
    statement = select(RecommendationEvent).where(RecommendationEvent.recommendation_id == recommendation_id)
    return list(session.scalars(statement.order_by(RecommendationEvent.place)))


def mark(session: Session, recommendation_id: str) -> str:
    """What a page carries to tell later whether anything was done since."""
    last = _last(session, recommendation_id)
    return str(last.place if last else 0)


def rewrite(
    session: Session, recommendation_id: str, change: Callable[[str], str], keeping: Collection[str] = (), *, actor: str
) -> int:
    """Put `change(text)` in the place of every text of the history, and say so in a row of its own; how many changed.

    Texts of the acts in `keeping` stay.
    """
    listed = []
    for row in of(session, recommendation_id):
        text = change(row.text) if row.text and row.action not in keeping else row.text
        if text != row.text:
            row.text, row.salt = text, secrets.token_bytes(_SALT)
            listed.append(f"{row.place}:{salted(row.salt, text).hex()}")
    session.flush()
    if listed:
        append(session, recommendation_id, REWRITTEN, actor=actor, after=" ".join(listed))
    return len(listed)


def verify(session: Session, dialogue_id: str | None = None) -> list[Fault]:
    """What does not hold, of one dialogue or of all; empty where nobody has touched a row."""
    statement = select(Recommendation).order_by(Recommendation.dialogue_id, Recommendation.number)
    wanted = session.scalars(
        statement if dialogue_id is None else statement.where(Recommendation.dialogue_id == dialogue_id)
    )
    return [fault for one in wanted.all() for fault in _faults(session, one)]


def holds(session: Session, recommendation_id: str) -> bool:
    """Whether the history of one recommendation holds."""
    return not any(_faults(session, session.get_one(Recommendation, recommendation_id)))


def seal(session: Session, dialogue_id: str) -> str:
    """Sixteen letters over the ends of all chains. Printed on paper, they tell later that nothing was cut off an end."""
    whole = hashlib.sha256()
    last = (
        select(RecommendationEvent.recommendation_id, func.max(RecommendationEvent.place).label("place"))
        .group_by(RecommendationEvent.recommendation_id)
        .subquery()
    )
    statement = (
        select(Recommendation.number, RecommendationEvent.digest)
        .join(last, last.c.recommendation_id == Recommendation.id)
        .join(RecommendationEvent, RecommendationEvent.recommendation_id == Recommendation.id)
        .where(Recommendation.dialogue_id == dialogue_id, RecommendationEvent.place == last.c.place)
        .order_by(Recommendation.number)
    )
    for number, digest in session.execute(statement):
        whole.update(f"{number}:{digest.hex()}\n".encode())
    return whole.hexdigest()[:16]


def salted(salt: bytes, text: str) -> bytes:
    """The digest of a text that tells nothing of it to whoever has no salt."""
    return hashlib.sha256(salt + text.encode()).digest()


def chained(row: RecommendationEvent, before: bytes) -> bytes:
    """The digest of a row after the one whose digest is `before`."""
    parts = (
        before.hex(), row.recommendation_id, row.place, row.at.astimezone(dt.UTC).isoformat(), row.actor, row.action, row.before,
        row.after, row.text_digest.hex(),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()


def _faults(session: Session, one: Recommendation) -> Iterator[Fault]:
    rows, before = of(session, one.id), b""
    texts = _rewritten(rows)
    for place, row in enumerate(rows, start=1):
        if row.place != place:
            yield Fault(one.id, one.number, place, "order")
            return
        if row.digest != chained(row, before):
            yield Fault(one.id, one.number, place, "chain")
            return
        if salted(row.salt, row.text) != texts.get(place, row.text_digest):
            yield Fault(one.id, one.number, place, "text")
        before = row.digest
    if not rows or not _agrees(session, one, rows):
        yield Fault(one.id, one.number, 0, "current")


def _rewritten(rows: Sequence[RecommendationEvent]) -> dict[int, bytes]:
    """The digest that counts for each rewritten place: the last one that was written down."""
    found: dict[int, bytes] = {}
    for row in rows:
        if row.action == REWRITTEN:
            pairs = (part.split(":", 1) for part in row.after.split())
            found |= {int(place): bytes.fromhex(digest) for place, digest in pairs}
    return found


def _agrees(session: Session, one: Recommendation, rows: Sequence[RecommendationEvent]) -> bool:
    """Whether what stands is what the last acts made of it."""
    values: dict[str, str] = dict.fromkeys((*COLUMNS, *TEXTS, "cooperating"), "")
    values |= {"state": "new", "published": "0"}
    for row in rows:
        if row.action in TEXTS:
            values[row.action] = row.text
        elif row.action in values:
            values[row.action] = row.after
    helping = session.scalars(select(RecommendationUnit.unit_id).where(RecommendationUnit.recommendation_id == one.id))
    stands = {name: token(getattr(one, name)) for name in (*COLUMNS, *TEXTS)} | {"cooperating": ids(helping)}
    del stands["topic_id"], values["topic_id"]  # a topic may be taken off the dialogue's list, which is no act here
    return stands == values and derived.agrees(session, one, rows)


def token(value: object) -> str:
    """A value as `before` and `after` hold it."""
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def ids(of_units: Iterable[str]) -> str:
    """Several ids as `before` and `after` hold them."""
    return " ".join(sorted(of_units))


def actors(rows: Collection[RecommendationEvent]) -> set[str]:
    """The opaque references in a history, for a view that turns them into names."""
    return {row.actor for row in rows}


def _last(session: Session, recommendation_id: str) -> RecommendationEvent | None:
    statement = select(RecommendationEvent).where(RecommendationEvent.recommendation_id == recommendation_id)
    return session.scalar(statement.order_by(RecommendationEvent.place.desc()).limit(1))


def moment(stage: str | None) -> dt.datetime:
    """Now, cut to five minutes while a hall may be open (rule D5)."""
    return now() if stage in OVER else coarse()


def _moment(session: Session, recommendation_id: str) -> dt.datetime:
    state = session.scalar(
        select(Dialogue.state)
        .join(Recommendation, Recommendation.dialogue_id == Dialogue.id)
        .where(Recommendation.id == recommendation_id)
    )
    return moment(state)
