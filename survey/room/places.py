"""Where ballots say that they are, and when that may be told of them: see docs/adr/0034.

The choice stands under a key of its own, so it joins no act of a ballot. What a ballot does carries its site only where ten
ballots were there at that moment; so a tenth that comes later tells nothing of the nine before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.ids import mark
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.text import N_
from survey.dialogues import keyring
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Site
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import ENTERABLE
from survey.room.models import HandCount
from survey.room.models import SiteMark

HALL = 0
LEAST, STEP = 10, 5  # ballots from which a site is named, and by which its number moves
ELSEWHERE = N_("Hội trường và điểm cầu khác")


def choose(session: Session, keys: KeyStore, dialogue_id: str, ballot: str, number: int) -> None:
    """Let the ballot be at this site, 0 for the hall; once more changes nothing. Raises `NotFound` for no such site.

    Nothing happens when nobody enters any more, and where the key is gone.
    """
    dialogue = load(session, dialogue_id)
    if dialogue.state not in ENTERABLE:
        return
    if number != HALL and session.get(Site, (dialogue_id, number)) is None:
        raise NotFound(N_("Không có điểm cầu mang số này."))
    try:
        own = _mark(keyring.make(session, keys, dialogue_id, "site"), dialogue_id, ballot)
    except KeyMissing:
        return
    row = session.get(SiteMark, (dialogue_id, own))
    before = row.site if row else HALL
    if row is None:
        session.add(SiteMark(dialogue_id=dialogue_id, mark=own, site=number))
    else:
        row.site = number
    session.flush()
    if before != number:
        _count(session, dialogue_id, before, -1)
        _count(session, dialogue_id, number, 1)
        touch(session, dialogue_id, public=False)


def stand(session: Session, keys: KeyStore, dialogue_id: str, where: Mapping[str, int]) -> None:
    """Many ballots at their sites at once, none of which has said so before: how a sample is filled."""
    key = keyring.make(session, keys, dialogue_id, "site")
    marks = sorted((_mark(key, dialogue_id, ballot), number) for ballot, number in where.items())
    if marks:
        session.execute(insert(SiteMark), [
            {"dialogue_id": dialogue_id, "mark": own, "site": number} for own, number in marks
        ])  # fmt: skip
    for number, ballots in Counter(where.values()).items():
        _count(session, dialogue_id, number, ballots)
    touch(session, dialogue_id, public=False)


def of(session: Session, keys: KeyStore, dialogue_id: str, ballot: str | None) -> int | None:
    """Where this ballot said that it is; None where it did not say."""
    if ballot is None:
        return None
    try:
        row = session.get(SiteMark, (dialogue_id, _mark(keys.get(dialogue_id, "site"), dialogue_id, ballot)))
    except KeyMissing:
        return None
    return row.site if row else None


def tag(session: Session, keys: KeyStore, dialogue_id: str, ballot: str | None) -> int | None:
    """The site that what this ballot does now may carry: one with ten ballots. None for the hall and everywhere else."""
    number = of(session, keys, dialogue_id, ballot)
    return number if number in named(session, dialogue_id) else None


def named(session: Session, dialogue_id: str) -> dict[int, str]:
    """What the sites that may be told are called, by their numbers: those with ten ballots."""
    found = select(Site.number).where(Site.dialogue_id == dialogue_id, Site.ballots >= LEAST).order_by(Site.number)
    numbers = list(session.scalars(found))
    labels = dialogues.site_labels(session, dialogue_id) if numbers else {}
    return {number: labels[number] for number in numbers}


def was_chosen(session: Session, dialogue_id: str, number: int) -> bool:
    """Whether something stands under the number of this site: a ballot or hands."""
    site = session.get(Site, (dialogue_id, number))
    counted = select(HandCount.site).where(HandCount.dialogue_id == dialogue_id, HandCount.site == number)
    return bool(site and site.ballots) or session.scalar(counted.limit(1)) is not None


def told(ballots: int) -> int | None:
    """A number of ballots as it may be told: from ten on, in steps of five. None below."""
    return ballots // STEP * STEP if ballots >= LEAST else None


def figures(session: Session, dialogue_id: str) -> tuple[tuple[int | None, str, int | None], ...]:
    """Each site that may be told, by number and name, with its ballots in steps; at the end everywhere else without them.

    All ballots are counted exactly elsewhere, so a number for the rest would be that of the one small site.
    """
    named_ = [site for site in dialogues.sites(session, dialogue_id) if site.ballots >= LEAST]
    return (*((site.number, site.name, told(site.ballots)) for site in named_), (None, ELSEWHERE, None))


def _mark(key: bytes, dialogue_id: str, ballot: str) -> bytes:
    return mark(key, ballot, "site", dialogue_id)


def _count(session: Session, dialogue_id: str, number: int, step: int) -> None:
    if number != HALL:
        own = (Site.dialogue_id == dialogue_id, Site.number == number)
        session.execute(update(Site).where(*own).values(ballots=Site.ballots + step))
