"""What a text may hold that not everybody should read at once: a leader's name, a telephone number, coarse words.

Such a text comes folded to the moderator and is never passed without one. It is a warning and no judgement: the lists are
short and err on the quiet side, because offices write "ĐM" for norms, "cc" for civil servants and "đồng chí" for each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from survey.core.held import holds_texts
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import fold
from survey.core.text import spelled
from survey.dialogues.models import Dialogue
from survey.questions import hints
from survey.questions.hints import Kind

NAME, PHONE, COARSE = "name", "phone", "coarse"
COVER = "[đã che]"
# Why a text comes folded, said on the fold itself; the first that holds is said.
SAID = {
    COARSE: N_("Có lời lẽ nặng; bấm để xem"),
    NAME: N_("Có thể nêu tên người; bấm để xem"),
    PHONE: N_("Có số điện thoại; bấm để xem"),
}
# Coarse however they stand, with their marks: a text is read in small letters, and words as wholes.
_MARKED = (
    "địt", "đjt", "đụ má", "đụ mẹ", "đụ mạ", "đệt", "đéo", "đếch", "lồn", "cặc", "buồi", "đĩ", "con điếm", "chó chết",
    "chó đẻ", "thằng chó", "đồ chó", "bọn chó", "lũ chó", "óc chó", "mặt chó", "đồ ngu", "thằng ngu",
    "con ngu", "bọn ngu", "lũ ngu", "ngu dốt", "ngu xuẩn", "ngu như", "ngu vãi", "quá ngu", "khốn nạn", "khốn kiếp",
    "mất dạy", "vô học", "vô giáo dục", "súc vật", "súc sinh", "đểu cáng", "bố láo", "láo toét", "cút đi", "thằng cha",
    "con mụ", "mụ già", "lão già", "thằng già", "thằng khốn", "thằng điên", "bố mày", "mẹ mày", "tiên sư", "mẹ kiếp",
    "chúng mày", "bọn mày", "tụi mày", "bọn bay", "lũ bay", "câm mồm", "câm họng", "ăn cứt", "ăn cức", "như cứt",
    "như cức", "vãi đái", "vãi lúa", "vãi lìn", "vãi nồi", "vãi cả", "đồ khùng", "đồ điên", "quân ăn cướp", "lũ ăn cướp",
    "bọn ăn cướp", "lũ tham quan", "thằng tham quan", "dẻ rách", "giẻ rách", "vô liêm sỉ", "mặt dày", "mặt dầy",
)  # fmt: skip
# As people write where they spare the marks, and only what is no other word without them: "cho de" is "cho dễ".
_BARE = (
    "dit me", "dit con me", "djt", "djt me", "dcm", "dkm", "dmm", "vcl", "vkl", "clgt", "cmnr", "loz", "cac loz", "vai loz",
    "deo biet", "deo hieu", "deo quan tam", "oc cho", "thang ngu", "ngu dot", "ngu xuan", "ngu nhu bo", "khon nan", "suc vat",
    "me kiep", "cam mom", "con di me", "fuck", "fucking", "shit", "bitch", "wtf", "stfu",
)  # fmt: skip
# Coarse in small letters only: in capitals these are words of the office ("ĐM": định mức, "VL": việc làm).
_SMALL = ("vl", "dm", "đm", "đkm", "đcm", "đmm", "đcmm", "vcc", "cmm")
_TITLES = (
    "đồng chí", "đ/c", "đc", "d/c", "ông", "bà", "anh", "chị", "cô", "chú", "bác", "thầy", "sếp", "lãnh đạo", "thủ trưởng",
    "giám đốc", "phó giám đốc", "bí thư", "phó bí thư", "chủ tịch", "phó chủ tịch", "trưởng phòng", "phó phòng",
    "phó trưởng phòng", "trưởng ban", "phó ban", "phó trưởng ban", "chánh văn phòng", "phó chánh văn phòng", "hiệu trưởng",
    "hiệu phó", "đội trưởng", "tổ trưởng", "chi cục trưởng", "cục trưởng", "vụ trưởng", "kế toán trưởng", "thằng", "con mụ",
    "lão", "mụ",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_CALLED = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(_TITLES, key=len, reverse=True)))})\s+", re.IGNORECASE)
_PROPER = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*")
_POST = re.compile(r"[,;(–—:]|\s-\s")
MOST_WORDS = 5  # of one person's name


class Place(NamedTuple):
    """One stretch of a text: `text[start:end]`, and what it is."""

    start: int
    end: int
    kind: str


def flags(text: str, leaders: Iterable[str] = ()) -> frozenset[str]:
    """Which of `NAME`, `PHONE`, `COARSE` this text holds; `leaders` are lines such as "Nguyễn Văn An, Giám đốc Sở"."""
    return _flags(text, tuple(leaders))


@lru_cache(maxsize=4096)
def _flags(text: str, leaders: tuple[str, ...]) -> frozenset[str]:
    text = clean(text)
    found = {
        NAME: any(_leaders(text, leaders)),
        PHONE: any(hint.kind == Kind.PHONE for hint in hints.find(text, ())),
        COARSE: _coarse(text),
    }
    return frozenset(flag for flag, holds in found.items() if holds)


holds_texts(_flags.cache_clear)


def said(text: str, leaders: Iterable[str] = ()) -> str:
    """Why a text comes folded, as a message id; empty for one that everybody may read."""
    found = flags(text, leaders)
    return next((sentence for flag, sentence in SAID.items() if flag in found), "")


def leaders_of(dialogue: Dialogue) -> tuple[str, ...]:
    """Who is not to be named: the one who presides, and the list of the settings, one a line."""
    return tuple(line for line in (dialogue.leader, *dialogue.leaders.splitlines()) if line.strip())


def named(line: str) -> str:
    """The name in a line of the list: "Đồng chí Nguyễn Văn An, Giám đốc Sở Nội vụ" is "Nguyễn Văn An"."""
    name = _POST.split(clean(line), maxsplit=1)[0].strip()
    while (title := _CALLED.match(name)) and title.end() < len(name):
        name = name[title.end() :]
    words = name.split()
    proper = next((at for at, word in enumerate(words) if not word[:1].isupper()), len(words))
    return " ".join(words[: proper or len(words)][:MOST_WORDS])


def places(text: str, leaders: Iterable[str], units: Iterable[str]) -> list[Place]:
    """What may be covered in a text, in its order and without overlaps: persons, units, ways to reach somebody."""
    found = [Place(start, end, NAME) for start, end in (*_leaders(text, tuple(leaders)), *_people(text))]
    kinds = {Kind.UNIT: "unit", Kind.PHONE: PHONE, Kind.EMAIL: "email", Kind.NAME: NAME}
    found += [Place(hint.start, hint.end, kinds[hint.kind]) for hint in hints.find(text, units) if hint.kind in kinds]
    kept: list[Place] = []
    for place in sorted(found, key=lambda each: each.start - each.end):  # the longest first
        if all(place.end <= other.start or other.end <= place.start for other in kept):
            kept.append(place)
    return sorted(kept)


def cover(text: str, said: Iterable[str], with_: str = COVER) -> tuple[str, int]:
    """The text with these words covered wherever they stand as wholes, and in how many places that was."""
    found = sorted({span for words in said for span in spans(text, words)}, key=lambda span: (span[0], -span[1]))
    covered, number, at = "", 0, 0
    for start, end in found:
        if start >= at:
            covered, number, at = covered + text[at:start] + with_, number + 1, end
    return covered + text[at:], number


def marked(text: str, said: Iterable[str]) -> Markup:
    """The text with what `cover` would cover standing out."""
    found, at = Markup(), 0
    for start, end in sorted(
        {span for words in said for span in spans(text, words)}, key=lambda one: (one[0], -one[1])
    ):
        if start >= at:
            found, at = found + text[at:start] + Markup("<mark>%s</mark>") % text[start:end], end
    return found + text[at:]


def spans(text: str, said: str) -> Iterator[tuple[int, int]]:
    """Where these words stand in a text as wholes, whatever their capitals and wherever their tone stands."""
    wanted = [spelled(word) for word in _WORD.findall(said)]
    words = [(spelled(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    for first in range(len(words) - len(wanted) + 1 if wanted else 0):
        run = words[first : first + len(wanted)]
        if [word for word, _start, _end in run] == wanted:
            yield run[0][1], run[-1][2]


def _leaders(text: str, leaders: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """A full name however it is typed; a part of it only as a name is written, behind a title or with two words."""
    for name in filter(None, map(named, leaders)):
        words = name.split()
        if len(words) > 1:
            yield from _run(text, words, folded=len(words) > 2)
        if len(words) > 2:
            yield from _run(text, words[-2:], folded=False)
        for title in _CALLED.finditer(text):
            said = _PROPER.match(text, title.end())
            if said and spelled(said[0]) == spelled(words[-1]) and said[0][0].isupper():
                yield said.span()


def _run(text: str, words: list[str], *, folded: bool) -> Iterator[tuple[int, int]]:
    """These words one after the other: by letters without marks, or exactly and each with its capital."""
    found = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    how = fold if folded else spelled
    wanted = [how(word) for word in words]
    for first in range(len(found) - len(words) + 1):
        run = found[first : first + len(words)]
        near = all(len(text[left[2] : right[1]].strip(" .")) == 0 for left, right in pairwise(run))
        if near and [how(part[0]) for part in run] == wanted and (folded or all(part[0][0].isupper() for part in run)):
            yield run[0][1], run[-1][2]


def _people(text: str) -> Iterator[tuple[int, int]]:
    """ "Đồng chí Lan", "ông Nguyễn Văn An": what has capitals behind a title, unless it begins the name of an office."""
    for title in _CALLED.finditer(text):
        words: list[re.Match[str]] = []
        at = title.end()
        while len(words) < MOST_WORDS and (word := _PROPER.match(text, at)) and word[0][0].isupper():
            words.append(word)
            at = word.end() + 1
            if text[word.end() : at] != " ":
                break
        if words and words[0][0].casefold() not in _NO_PERSON:
            yield title.end(), words[-1].end()


_NO_PERSON = frozenset({"sở", "ban", "phòng", "ubnd", "hđnd", "ủy", "uỷ", "đoàn", "chi", "tỉnh", "thành", "xã", "phường", "huyện",
                        "quận", "văn", "bộ", "trung", "trường", "đảng", "hội", "công", "cục", "vụ", "nhà", "em", "có", "ơi",
                        "chị", "anh", "ông", "bà", "hãy", "đã", "sẽ", "không", "nào"})  # fmt: skip


def _coarse(text: str) -> bool:
    words = " ".join(_WORD.findall(text))
    small, exact = f" {words.casefold()} ", f" {words} "
    return any(f" {word} " in small for word in (*_MARKED, *_BARE)) or any(f" {word} " in exact for word in _SMALL)
