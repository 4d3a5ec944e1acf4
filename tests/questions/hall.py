"""A hall in plain Python: who asked what, who stands behind which wording, in which order it all stands.

It knows nothing of tables, marks and keys: sets of ballots, lists of merges that lie on each other. Whatever the program
does must come out as it does here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

BOARD = {"approved", "answering", "answered", "in_writing"}
SUPPORTABLE = {"approved", "answering"}
MERGEABLE = {"pending", "held", "approved"}
GONE = {"withdrawn", "erased"}
ACTS = {
    "approve": ({"pending", "held", "rejected"}, "approved"),
    "hold": ({"pending", "approved"}, "held"),
    "reject": ({"pending", "held", "approved"}, "rejected"),
    "reopen": ({"approved", "held", "rejected"}, "pending"),
    "call": ({"approved", "answered", "in_writing"}, "answering"),
    "answer": ({"approved", "answering"}, "answered"),
    "put_in_writing": ({"approved", "answering"}, "in_writing"),
    "put_back": ({"answering", "answered", "in_writing"}, "approved"),
}


@dataclass(eq=False)
class Merge:
    """One merge: who stands behind it, and what was merged, with the state before."""

    behind: set[int]
    members: dict[Question, str]


@dataclass(eq=False)
class Question:
    """A question with what lies on it: its own supporters, then the merges that it leads, the latest last."""

    id: str
    text: str
    tie: int
    state: str = "pending"
    author: int | None = None
    topic: str | None = None
    written: bool = False
    shown: int = 0
    own: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    into: Question | None = None
    place: int | None = None

    @property
    def behind(self) -> set[int]:
        """Whom a vote for it joins now."""
        return self.merges[-1].behind if self.merges else self.own

    @property
    def root(self) -> Question:
        """What leads where this is a wording."""
        return self.into.root if self.into else self

    def below(self) -> Iterator[Question]:
        """All wordings under it, also those that are gone, each before what is under it."""
        for merge in self.merges:
            for member in merge.members:
                yield member
                yield from member.below()

    def wordings(self) -> Counter[str]:
        """The texts of the others that it speaks for."""
        return Counter(one.text for one in self.below() if one.state == "merged")


class Refused(Exception):
    """The hall does not do this now."""


class Hall:
    """The whole hall. Each method does what the program's function of that name must do, or raises `Refused`."""

    def __init__(self, *, rule: str, turns: bool) -> None:
        self.rule, self.turns = rule, turns
        self.questions: list[Question] = []
        self.open, self.held = True, False
        self.ballots = 0

    # members

    def ask(self, question: Question) -> None:
        """A new question in the queue."""
        self._while_open()
        self.questions.append(question)

    def vote(self, ballot: int, question: Question, *, wanted: bool) -> int:
        """Support or withdraw it; how many stand behind it then."""
        leading = question.root
        if leading.state not in BOARD or not self.open or leading.state not in SUPPORTABLE:
            raise Refused
        (leading.behind.add if wanted else leading.behind.discard)(ballot)
        return len(leading.behind)

    def withdraw(self, question: Question) -> None:
        """Its asker takes it back."""
        if question.state == "withdrawn":
            return
        if question.root.state not in MERGEABLE or question.state not in MERGEABLE | {"merged"}:
            raise Refused
        self._leave(question, "withdrawn")

    # moderators

    def decide(self, question: Question, act: str) -> None:
        """One step of the table of states."""
        sources, target = ACTS[act]
        if question.state == target:
            return
        if question.state not in sources:
            raise Refused
        if target == "answering":
            for former in self.questions:
                if former.state == "answering":
                    former.state = "approved"
        question.state = target

    def merge(self, leading: Question, others: list[Question]) -> None:
        """Make the others wordings of the leading one."""
        state = leading.state
        if leading.written and state == "withdrawn":
            state = "approved" if any(other.state in BOARD for other in others) else "pending"
        if any(one not in MERGEABLE for one in (state, *(other.state for other in others))):
            raise Refused
        if state not in BOARD and any(other.state in BOARD for other in others):
            raise Refused
        leading.state = state
        together = set().union(leading.behind, *(other.behind for other in others))
        leading.merges.append(Merge(together, {other: other.state for other in others}))
        for other in others:
            other.state, other.into = "merged", leading

    def split(self, leading: Question) -> None:
        """Undo the latest merge."""
        if not leading.merges or leading.state in GONE | {"merged"}:
            raise Refused
        goes = leading.written and len(leading.merges) == 1
        if goes and leading.state in BOARD - MERGEABLE:
            raise Refused
        merge = leading.merges.pop()
        parts = [leading, *merge.members]
        had = set().union(*(part.behind for part in parts))
        heir = max(merge.members, key=lambda it: self._best(it, merge)) if goes else leading
        heir.behind.update(merge.behind - had)
        for part in parts:
            part.behind.difference_update(had - merge.behind)
        for member, before in merge.members.items():
            member.into = None
            member.state = before if member.state == "merged" else member.state
        if goes:
            leading.state = "withdrawn"

    def erase(self, question: Question, *, wordings: bool) -> None:
        """Overwrite it, and with `wordings` all that it leads."""
        if question.state == "erased":
            return
        for one in [*reversed(list(question.below() if wordings else ())), question]:
            if one.state != "erased":
                self._leave(one, "erased")

    def hold(self, *, held: bool) -> None:
        """Keep the order, or let it move."""
        if held == self.held:
            return
        order = self.order() if held else []
        for one in self.questions:
            one.place = None
        for place, one in enumerate(order):
            one.place = place
        self.held = held

    def close(self) -> None:
        """End: what was called and not answered goes back."""
        for one in self.questions:
            one.state = "approved" if one.state == "answering" else one.state
        self.open = False

    # what is seen

    def order(self) -> list[Question]:
        """The board."""
        board = sorted((one for one in self.questions if one.state in BOARD), key=self._rank)
        if self.turns:
            board.sort(key=self._turns(board).__getitem__)
        if self.held and self.open:
            board.sort(key=lambda one: (one.place is None, one.place or 0))
        return board

    def _rank(self, one: Question) -> tuple[float, int, int]:
        supporters = len(one.behind)
        rate = (supporters + 5) / (max(one.shown, supporters) + 20) if self.rule == "rate" else 0
        return (-rate, -supporters, one.tie)

    def _turns(self, board: list[Question]) -> dict[Question, int]:
        """Round by round: the best of each topic, then the second; a topic that had its turn comes later."""
        had = Counter(one.topic for one in board if one.state != "approved")
        taken: Counter[tuple[str | None, bool]] = Counter({(topic, True): count for topic, count in had.items()})
        turn = {}
        for one in board:
            key = (one.topic, one.state == "approved")
            taken[key] += 1
            turn[one] = taken[key]
        return turn

    # inside

    def _while_open(self) -> None:
        if not self.open:
            raise Refused

    @staticmethod
    def _best(one: Question, merge: Merge) -> tuple[bool, bool, int, int]:
        return (one.state == "merged", merge.members[one] in BOARD, len(one.behind), one.tie)

    def _leave(self, question: Question, after: str) -> None:
        if question.state not in GONE:
            for number, merge in enumerate(question.merges):
                if any(member.state == "merged" for member in merge.members):
                    heir = max(merge.members, key=lambda it: self._best(it, merge))
                    self._hand_over(question, heir, number)
                    break
        question.state = after

    def _hand_over(self, question: Question, heir: Question, number: int) -> None:
        """The heir leads the merge of this number, and what lies on it; the question becomes one of its wordings."""
        carried = question.merges[number:]
        del question.merges[number:]
        heir.merges.extend(carried)
        del carried[0].members[heir]
        carried[0].members[question] = question.state
        parent, heir.into, heir.state = question.into, question.into, question.state
        if parent is not None:
            merge = next(merge for merge in parent.merges if question in merge.members)
            carried[0].members[question] = merge.members[question]
            merge.members[heir] = merge.members.pop(question)
        for member in _members(carried):
            member.into = heir
        heir.place, question.place = question.place, None


def _members(merges: Iterable[Merge]) -> list[Question]:
    return [member for merge in merges for member in merge.members]
