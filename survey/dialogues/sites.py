"""Sites: places that take part besides the hall, each with its number, its name and its share of the cards."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import CODE_LENGTH
from survey.core.ids import new_digits
from survey.core.text import N_
from survey.core.text import clean_line
from survey.dialogues import queries
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Site
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.dialogues.state import ENTERABLE

MOST_SITES = 500
LARGEST_NUMBER = 9_999
LARGEST_SHARE = 20_000
NAME_LENGTH = 120
_SHARE = re.compile(r"(.*\S)\s*[,;|]\s*(\d{1,6})")


def add(session: Session, dialogue_id: str, name: str, cards: int = 0, number: int | None = None) -> int:
    """A new site; without a number the next one that is free. Return the number. Raises `Invalid` and `Conflict`."""
    load_open(session, dialogue_id)
    there = {site.number for site in queries.sites(session, dialogue_id)}
    made = _add(session, dialogue_id, there, name, cards, number)
    touch(session, dialogue_id, public=False)
    return made


def add_many(session: Session, dialogue_id: str, lines: Iterable[str]) -> list[int]:
    """A site for each line, "Huyện Cái Nước, 40": its name and its share. All of them or, with an error, none."""
    load_open(session, dialogue_id)
    wanted = [_read(line) for raw in lines if (line := clean_line(raw.replace("\t", ",")))]
    if not wanted:
        message = N_("Hãy ghi mỗi dòng một điểm cầu, số thẻ sau dấu phẩy, chẳng hạn: Huyện Cái Nước, 40.")
        raise Invalid(message, {"lines": message})
    there = {site.number for site in queries.sites(session, dialogue_id)}
    try:
        made = [_add(session, dialogue_id, there, name, cards, None) for name, cards in wanted]
    except Invalid as error:
        raise Invalid(error.message, {"lines": error.message}) from error
    touch(session, dialogue_id, public=False)
    return made


def change(session: Session, dialogue_id: str, number: int, name: str, cards: int) -> None:
    """Another name or share. Raises `NotFound` and `Invalid`. Its number stays: cards and hosts are known by it."""
    load_open(session, dialogue_id)
    site = load(session, dialogue_id, number)
    site.name, site.cards = _checked(name, cards, number), cards
    session.flush()
    touch(session, dialogue_id, public=False)


def remove(session: Session, dialogue_id: str, number: int) -> None:
    """Take the site away, whatever hangs on it: who calls this has looked. Raises `NotFound`."""
    load_open(session, dialogue_id)
    session.delete(load(session, dialogue_id, number))
    session.flush()
    touch(session, dialogue_id, public=False)


def load(session: Session, dialogue_id: str, number: int) -> Site:
    """The site with this number; raises `NotFound`."""
    site = session.get(Site, (dialogue_id, number)) if 0 < number <= LARGEST_NUMBER else None
    if site is None:
        raise NotFound(N_("Không có điểm cầu mang số này."))
    return site


def by_digits(session: Session, typed: str) -> tuple[str, int] | None:
    """The join code and the number of the site whose six digits were typed, while people may enter there.

    Whoever knows the digits knows no more than whoever has the code. None for none.
    """
    digits = "".join(typed.split())
    if not (len(digits) == CODE_LENGTH and digits.isascii() and digits.isdecimal()):
        return None
    found = session.execute(
        select(Dialogue.code, Site.number)
        .join(Dialogue, Dialogue.id == Site.dialogue_id)
        .where(Site.digits == digits, Dialogue.state.in_(ENTERABLE))
    ).one_or_none()
    return (found[0], found[1]) if found else None


def _add(session: Session, dialogue_id: str, there: set[int], name: str, cards: int, number: int | None) -> int:
    number = max(there, default=0) + 1 if number is None else number
    name = _checked(name, cards, number)
    if number in there:
        message = N_("Đã có điểm cầu mang số này. Hãy chọn số khác, hoặc để trống để lấy số tiếp theo.")
        raise Invalid(message, {"number": message})
    if len(there) >= MOST_SITES:
        raise Conflict(N_("Một đối thoại có nhiều nhất 500 điểm cầu."))
    there.add(number)
    session.add(Site(dialogue_id=dialogue_id, number=number, name=name, cards=cards, digits=_free_digits(session)))
    session.flush()
    return number


def _free_digits(session: Session) -> str:
    while True:
        digits = new_digits()
        if session.scalar(select(Site.number).where(Site.digits == digits)) is None:
            return digits


def _read(line: str) -> tuple[str, int]:
    found = _SHARE.fullmatch(line)
    return (found[1], int(found[2])) if found else (line, 0)


def _checked(raw: str, cards: int, number: int) -> str:
    name, fields = clean_line(raw), {}
    if not 1 <= len(name) <= NAME_LENGTH:
        fields["name"] = N_("Hãy ghi tên điểm cầu, nhiều nhất 120 ký tự.")
    if not 0 <= cards <= LARGEST_SHARE:
        fields["cards"] = N_("Hãy ghi số thẻ từ 0 đến 20000.")
    if not 1 <= number <= LARGEST_NUMBER:
        fields["number"] = N_("Hãy ghi số điểm cầu từ 1 đến 9999.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields)
    return name
