"""The personal link of a member and its typed twin, both made from the key `link` and stored as digests only.

So a link can be shown again at the door without making a new one, a stolen database holds none, and all die with the key.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.core.ids import code_from
from survey.core.ids import digest
from survey.core.ids import mark
from survey.core.ids import normal_code
from survey.core.ids import token_from
from survey.core.text import fold
from survey.roll.models import Member


@dataclass(frozen=True, slots=True)
class Personal:
    """What a member is given: the secret that stands in the link's fragment, and eight characters to type instead."""

    token: str
    twin: str


def personal(key: bytes, member: Member) -> Personal:
    """Link and twin of a member as they are now; a new `epoch` makes others."""
    parts = (member.dialogue_id, member.id, str(member.epoch))
    return Personal(token_from(key, "link", *parts), code_from(key, "twin", *parts))


def seal(key: bytes, member: Member) -> None:
    """Store what the link and the twin of this member are found by."""
    made = personal(key, member)
    member.link, member.twin = digest(made.token), twin_mark(key, made.twin)


def grouped(twin: str) -> str:
    """A twin as it is shown: two groups of four."""
    return f"{twin[:4]} {twin[4:]}"


def twin_mark(key: bytes, typed: str) -> bytes:
    """What is stored of a typed twin."""
    return mark(key, "twin", normal_code(typed))


def word_mark(key: bytes, typed: str) -> bytes:
    """What is stored of the word that is said at the door."""
    return mark(key, "word", fold(typed))
