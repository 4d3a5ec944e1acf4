"""Reading dialogues, always through an organisation or a code."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.core.db import Database
from survey.core.errors import NotFound
from survey.core.errors import UnknownCode
from survey.core.ids import normal_code
from survey.core.prepared import Prepared
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.models import Site
from survey.dialogues.models import Topic
from survey.dialogues.state import OVER
from survey.dialogues.state import PUBLIC
from survey.dialogues.state import State

_BY_CODE = select(Dialogue).where(Dialogue.code == bindparam("code"))  # asked by every request


def unknown_code() -> UnknownCode:
    """What is said of a code that no dialogue has, or that of a draft."""
    return UnknownCode(N_("Chưa có đối thoại nào mang mã này. Mã không có số 0, số 1, chữ O và chữ I."))


def by_code(session: Session, code: str) -> Dialogue:
    """The dialogue with this join code, drafts included (for staff); raises `UnknownCode`."""
    found = session.scalar(_BY_CODE, {"code": normal_code(code)})
    if found is None:
        raise unknown_code()
    return found


def by_id(session: Session, dialogue_id: str) -> Dialogue:
    """The dialogue with this id; raises `NotFound`."""
    found = session.get(Dialogue, dialogue_id)
    if found is None:
        raise NotFound(N_("Không còn đối thoại này."))
    return found


def public_by_code(session: Session, code: str) -> Dialogue:
    """The dialogue with this code as a member may know it: a draft is not there."""
    found = by_code(session, code)
    if found.state not in PUBLIC:
        raise unknown_code()
    return found


def of_organisation(session: Session, organisation_id: str) -> list[Dialogue]:
    """All dialogues of one organisation, the latest date first, undated ones on top."""
    rows = session.scalars(select(Dialogue).where(Dialogue.organisation_id == organisation_id)).all()
    return sorted(
        rows, key=lambda d: (d.starts_at is None, d.starts_at.timestamp() if d.starts_at else 0), reverse=True
    )


def listed(session: Session, limit: int = 20) -> list[Dialogue]:
    """Dialogues that the home page names, running ones first."""
    public = select(Dialogue).where(Dialogue.listed, ~Dialogue.rehearsal, Dialogue.state.in_(PUBLIC))
    rows = session.scalars(public).all()
    return sorted(rows, key=lambda d: (d.state != "live", -(d.starts_at.timestamp() if d.starts_at else 0)))[:limit]


def closed_before(session: Session, moment: dt.datetime) -> list[str]:
    """Ids of the dialogues that are over and were last closed before `moment`; a rehearsal closes nothing."""
    closed = (
        select(DialogueLog.dialogue_id)
        .where(DialogueLog.after == State.CLOSED)
        .group_by(DialogueLog.dialogue_id)
        .having(func.max(DialogueLog.at) <= moment)
    )
    over = select(Dialogue.id).where(Dialogue.state.in_(OVER), ~Dialogue.rehearsal, Dialogue.id.in_(closed))
    return list(session.scalars(over))


def ended_at(session: Session, dialogue: Dialogue) -> dt.datetime | None:
    """When the hall was ended or closed the last time; None where it is not over."""
    if dialogue.phase not in OVER:
        return None
    closed = DialogueLog.dialogue_id == dialogue.id, DialogueLog.after == State.CLOSED
    return dialogue.ending_at or session.scalar(select(func.max(DialogueLog.at)).where(*closed))


def written_by(session: Session, dialogue: Dialogue) -> dt.date:
    """The day before which what is put in writing is answered: so many days after the hall ended, or would end today."""
    return local(ended_at(session, dialogue) or now()).date() + dt.timedelta(days=dialogue.writing_days)


def unshuffled(session: Session) -> list[str]:
    """Ids of the dialogues that took a step after which the files are to be written anew, and are not yet."""
    return list(session.scalars(select(Dialogue.id).where(Dialogue.unshuffled)))


def keys_due(session: Session, today: dt.date) -> list[Dialogue]:
    """The dialogues whose keys were announced to die by now."""
    return list(session.scalars(select(Dialogue).where(Dialogue.keys_until <= today)))


def with_box(session: Session) -> list[str]:
    """Ids of the dialogues whose ballot box may be due: members hold blind-signed ballots, and it is not over."""
    waiting = Dialogue.state.in_({State.COLLECTING, State.LIVE})
    return list(session.scalars(select(Dialogue.id).where(Dialogue.issue_key.is_not(None), waiting)))


def with_changed_key(session: Session) -> dict[str, int]:
    """How often the key of the blind signatures was changed, by dialogue, where it was and ballots may still be issued."""
    here = Dialogue.key_epoch > 0, Dialogue.state.in_({State.DRAFT, State.COLLECTING, State.LIVE})
    return {row.id: row.key_epoch for row in session.execute(select(Dialogue.id, Dialogue.key_epoch).where(*here))}


_SITE = Prepared(select(Site.number).where(Site.dialogue_id == bindparam("dialogue")).limit(1))


def has_sites(db: Database, dialogue_id: str) -> bool:
    """Whether it is held at more than one place."""
    return bool(db.glance(_SITE, dialogue=dialogue_id))


def sites(session: Session, dialogue_id: str) -> list[Site]:
    """The sites of a dialogue by their number; the hall itself (0) is not among them."""
    return list(session.scalars(select(Site).where(Site.dialogue_id == dialogue_id).order_by(Site.number)))


def site_labels(session: Session, dialogue_id: str) -> dict[int, str]:
    """What each site is called where nothing else tells it apart: its name, with the number before it if two share one.

    All sites count, whoever is there: whether a name has a number says nothing of the ballots of a site.
    """
    found = sites(session, dialogue_id)
    often = Counter(site.name.casefold() for site in found)
    return {
        site.number: f"{site.number}. {site.name}" if often[site.name.casefold()] > 1 else site.name for site in found
    }


def running_sample(session: Session) -> Dialogue | None:
    """A sample whose hall is open, if there is one."""
    return session.scalar(select(Dialogue).where(Dialogue.sample.is_(True), Dialogue.state == "live").limit(1))


def topics(session: Session, dialogue_id: str) -> list[Topic]:
    """The topics of a dialogue in their order."""
    return list(session.scalars(select(Topic).where(Topic.dialogue_id == dialogue_id).order_by(Topic.position)))


def opened_at(session: Session, dialogue_id: str) -> dt.datetime:
    """When the hall of a dialogue was opened, the first time; it was."""
    opened = DialogueLog.dialogue_id == dialogue_id, DialogueLog.after == State.LIVE
    return session.execute(select(func.min(DialogueLog.at)).where(*opened)).scalar_one()


def steps(session: Session, dialogue_id: str) -> list[DialogueLog]:
    """The steps of the life cycle that were taken, the first one first."""
    rows = session.scalars(select(DialogueLog).where(DialogueLog.dialogue_id == dialogue_id))
    return sorted(rows, key=lambda row: (row.at, row.id))
