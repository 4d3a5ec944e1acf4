"""What happened that another program may be told of, read from the logs that are written with each act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.state import PUBLIC
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.public import acts
from survey.public.models import Webhook
from survey.public.models import WebhookDelivery

STATE, PUBLISHED, CHANGED, WITHDRAWN, TEST = (
    "dialogue.state", "recommendation.published", "recommendation.changed", "recommendation.withdrawn", "test",
)  # fmt: skip
KINDS = {
    STATE: N_("Đối thoại đổi trạng thái"), PUBLISHED: N_("Kiến nghị được công bố"), CHANGED: N_("Kiến nghị thay đổi"),
    WITHDRAWN: N_("Kiến nghị thôi công bố"), TEST: N_("Gửi thử"),
}  # fmt: skip


def events(session: Session) -> Iterable[tuple[str, str, str, str, str | None, str, dt.datetime]]:
    """What happened since each address was turned on and has no row yet: hook, event, kind, dialogue, recommendation, ..."""
    for hook in session.scalars(select(Webhook).where(Webhook.active)):
        known = select(WebhookDelivery.event_id).where(WebhookDelivery.webhook_id == hook.id)
        own = Dialogue.organisation_id == hook.organisation_id, ~Dialogue.rehearsal
        steps = (
            select(DialogueLog).join(Dialogue, Dialogue.id == DialogueLog.dialogue_id)
            .where(*own, DialogueLog.at > hook.since, DialogueLog.after.in_(PUBLIC), DialogueLog.id.not_in(known))
            .order_by(DialogueLog.at)
        )  # fmt: skip
        for step in session.scalars(steps):
            yield hook.id, step.id, STATE, step.dialogue_id, None, step.after, step.at
        done = (
            select(RecommendationEvent, Recommendation.dialogue_id, Recommendation.number)
            .join(Recommendation, Recommendation.id == RecommendationEvent.recommendation_id)
            .join(Dialogue, Dialogue.id == Recommendation.dialogue_id)
            .where(*own, acts.seen(), RecommendationEvent.at > hook.since, RecommendationEvent.id.not_in(known))
            .order_by(RecommendationEvent.at, RecommendationEvent.place)
        )  # fmt: skip
        for act, dialogue_id, number in session.execute(done):
            if kind := _kind(session, act):
                after = str(number) if kind == WITHDRAWN else ""
                yield hook.id, act.id, kind, dialogue_id, act.recommendation_id, after, act.at


def _kind(session: Session, act: RecommendationEvent) -> str:
    """What an act that everybody sees is to them: nothing while the recommendation was not published."""
    if act.action == "published":
        return PUBLISHED if act.after == "1" else WITHDRAWN
    before = (
        select(RecommendationEvent.after)
        .where(
            RecommendationEvent.recommendation_id == act.recommendation_id, RecommendationEvent.action == "published",
            RecommendationEvent.place < act.place,
        )
        .order_by(RecommendationEvent.place.desc()).limit(1)
    )  # fmt: skip
    return CHANGED if session.scalar(before) == "1" else ""
