"""Reading staff, roles, links and who is in, always through an organisation or a secret."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.link_kinds import ROLE_NAMES
from survey.accounts.link_kinds import SIGN_IN_LIFE
from survey.accounts.link_kinds import Kind
from survey.accounts.models import DeviceRequest
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import SignIn
from survey.accounts.models import Staff
from survey.accounts.policy import Held
from survey.accounts.policy import Identity
from survey.accounts.policy import Role
from survey.accounts.policy import may
from survey.core.clock import now
from survey.core.db import Database
from survey.core.ids import digest


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the staff with the roles that count on one page."""

    staff: Staff
    grants: tuple[Grant, ...]
    sign_ins: int  # browsers that are in


def identity_of(session: Session, secret: str) -> Identity | None:
    """Who is behind the secret of a session cookie; None once it was ended, or not seen for a month."""
    row = sign_in_by_secret(session, secret)
    return _identity(session, row) if row is not None and is_open(row) else None


def sign_in_by_secret(session: Session, secret: str) -> SignIn | None:
    """The row behind the secret, ended or not."""
    return session.scalar(select(SignIn).where(SignIn.token == digest(secret)))


def is_open(row: SignIn) -> bool:
    """Whether this browser is in: not ended, and seen within a month."""
    return row.ended_at is None and row.seen_at > now() - SIGN_IN_LIFE


def still_in(
    db: Database,
    sign_in_id: str,
    permission: str | None = None,
    organisation_id: str = "",
    dialogue_id: str | None = None,
) -> bool:
    """Whether this browser is in, for streams that live longer than their check at the door.

    With a permission, also whether its roles still give that (a role may have been handed over meanwhile).
    """
    with db.reading() as session:
        row = session.get(SignIn, sign_in_id)
        identity = _identity(session, row) if row is not None and is_open(row) else None
    if identity is None:
        return False
    return permission is None or may(identity, permission, organisation_id, dialogue_id)


def staff(session: Session, staff_id: str) -> Staff:
    """The row of somebody who is known to be there."""
    return session.get_one(Staff, staff_id)


def staff_by_login(session: Session, folded: str) -> Staff | None:
    """The staff member with this folded login name who may sign in."""
    return session.scalar(select(Staff).where(Staff.login == folded, Staff.disabled.is_(False)))


def staff_in(session: Session, organisation_id: str, staff_id: str | None) -> Staff | None:
    """The staff member, if of this organisation."""
    return session.scalar(select(Staff).where(Staff.id == staff_id, Staff.organisation_id == organisation_id))


def people(session: Session, organisation_id: str, dialogue_id: str | None = None) -> list[Person]:
    """Everybody of the organisation; with a dialogue only those with a role in it or in the whole organisation."""
    here = [Grant.organisation_id == organisation_id]
    if dialogue_id is not None:
        here.append(or_(Grant.dialogue_id == dialogue_id, Grant.dialogue_id.is_(None)))
    held: dict[str, list[Grant]] = {}
    for grant in session.scalars(select(Grant).where(*here).order_by(Grant.id)):
        held.setdefault(grant.staff_id, []).append(grant)
    staff = session.scalars(
        select(Staff).where(Staff.organisation_id == organisation_id, Staff.disabled.is_(False)).order_by(Staff.login)
    )
    browsers: dict[str | None, int] = {}
    for row in sign_ins(session, organisation_id):
        browsers[row.staff_id] = browsers.get(row.staff_id, 0) + 1
    return [
        Person(one, tuple(held.get(one.id, ())), browsers.get(one.id, 0))
        for one in staff
        if dialogue_id is None or one.id in held
    ]


def grants_of(session: Session, staff_id: str, dialogue_id: str | None = None) -> list[Grant]:
    """The roles that somebody holds; with a dialogue only those of this dialogue itself."""
    here = [] if dialogue_id is None else [Grant.dialogue_id == dialogue_id]
    return list(session.scalars(select(Grant).where(Grant.staff_id == staff_id, *here).order_by(Grant.id)))


def sign_ins(session: Session, organisation_id: str, staff_ids: Collection[str] | None = None) -> list[SignIn]:
    """Browsers of staff that are in, the latest seen first."""
    rows = session.scalars(
        select(SignIn).where(
            SignIn.organisation_id == organisation_id,
            SignIn.staff_id.is_not(None),
            SignIn.ended_at.is_(None),
            SignIn.seen_at > now() - SIGN_IN_LIFE,
        )
    ).all()
    mine = [row for row in rows if staff_ids is None or row.staff_id in staff_ids]
    return sorted(mine, key=lambda row: (row.seen_at, row.id), reverse=True)


def devices(session: Session, dialogue_id: str) -> list[SignIn]:
    """Tablets and screens that are in, the latest seen first."""
    rows = session.scalars(
        select(SignIn)
        .where(
            SignIn.dialogue_id == dialogue_id,
            SignIn.staff_id.is_(None),
            SignIn.ended_at.is_(None),
            SignIn.seen_at > now() - SIGN_IN_LIFE,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id)
    )
    return list(rows)


def waiting(session: Session, dialogue_id: str) -> list[DeviceRequest]:
    """Devices that show six digits now."""
    rows = session.scalars(
        select(DeviceRequest)
        .where(
            DeviceRequest.dialogue_id == dialogue_id,
            DeviceRequest.sign_in_id.is_(None),
            DeviceRequest.expires_at > now(),
        )
        .order_by(DeviceRequest.expires_at, DeviceRequest.id)
    )
    return list(rows)


def request_by_secret(session: Session, secret: str) -> DeviceRequest | None:
    """The request of a waiting device."""
    return session.scalar(select(DeviceRequest).where(DeviceRequest.token == digest(secret)))


def link_by_token(session: Session, token: str) -> Link | None:
    """The link, spent or not; the caller asks `is_fresh`."""
    return session.scalar(select(Link).where(Link.token == digest(token)))


def is_fresh(link: Link) -> bool:
    """Whether the link can still be used."""
    return link.used_at is None and (link.expires_at is None or link.expires_at > now())


def open_links(session: Session, organisation_id: str, dialogue_id: str | None = None) -> list[Link]:
    """Invitations that nobody has accepted yet."""
    rows = session.scalars(
        select(Link).where(
            Link.organisation_id == organisation_id,
            Link.kind.in_([Kind.INVITATION, Kind.HANDOVER]),
            Link.used_at.is_(None),
            Link.expires_at > now(),
            *([] if dialogue_id is None else [Link.dialogue_id == dialogue_id]),
        )
    )
    return sorted(rows, key=lambda link: (link.expires_at or now(), link.id))


def recovery_left(session: Session, staff_id: str) -> int:
    """How many codes of the printed sheet are unspent."""
    rows = session.scalars(
        select(Link.id).where(Link.kind == Kind.RECOVERY, Link.staff_id == staff_id, Link.used_at.is_(None))
    )
    return len(rows.all())


def installed(session: Session) -> bool:
    """Whether anybody but sample staff is there, so that no set-up link may be made."""
    sample = select(Link.staff_id).where(Link.kind == Kind.SAMPLE, Link.staff_id.is_not(None))
    return session.scalar(select(Staff.id).where(Staff.id.not_in(sample)).limit(1)) is not None


def is_sample(session: Session, staff_id: str | None) -> bool:
    """Whether this is staff of a sample scene."""
    return session.scalar(select(Link.id).where(Link.kind == Kind.SAMPLE, Link.staff_id == staff_id)) is not None


def names(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Names for the opaque references that services log; what is no reference stands for itself."""
    staff_ids = [actor[6:] for actor in actors if actor.startswith("staff:")]
    device_ids = [actor[7:] for actor in actors if actor.startswith("device:")]
    staff = session.scalars(select(Staff).where(Staff.id.in_(staff_ids))) if staff_ids else ()
    boxes = session.scalars(select(SignIn).where(SignIn.id.in_(device_ids))) if device_ids else ()
    known = {f"staff:{one.id}": one.name for one in staff}
    known |= {f"device:{box.id}": device_name(box) for box in boxes}
    return {actor: known.get(actor, actor) for actor in actors}


def device_name(row: SignIn) -> str:
    """What a device is called in logs: its role and its kind of machine."""
    return " · ".join(filter(None, [ROLE_NAMES[Role(str(row.role))], row.label]))


def _identity(session: Session, row: SignIn) -> Identity | None:
    if row.staff_id is None:
        own = Held(Role(str(row.role)), row.organisation_id, row.dialogue_id)
        return Identity(row.id, f"device:{row.id}", device_name(row), row.organisation_id, None, (own,))
    staff = session.get(Staff, row.staff_id)
    if staff is None or staff.disabled:
        return None
    grants = session.scalars(select(Grant).where(Grant.staff_id == staff.id))
    held = tuple(Held(Role(grant.role), grant.organisation_id, grant.dialogue_id, grant.site) for grant in grants)
    return Identity(row.id, f"staff:{staff.id}", staff.name, staff.organisation_id, staff.id, held)
