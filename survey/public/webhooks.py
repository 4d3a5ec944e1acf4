"""Telling another program that something public has changed, as Standard Webhooks says (standardwebhooks.com).

What is told is taken from the logs that are written with each act (`dialogue_log`, `recommendation_events`), so nothing is
lost when the process dies, and no feature knows of it. A row waits in `webhook_deliveries` until it was answered with 2xx
or all tries are over; what it says is read at the moment of sending, so that nothing withdrawn is told.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.db import Database
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.text import N_
from survey.public import calling
from survey.public import happened
from survey.public import said
from survey.public.calling import Refused
from survey.public.models import Webhook
from survey.public.models import WebhookDelivery

WHY = {
    "inside": N_("địa chỉ ở trong mạng nội bộ"), "unknown_host": N_("không tìm thấy tên máy"),
    "no_answer": N_("không có trả lời"), "tls": N_("chứng thư HTTPS không đúng"), "": "",
}  # fmt: skip
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1_440))  # before each further try
TOLERANCE = 300  # seconds: receivers refuse an older timestamp, so that nobody plays a delivery again
CLAIMED = dt.timedelta(minutes=10)  # for so long it belongs to who sends it; a process that dies leaves it to the next
AT_ONCE = 20  # deliveries of one look
KEPT = dt.timedelta(days=30)  # of what was told
OVERLAP = dt.timedelta(
    hours=1
)  # in which the logs are looked through again: times are those of the act, not of the commit
_SHOWN = 50  # lines of the log


def of_organisation(session: Session, organisation_id: str) -> Webhook | None:
    """The address that the organisation has set."""
    return session.scalar(select(Webhook).where(Webhook.organisation_id == organisation_id))


def log(session: Session, webhook_id: str) -> list[WebhookDelivery]:
    """What was told last and what waits, the latest first."""
    own = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return list(session.scalars(own.order_by(WebhookDelivery.at.desc(), WebhookDelivery.id).limit(_SHOWN)))


def settle(session: Session, organisation_id: str, url: str, *, active: bool, loopback: bool = False) -> str:
    """Set the address, on or off; its id. What happened before it was turned on is not told. Raises `Invalid`."""
    url = url.strip()
    try:
        calling.parse(url)
    except Invalid as error:
        if not (loopback and error.message == calling.INSIDE):
            raise
    row = of_organisation(session, organisation_id)
    if row is None:
        row = Webhook(id=new_id(), organisation_id=organisation_id, url=url, active=False, since=now(), epoch=0)
        session.add(row)
    if url != row.url:
        row.epoch += 1  # another receiver has another secret
    if active and (not row.active or url != row.url):
        row.since = now()
        _forget_waiting(session, row.id)
    row.url, row.active = url, active
    session.flush()
    return row.id


def renew(session: Session, organisation_id: str) -> None:
    """Another secret, from the next delivery on. Raises `NotFound`."""
    row = _known(session, organisation_id)
    row.epoch += 1
    session.flush()


def try_out(session: Session, organisation_id: str, moment: dt.datetime) -> str:
    """A delivery that says nothing, to be sent at once; its id. Raises `NotFound`."""
    row, made = _known(session, organisation_id), new_id()
    session.add(WebhookDelivery(
        id=made, webhook_id=row.id, event_id=made, kind=happened.TEST, dialogue_id=None, recommendation_id=None, after="",
        at=moment, state="waiting", tries=0, next_at=moment, status=None, error="",
    ))  # fmt: skip
    session.flush()
    return made


def again(session: Session, organisation_id: str, delivery_id: str, moment: dt.datetime) -> None:
    """Tell something that failed once more, now. Raises `NotFound`."""
    row, found = _known(session, organisation_id), session.get(WebhookDelivery, delivery_id)
    if found is None or found.webhook_id != row.id:
        raise NotFound(N_("Không còn lần gửi này."))
    if found.state == "failed":
        found.state, found.tries, found.next_at = "waiting", 0, moment
        session.flush()


def look(db: Database, key: bytes, base: str, moment: dt.datetime, *, loopback: bool = False) -> int:
    """Write down what is to be told, and tell what is due; how many were answered well."""
    with db.reading() as session:
        if session.scalar(select(Webhook.id).where(Webhook.active).limit(1)) is None:
            return 0
        news = any(True for _one in happened.events(session))
    if news:
        db.write(collect, moment)
    due = db.write(_claim, moment)
    return sum(deliver(db, key, base, one, loopback=loopback) for one in due)


def waiting(db: Database) -> int:
    """How many deliveries wait for their next try."""
    with db.reading() as session:
        still = select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.state == "waiting")
        return session.execute(still).scalar_one()


def collect(session: Session, moment: dt.datetime) -> int:
    """A row for each thing that happened and has none, once; rows of what was told long since go."""
    made = list(happened.events(session))
    session.add_all(
        WebhookDelivery(
            id=new_id(), webhook_id=hook, event_id=event, kind=kind, dialogue_id=dialogue_id, recommendation_id=about,
            after=after, at=at, state="waiting", tries=0, next_at=moment, status=None, error="",
        )
        for hook, event, kind, dialogue_id, about, after, at in made
    )  # fmt: skip
    for hook in session.scalars(select(Webhook).where(Webhook.active)):
        hook.since = max(hook.since, moment - OVERLAP)
    over = WebhookDelivery.state != "waiting", WebhookDelivery.at < moment - KEPT
    session.execute(delete(WebhookDelivery).where(*over))
    session.flush()
    return len(made)


def deliver(db: Database, key: bytes, base: str, delivery_id: str, *, loopback: bool = False) -> bool:
    """Send one now and write down what came back; whether it was answered with 2xx."""
    with db.reading() as session:
        job = said.job(session, delivery_id, base)
    if job is None:
        db.write(_drop, delivery_id)
        return False
    timestamp, status, error = int(now().timestamp()), None, ""
    headers = {
        "Content-Type": "application/json", "User-Agent": "DoiThoai-Webhooks/1", "webhook-id": job.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": said.sign(said.secret(key, job.webhook_id, job.epoch), job.id, timestamp, job.body),
    }  # fmt: skip
    try:
        status = calling.post(job.url, job.body, headers, loopback=loopback)
    except Refused as refused:
        error = str(refused)
    except Invalid:
        error = "inside"
    db.write(_told, delivery_id, status, error, now())
    return status is not None and 200 <= status < 300


def _claim(session: Session, moment: dt.datetime) -> list[str]:
    """Those that are due, now ours for a while: two processes never send the same one together."""
    due = (
        select(WebhookDelivery.id).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(Webhook.active, WebhookDelivery.state == "waiting", WebhookDelivery.next_at <= moment)
        .order_by(WebhookDelivery.next_at, WebhookDelivery.at).limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
    )  # fmt: skip
    ids = list(session.scalars(due))
    session.execute(update(WebhookDelivery).where(WebhookDelivery.id.in_(ids)).values(next_at=moment + CLAIMED))
    return ids


def _told(session: Session, delivery_id: str, status: int | None, error: str, moment: dt.datetime) -> None:
    row = session.get(WebhookDelivery, delivery_id)
    if row is None:
        return
    row.tries, row.status, row.error = row.tries + 1, status, error
    if status is not None and 200 <= status < 300:
        row.state = "sent"
    elif row.kind == happened.TEST or row.tries > len(WAITS):
        row.state = "failed"
    else:
        row.next_at = moment + WAITS[row.tries - 1]
    session.flush()


def _drop(session: Session, delivery_id: str) -> None:
    row = session.get(WebhookDelivery, delivery_id)
    if row is not None:
        row.state, row.error = "sent", ""
        session.flush()


def _forget_waiting(session: Session, webhook_id: str) -> None:
    waiting = WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "waiting"
    session.execute(delete(WebhookDelivery).where(*waiting))


def _known(session: Session, organisation_id: str) -> Webhook:
    found = of_organisation(session, organisation_id)
    if found is None:
        raise NotFound(N_("Hãy lưu một địa chỉ trước."))
    return found
