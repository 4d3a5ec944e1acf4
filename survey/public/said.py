"""What a delivery says and how it is signed. It is read when it is sent, so that nothing withdrawn is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.dialogues.models import Dialogue
from survey.followups.models_recommendations import Recommendation
from survey.public import document
from survey.public import shown
from survey.public.happened import STATE
from survey.public.happened import WITHDRAWN
from survey.public.models import Webhook
from survey.public.models import WebhookDelivery


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that is to be sent now."""

    id: str
    url: str
    webhook_id: str
    epoch: int
    body: bytes


def secret(key: bytes, webhook_id: str, epoch: int) -> str:
    """What the receiver checks signatures with; worked out of the installation's key, so that no backup holds it."""
    raw = hmac.new(key, f"webhook\0{webhook_id}\0{epoch}".encode(), hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(raw).decode()


def sign(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64 of HMAC-SHA256(secret, "id.timestamp.body")>`."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def job(session: Session, delivery_id: str, base: str) -> Job | None:
    """What is said, as it stands now; None where there is nothing left to say."""
    row = session.get(WebhookDelivery, delivery_id)
    hook = session.get(Webhook, row.webhook_id) if row else None
    if row is None or hook is None:
        return None
    said = {"id": row.id, "type": row.kind, "timestamp": local(row.at).isoformat(timespec="seconds")}
    data = _data(session, row, base) if row.dialogue_id else {}
    if data is None:
        return None
    body = json.dumps({**said, "data": data}, ensure_ascii=False, separators=(",", ":")).encode()
    return Job(row.id, hook.url, hook.id, hook.epoch, body)


def _data(session: Session, row: WebhookDelivery, base: str) -> dict[str, Any] | None:
    dialogue = session.get(Dialogue, row.dialogue_id)
    if dialogue is None:
        return None
    about = {"code": dialogue.code, "theme": dialogue.theme, "url": f"{base}/p/{dialogue.code}"}
    if row.kind == STATE:
        return {"dialogue": {**about, "state": row.after}}
    if row.kind == WITHDRAWN and row.after:  # told by the number that the delivery holds, whatever became of the row
        return {"dialogue": about, "recommendation": {"number": int(row.after)}}
    one = session.get(Recommendation, row.recommendation_id)
    if one is None:
        return None
    found = [each for each in shown.of(session, dialogue).recommendations if each.one.id == one.id]
    if not found:  # withdrawn since: that is told by a row of its own
        return None
    return {"dialogue": about, "recommendation": document.recommendation(dialogue.code, found[0])}
