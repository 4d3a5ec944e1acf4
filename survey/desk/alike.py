"""Which waiting questions stand on one card: a leading one, and those that may say the same. A suggestion, in memory only.

A newcomer goes to the leading question that it is nearest to, or leads a card of its own; nobody moves because somebody
else came. Only a leading question that leaves gives its others new places. Of those that came between two looks, one that is
typed with its accents leads before one without: it is what the hall will read.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from survey.core.text import fold
from survey.questions.similar import Index
from survey.questions.similar import Match

LOOKED_AT = 300  # of the queue, longest waiting first; what stands behind them is looked at when its turn comes
NEAR = 30  # candidates that are asked whether they lead
FULL = 20  # questions on one card: more than that nobody reads before deciding at once


class Waiting(NamedTuple):
    """A question that waits. `apart`: staff said that it is like no other."""

    id: str
    text: str
    apart: bool = False


class Alike:
    """The cards of one dialogue's queue, kept from look to look, so that each look costs what is new."""

    def __init__(self) -> None:
        self._known: dict[str, Waiting] = {}
        self._leads: dict[str, str] = {}  # question -> the one that leads its card
        self._board: dict[str, str] = {}
        self._whole: Index | None = None
        self._near: dict[
            str, tuple[str, Match | None]
        ] = {}  # leading question -> its text, what it is like on the board

    def cards(self, waiting: Sequence[Waiting]) -> list[list[str]]:
        """`waiting` in cards, the leading question first; cards and questions in the order of `waiting`."""
        looked_at = waiting[:LOOKED_AT]
        self._forget({one.id: one for one in looked_at})
        self._place([one for one in looked_at if one.id not in self._leads])
        found: dict[str, list[str]] = {one.id: [] for one in waiting if self._leads.get(one.id, one.id) == one.id}
        for one in waiting:
            found[self._leads.get(one.id, one.id)].append(one.id)
        return [sorted(card, key=lambda id_, lead=lead: id_ != lead) for lead, card in found.items()]  # type: ignore[misc]

    def on_board(self, leading: Iterable[Waiting], board: Mapping[str, str]) -> dict[str, str]:
        """Leading question -> the question of the board (id -> text) that it may repeat."""
        fresh = {id_: text for id_, text in board.items() if self._board.get(id_) != text}
        stale = {id_ for id_, text in self._board.items() if board.get(id_) != text}
        if fresh or stale:
            self._board, self._whole = dict(board), None
        news = Index(list(fresh.items()))
        self._near = {one.id: (one.text, self._nearest(one, stale, news)) for one in leading if not one.apart}
        return {id_: match.id for id_, (_text, match) in self._near.items() if match is not None}

    def _nearest(self, one: Waiting, stale: set[str], news: Index) -> Match | None:
        text, known = self._near.get(one.id, ("", None))
        if text != one.text or (known is not None and known.id in stale):
            if self._whole is None:
                self._whole = Index(list(self._board.items()))
            return _first(self._whole.near(one.text, limit=1))
        new = _first(news.near(one.text, limit=1))
        return max(filter(None, (known, new)), key=lambda match: match.score, default=None)

    def _forget(self, here: Mapping[str, Waiting]) -> None:
        """Who left, was corrected, or was set apart or put back has no place; nor has whoever stood behind one of those."""
        moved = {id_ for id_, one in self._known.items() if here.get(id_) != one}
        self._leads = {id_: lead for id_, lead in self._leads.items() if id_ not in moved and lead not in moved}
        self._known = dict(here)

    def _place(self, newcomers: Sequence[Waiting]) -> None:
        if not newcomers:
            return
        index = Index([(id_, one.text) for id_, one in self._known.items()])
        unseen = {one.id for one in newcomers}  # no desk has shown these yet, so they may still change places
        for one in newcomers:
            near = [] if one.apart else index.near(one.text, limit=NEAR, leave_out=one.id)
            lead = next((match.id for match in near if self._has_room(match.id)), one.id)
            self._leads[one.id] = lead
            if lead in unseen and _bare(self._known[lead].text) and not _bare(one.text):
                self._leads = {id_: one.id if old == lead else old for id_, old in self._leads.items()}

    def _has_room(self, lead: str) -> bool:
        return self._leads.get(lead) == lead and list(self._leads.values()).count(lead) < FULL


def _bare(text: str) -> bool:
    """Whether it is typed without accents."""
    return fold(text) == text.casefold()


def _first(matches: Sequence[Match]) -> Match | None:
    return matches[0] if matches else None
