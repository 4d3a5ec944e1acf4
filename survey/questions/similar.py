"""Which questions say nearly the same: suggestions for people, never a decision.

The score is the mean of RapidFuzz's `token_set_ratio` on the folded text (no accents, so typing without them is as good)
and of the cosine of character trigrams. The first looks at all, the second at the thirty best, because it costs more.
Synonyms ("lương thấp", "thu nhập chưa bảo đảm đời sống") are found by no method that runs on one laptop: people merge those.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz import process

from survey.core.held import holds_texts
from survey.core.text import fold

LEAST = 0.65  # 16 of 20 planted paraphrases at 5 false of 1,750 pairs
LOOKED_AT = 30  # of the first stage
SHORTEST = 8  # characters; below that everything is similar to everything
# How offices abbreviate in writing. Read as words of the folded text, so that "cbcc" meets "cán bộ công chức".
ABBREVIATIONS: Mapping[str, str] = {
    "cbcc": "can bo cong chuc", "cbccvc": "can bo cong chuc vien chuc", "cb": "can bo", "cc": "cong chuc",
    "ccvc": "cong chuc vien chuc", "vc": "vien chuc", "ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan",
    "tn": "thanh nien", "dvtn": "doan vien thanh nien", "dv": "doan vien", "cntt": "cong nghe thong tin",
    "cds": "chuyen doi so", "dvc": "dich vu cong", "dvctt": "dich vu cong truc tuyen", "tthc": "thu tuc hanh chinh",
    "cchc": "cai cach hanh chinh", "sxkd": "san xuat kinh doanh", "bhxh": "bao hiem xa hoi", "bhyt": "bao hiem y te",
    "qd": "quy dinh", "ktxh": "kinh te xa hoi", "bt": "bi thu", "ct": "chu tich", "ko": "khong", "k": "khong", "dc": "duoc",
    "vs": "voi", "ntn": "nhu the nao",
}  # fmt: skip
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Match:
    """A question that is near to a text, and how near: 0 to 1."""

    id: str
    score: float


def plain(text: str) -> str:
    """`text` as it is compared: folded words, abbreviations written out, no punctuation."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in _WORD.findall(fold(text)))


class Index:
    """Texts of one dialogue, made ready to be compared."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        """`texts` are (id, text or folded text)."""
        self._texts = {id_: plain(text) for id_, text in texts}

    def near(self, text: str, limit: int = 3, least: float = LEAST, leave_out: str = "") -> list[Match]:
        """At most `limit` questions from `least` up, the nearest first."""
        wanted = plain(text)
        if len(wanted) < SHORTEST:
            return []
        found = process.extract(wanted, self._texts, scorer=fuzz.token_set_ratio, processor=None, limit=LOOKED_AT)
        scored = [
            Match(id_, (first / 100 + cosine(wanted, other)) / 2) for other, first, id_ in found if id_ != leave_out
        ]
        return sorted((match for match in scored if match.score >= least), key=lambda match: -match.score)[:limit]


def clusters(texts: Sequence[tuple[str, str]], least: float = LEAST) -> list[list[str]]:
    """The ids put together where they are near, each once, in the order in which the first of each came."""
    index, home = Index(texts), {id_: [id_] for id_, _text in texts}
    for id_, text in texts:
        for match in index.near(text, limit=8, least=least, leave_out=id_):
            mine, theirs = home[id_], home[match.id]
            if mine is not theirs:
                mine.extend(theirs)
                home.update(dict.fromkeys(theirs, mine))
    place = {id_: number for number, (id_, _text) in enumerate(texts)}
    unique = {id(cluster): sorted(cluster, key=place.__getitem__) for cluster in home.values()}
    return sorted(unique.values(), key=lambda cluster: place[cluster[0]])


def cosine(one: str, other: str) -> float:
    """Cosine of the counts of character trigrams, 0 to 1."""
    left, right = _trigrams(one), _trigrams(other)
    dot = sum(count * right[part] for part, count in left.items() if part in right)
    return dot / (_length(one) * _length(other)) if dot else 0.0


@lru_cache(maxsize=8192)
def _trigrams(text: str) -> Counter[str]:
    padded = f" {text} "
    return Counter(padded[at : at + 3] for at in range(len(padded) - 2))


@lru_cache(maxsize=8192)
def _length(text: str) -> float:
    return math.sqrt(sum(count * count for count in _trigrams(text).values()))


holds_texts(_trigrams.cache_clear)
holds_texts(_length.cache_clear)
