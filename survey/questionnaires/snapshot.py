"""All responses as of one step, packed: what bars, cross-tables, filters and files are computed from, and nothing else.

Answers stand in columns, one an item, in one shuffled order for all; what people wrote stands apart, shuffled for each item
by itself, so that no two texts and no text and answer can be joined. Texts are shown one step late, at the end none later, and
always as many as the figure of their authors says: from five on, in fives. So the authors of what is new are never fewer.
Columns are of the responses that are counted, texts of all: what was read stays, whoever is left out, and nothing is doubled.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from survey.core.shuffling import shuffle
from survey.questionnaires.kinds.base import OTHER
from survey.questionnaires.small import down

WRITTEN = frozenset({"short", "text"})
_MARK = "."  # before base 64; what has none is base 85, which is a fifth shorter and takes thirty times the work
_BESIDE = frozenset({"single", "multiple"})  # what may have words beside "other"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`columns`: answers by item, None where there is none. `texts`: what may be read. `waiting`: what the next step shows.

    `authors`: how many of those that are counted wrote something.
    """

    people: int = 0
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    waiting: Mapping[str, Sequence[str]] = field(default_factory=dict)
    authors: Mapping[str, int] = field(default_factory=dict)


def take(
    counted: Iterable[Mapping[str, Any]],
    came: Iterable[Mapping[str, Any]],
    items: Iterable[tuple[str, str]],
    before: Snapshot,
    *,
    last: bool,
) -> Snapshot:
    """The responses as they are now: columns of those `counted`, texts of all that `came`.

    `items`: (id, kind); `last`: nothing more is awaited, so no text comes later.
    """
    shuffled, everybody = list(counted), list(came)
    shuffle(shuffled)
    columns: dict[str, list[Any]] = {}
    texts: dict[str, list[str]] = {}
    authors: dict[str, int] = {}
    for item_id, kind in items:
        given = [answers.get(item_id) for answers in shuffled]
        texts[item_id] = _texts(kind, (answers.get(item_id) for answers in everybody))
        authors[item_id] = len(_texts(kind, given))
        shuffle(texts[item_id])
        if kind not in WRITTEN:
            columns[item_id] = [_wordless(value) for value in given] if authors[item_id] else given
    waiting, told = (texts, authors) if last else (before.waiting, before.authors)
    return Snapshot(len(shuffled), columns, readable(before.texts, waiting, told), texts, authors)


def readable(
    seen: Mapping[str, Sequence[str]], waiting: Mapping[str, Sequence[str]], authors: Mapping[str, int]
) -> dict[str, list[str]]:
    """Of each item as many texts as may be read, first of all those that were; which ones wait hangs on no time."""
    return {one: _readable(one, seen.get(one, ()), texts, authors.get(one)) for one, texts in waiting.items()}


def _readable(item_id: str, seen: Sequence[str], texts: Sequence[str], authors: int | None) -> list[str]:
    """`authors`: more are not read, but for what was; None in a snapshot of before this was kept."""
    if not texts:
        return []
    there, old = Counter(texts), Counter(seen)
    kept, new = there & old, there - old
    ordered = [*_drawn(item_id, kept), *_drawn(item_id, new)]
    most = len(texts) if authors is None else min(len(texts), authors)
    found = ordered[: down(max(most, kept.total()))]
    shuffle(found)
    return found


def _drawn(item_id: str, texts: Counter[str]) -> list[str]:
    """In the order of a hash: always the same, so that reading often does not show one more."""
    ordered = sorted(texts, key=lambda text: hashlib.sha256(f"{item_id} {text}".encode()).digest())
    return [text for text in ordered for _one in range(texts[text])]


def pack(snapshot: Snapshot) -> str:
    """As a column of text keeps it."""
    plain = [snapshot.people, snapshot.columns, snapshot.texts, snapshot.waiting, snapshot.authors]
    raw = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return _MARK + base64.b64encode(zlib.compress(raw, 1)).decode()


def unpack(kept: str) -> Snapshot:
    """What `pack` made; an empty one of nothing."""
    if not kept:
        return Snapshot()
    raw = base64.b64decode(kept[len(_MARK) :]) if kept.startswith(_MARK) else base64.b85decode(kept)
    return Snapshot(*json.loads(zlib.decompress(raw)))


def _texts(kind: str, given: Iterable[Any]) -> list[str]:
    """What was written at an item, or beside "other"."""
    if kind in WRITTEN:
        return [text for text in given if text is not None]
    if kind not in _BESIDE:
        return []
    if kind == "single":
        return [value[OTHER] for value in given if type(value) is dict and OTHER in value]
    return [part[OTHER] for value in given if value for part in value if type(part) is dict and OTHER in part]


def _wordless(value: Any) -> Any:
    if isinstance(value, list):
        return [OTHER if isinstance(part, dict) else part for part in value]
    return OTHER if isinstance(value, dict) and OTHER in value else value
