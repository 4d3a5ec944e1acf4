"""How a dialogue lets people in, and when: the steps of one road from a first try to one ballot a member.

`open`: anybody with the code, one ballot a device. `tickets`: whoever drew a card, one ballot a card. `roll`: members on
the roll, one ballot each. `roll+tickets`: both, and nobody gets both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from survey.core.text import N_
from survey.dialogues.state import ENTERABLE
from survey.dialogues.state import State


class Entry(StrEnum):
    """The ways in that a dialogue can be set to."""

    OPEN = "open"
    TICKETS = "tickets"
    ROLL = "roll"
    ROLL_AND_TICKETS = "roll+tickets"


class Enterable(Protocol):
    """What is needed of a dialogue."""

    entry: str
    state: str


BY_TICKETS = frozenset({Entry.TICKETS, Entry.ROLL_AND_TICKETS})
BY_ROLL = frozenset({Entry.ROLL, Entry.ROLL_AND_TICKETS})


class Way(StrEnum):
    """What words depend on: the entry, and for a roll whether its ballots are signed without being seen (strong mode)."""

    OPEN = "open"
    TICKETS = "tickets"
    ROLL = "roll"
    ROLL_AND_TICKETS = "roll+tickets"
    BLIND = "blind"
    BLIND_AND_TICKETS = "blind+tickets"


BLIND_WAYS: Mapping[str, Way] = {Entry.ROLL: Way.BLIND, Entry.ROLL_AND_TICKETS: Way.BLIND_AND_TICKETS}


# What one voice is, for the projector and for files; the roll says which mode it is in. `BRIEFLY` is one line of a screen.
COUNTED: Mapping[str, str] = {
    Entry.OPEN: N_("Lượt ủng hộ tính theo thiết bị"),
    Entry.TICKETS: N_("Lượt ủng hộ tính theo thẻ"),
    Entry.ROLL: N_("Mỗi người trong danh sách một phiếu (chế độ yếu)"),
    Entry.ROLL_AND_TICKETS: N_("Mỗi người trong danh sách một phiếu hoặc một thẻ (chế độ yếu)"),
    Way.BLIND: N_("Mỗi người trong danh sách một phiếu ký mù"),
    Way.BLIND_AND_TICKETS: N_("Mỗi người trong danh sách một phiếu ký mù hoặc một thẻ"),
}
BRIEFLY: Mapping[str, str] = {
    **COUNTED, Entry.ROLL: N_("Mỗi người một phiếu, chế độ yếu"),
    Entry.ROLL_AND_TICKETS: N_("Mỗi người một phiếu, chế độ yếu"),
    Way.BLIND: N_("Mỗi người một phiếu, ký mù"),
    Way.BLIND_AND_TICKETS: N_("Mỗi người một phiếu hoặc một thẻ"),
}  # fmt: skip


class Signed(Enterable, Protocol):
    """The same, with the key of its blind signatures."""

    issue_key: bytes | None


class Peopled(Enterable, Protocol):
    """The same, with what is known of who is in."""

    ballots: int
    people_shown: bool


def by_tickets(dialogue: Enterable) -> bool:
    """Whether cards are good here."""
    return dialogue.entry in BY_TICKETS


def by_roll(dialogue: Enterable) -> bool:
    """Whether members on the roll get in here."""
    return dialogue.entry in BY_ROLL


def is_strong(dialogue: Signed) -> bool:
    """Whether the roll's side signs ballots without seeing them; else it is in its weak mode, or there is no roll."""
    return by_roll(dialogue) and dialogue.issue_key is not None


def issue_purpose(epoch: int) -> str:
    """Under what the key of the blind signatures lies in the key store; each time it was changed it has another name."""
    return f"issue-{epoch}" if epoch else "issue"


def way(dialogue: Signed) -> str:
    """Under what the words for this dialogue stand: a `Way`."""
    return BLIND_WAYS[dialogue.entry] if is_strong(dialogue) else dialogue.entry


def is_enterable(dialogue: Enterable) -> bool:
    """Whether a new ballot may come in now, by whichever way; cards alone are dead until the room opens."""
    if dialogue.entry == Entry.TICKETS:
        return dialogue.state == State.LIVE
    return dialogue.state in ENTERABLE


def takes_cards(dialogue: Enterable) -> bool:
    """Whether a card may be used now: only while the room is open."""
    return by_tickets(dialogue) and dialogue.state == State.LIVE


def is_early(dialogue: Enterable) -> bool:
    """Whether cards are to be good here later: the room is not open yet."""
    return by_tickets(dialogue) and dialogue.state == State.COLLECTING


def is_quiet(dialogue: Enterable) -> bool:
    """Whether it may not show when a ballot comes in: before the opening members take theirs one by one, as it suits them.

    A number that moved with each would be the list of those moments, beside names at the door and what is asked next.
    """
    return by_roll(dialogue) and dialogue.state in {State.DRAFT, State.COLLECTING}


def people(dialogue: Peopled) -> int | None:
    """How many are in, as everybody may see it; None where that is not told."""
    return dialogue.ballots if dialogue.people_shown and not is_quiet(dialogue) else None
