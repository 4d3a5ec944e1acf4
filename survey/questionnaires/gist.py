"""What the responses of one step say, worked out once for all who look: frequent phrases, texts to search, sets to cross.

Remembered in memory by the packed responses themselves, so whatever changes them is seen; only the last few are kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple

from survey.core.held import holds_texts
from survey.core.offload import breathe
from survey.core.text import fold
from survey.questionnaires.remembered import Memory
from survey.questionnaires.sets import Sets
from survey.questionnaires.small import STEP
from survey.questionnaires.small import down
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.snapshot import unpack
from survey.questionnaires.words import phrases

MOST_PHRASES = 12  # of one item
CANDIDATES = 200  # the most frequent phrases; one of them is looked for inside the others
PIECE = 40  # texts between two breaths: about 4 ms
KEPT = 4  # questionnaires; one of 5,000 responses has some MB


class Phrase(NamedTuple):
    """Words that at least `people` used."""

    text: str
    people: int


@dataclass(frozen=True, slots=True)
class Gist:
    """`folded`: the texts of each item as a search compares them, in the order of the texts themselves."""

    taken: Snapshot
    sets: Sets
    phrases: Mapping[str, Sequence[Phrase]]
    folded: Mapping[str, Sequence[str]]

    def texts(self, item_id: str, words: str) -> Sequence[str]:
        """What was written at an item; with `words` what holds them, with or without accents."""
        wanted, texts = fold(words), self.taken.texts.get(item_id, ())
        if not wanted:
            return texts
        return [text for text, folded in zip(texts, self.folded.get(item_id, ()), strict=False) if wanted in folded]


_known: Memory[Gist] = Memory(KEPT)  # by digests of the questionnaire and of its packed responses
_making = threading.Lock()  # two who look at the same moment work it out once
holds_texts(_known.clear)


def remembered(packed: str) -> Gist:
    """The gist of these responses. The first time it takes a moment, in pieces between which the server serves others."""
    key = hashlib.sha256(packed.encode()).digest()
    found = _known.get(key)
    if found is None:
        with _making:
            found = _known.get(key) or _known.keep(key, made(unpack(packed)))
    return found


def made(taken: Snapshot) -> Gist:
    """The same, worked out now."""
    folded = {item_id: _folded(texts) for item_id, texts in taken.texts.items()}
    return Gist(taken, Sets(taken), {item_id: said(texts) for item_id, texts in taken.texts.items()}, folded)


def said(texts: Sequence[str]) -> list[Phrase]:
    """Phrases of two to four syllables that five texts and more hold, most frequent first, each in one spelling."""
    counts, first, others = _counted(texts)
    often = nsmallest(CANDIDATES, ((-n, one) for one, n in counts.items() if n >= STEP))
    found = [(_spelling(-n, first[one], others.get(one, {})), -n) for n, one in often]
    found = [one for one in found if not any(_holds(other, one) for other in found)]
    ordered = sorted(found, key=lambda one: (-down(one[1]), fold(one[0])))
    return [Phrase(text, down(count)) for text, count in ordered[:MOST_PHRASES]]


def _counted(texts: Sequence[str]) -> tuple[dict[str, int], dict[str, str], dict[str, dict[str, int]]]:
    """By folded phrase: how many texts hold it, the spelling that came first, and the counts of the others.

    Nearly all phrases have one spelling; a table for each of them would take as long to throw away as to count.
    """
    folds: dict[str, str] = {}
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    others: dict[str, dict[str, int]] = {}
    for place, text in enumerate(texts, 1):
        for folded, phrase in {_fold(one, folds): one for one in phrases(text)}.items():
            counts[folded] = counts.get(folded, 0) + 1
            if first.setdefault(folded, phrase) != phrase:
                ways = others.setdefault(folded, {})
                ways[phrase] = ways.get(phrase, 0) + 1
        if place % PIECE == 0:
            breathe()
    return counts, first, others


def _spelling(count: int, first: str, others: Mapping[str, int]) -> str:
    """The spelling that most texts have."""
    ways = {**others, first: count - sum(others.values())}
    return max(ways, key=lambda way: (ways[way], way))


def _fold(phrase: str, known: dict[str, str]) -> str:
    """The phrase as it is compared; a syllable is folded once, for the same few thousand come again and again."""
    parts = []
    for syllable in phrase.split(" "):
        part = known.get(syllable)
        if part is None:
            part = known[syllable] = fold(syllable)
        parts.append(part)
    return " ".join(parts)


def _folded(texts: Sequence[str]) -> list[str]:
    found = []
    for place, text in enumerate(texts, 1):
        found.append(fold(text))
        if place % PIECE == 0:
            breathe()
    return found


def _holds(longer: tuple[str, int], shorter: tuple[str, int]) -> bool:
    """Whether a longer phrase says the same as often: then the shorter one is only a piece of it."""
    return longer[0] != shorter[0] and f" {shorter[0]} " in f" {longer[0]} " and longer[1] >= shorter[1]
