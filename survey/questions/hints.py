"""Where a question gives its author away: a unit, a telephone number, an address, a name, "em là ... của phòng ...".

Read before it is sent, shown to its author alone and stored nowhere. A hint is no judgement: what is found may be meant,
and one tap sends the text as it is. So it errs on the quiet side, and common words alone are never a unit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.organisations import queries as organisations
from survey.organisations import units

SENTENCE = N_("Câu này nhắc «%(said)s», người đọc có thể đoán ra bạn.")
SOMEWHERE = "một đơn vị"  # stands for a unit's name that was left out, so that the sentence still reads
MOST_SHOWN = 60  # characters of one place in the sentence of the hint


class Kind(StrEnum):
    """What was found."""

    UNIT = "unit"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    POST = "post"


# What is named first where two places overlap: the name of a unit says more than the sentence around it.
_WEIGHT = {Kind.EMAIL: 0, Kind.PHONE: 1, Kind.UNIT: 2, Kind.NAME: 3, Kind.POST: 4}


@dataclass(frozen=True, slots=True)
class Hint:
    """One place of the text: `text[start:end]` is `said`."""

    kind: Kind
    start: int
    end: int
    said: str

    @property
    def shown(self) -> str:
        """What is quoted of it."""
        return self.said if len(self.said) <= MOST_SHOWN else self.said[: MOST_SHOWN - 1].rstrip() + "…"


_WORD = re.compile(r"\w+")
_GAP = re.compile(r"[\s,/&–—-]*")  # between the words of one name; a full stop ends it
# Words that only say what kind of unit it is: a name made of nothing else ("Văn phòng", "Chi đoàn cơ sở") is no hint.
_KINDS = frozenset({
    "ban", "bo", "can", "chi", "co", "cong", "cua", "doan", "doi", "don", "hanh", "huyen", "khoa", "khoi", "khu", "lien",
    "lop", "mot", "nganh", "nghiep", "nha", "nhom", "nien", "phan", "phong", "phuong", "quan", "quoc", "so", "tam", "tap",
    "thanh", "the", "thi", "thuoc", "tinh", "to", "truc", "trung", "truong", "ty", "uy", "van", "vi", "vien", "xa", "xi",
})  # fmt: skip
_I = r"(?<!cua )(?<!cho )(?<!voi )(?<!cac )(?<!con )(?<!anh )(?<!chi )(?<!dinh )\b(?:chung )?(?:toi|em|minh|chau)"
_PLACES = frozenset({
    "phòng", "ban", "tổ", "đội", "khoa", "chi đoàn", "đoàn", "sở", "xã", "phường", "huyện", "trường", "trung tâm", "văn phòng",
    "bộ phận", "đơn vị", "công ty",
})  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.,/-])(?:\(?\+?84\)?[ .-]?|0)\d{2,3}(?:[ .-]?\d{2,4}){2,3}(?![\w/]|[.,-]\d)")
_MOBILE, _FIXED = re.compile(r"0[35789]\d{8}"), re.compile(r"02\d{9}")
_NAME = re.compile(
    rf"(?:{_I} (?P<ten>ten )?(?P<la>la )?|\b(?P<of>ten (?:toi|em|minh|chau) la ))(?P<name>\w+(?: \w+){{0,3}})"
)
_POST = re.compile(
    rf"{_I} (?:dang )?la [^.,;:!?\n]{{2,60}}? (?:cua|o|tai|thuoc) (?P<place>phong|ban|to|doi|khoa|chi doan|doan|so|xa|phuong|"
    r"huyen|truong|trung tam|van phong|bo phan|don vi|cong ty)\b"
)
_NEXT = re.compile(r" (\w+)")
_NO_NAME = frozenset({"ai", "bi", "co", "duoc", "duong", "gi", "khong", "o", "tren", "trong"})


def of_question(session: Session, dialogue: Dialogue, text: str) -> list[Hint]:
    """`find` with the units of the organisation; its own name and that of the host give nobody away."""
    known = units.names(session, dialogue.organisation_id).values()
    return find(text, known, (organisations.name_of(session, dialogue.organisation_id), dialogue.host_unit))


def find(text: str, names: Iterable[str], own: Iterable[str] = ()) -> list[Hint]:
    """The places that give the author away, in the order of the text; no two overlap.

    `text` is as `core.text.clean` leaves it. `names` are those of the organisation's units; `own` is the whole of
    it, which gives nobody away.
    """
    flat = _flat(text)
    found = [*_units(text, flat, names, own), *_numbers(text)]
    found += [Hint(Kind.EMAIL, match.start(), match.end(), match[0]) for match in _EMAIL.finditer(text)]
    found += [*_names(text, flat), *_posts(text, flat)]
    kept: list[Hint] = []
    for hint in sorted(found, key=lambda each: (_WEIGHT[each.kind], each.start - each.end)):  # the longest first
        if all(hint.end <= other.start or other.end <= hint.start for other in kept):
            kept.append(hint)
    return sorted(kept, key=lambda each: each.start)


def quoted(hints: Iterable[Hint]) -> str:
    """What stands between the quotation marks of `SENTENCE`: each place once, three at most."""
    return "», «".join(list(dict.fromkeys(hint.shown for hint in hints))[:3])


def unit_only(hints: Iterable[Hint]) -> bool:
    """Whether names of units are all that was found."""
    return {hint.kind for hint in hints} == {Kind.UNIT}


def without(text: str, hints: Iterable[Hint]) -> str:
    """The text with these places left out, for its author to look at."""
    for hint in sorted(hints, key=lambda each: -each.start):
        head, tail = text[: hint.start], text[hint.end :]
        if hint.kind == Kind.UNIT:
            text = head + _cased(SOMEWHERE, head) + tail
        else:
            text = head.rstrip(" ,;:(") + " " + tail.lstrip(" ,;:)")
    text = re.sub(r" +([.,;:!?])", r"\1", re.sub(r"[ \t]{2,}", " ", text)).strip().lstrip(".,;:!? ")
    return text[:1].upper() + text[1:]


def _flat(text: str) -> str:
    """`text` without marks and in lower case, each letter in its place."""
    return "".join(_base(letter) for letter in text)


def _base(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    return "d" if plain == "đ" else plain if len(plain) == 1 else letter


@lru_cache(4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_flat(unicodedata.normalize("NFC", name))))


def _units(text: str, flat: str, known: Iterable[str], own: Iterable[str]) -> list[Hint]:
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(flat)]
    places: dict[str, list[int]] = {}
    for index, (word, _start, _end) in enumerate(words):
        places.setdefault(word, []).append(index)
    names, whole = {_words(name): name for name in known}, {_words(name) for name in own}
    shadow = [span for name in whole if name for span in _spans(flat, words, places, name)]
    found = [
        (start, end)
        for name, spelling in names.items() if name not in whole and _tells(name, spelling)
        for start, end in _spans(flat, words, places, name) if _meant(text[start:end], name, spelling)
    ]  # fmt: skip
    return [
        Hint(Kind.UNIT, start, end, text[start:end]) for start, end in found
        if not any(left <= start and end <= right for left, right in shadow)
    ]  # fmt: skip


def _spans(
    flat: str, words: list[tuple[str, int, int]], places: dict[str, list[int]], name: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    """Where the words of `name` stand one after the other."""
    for first in places.get(name[0], []):
        run = words[first : first + len(name)]
        joined = all(_GAP.fullmatch(flat, left[2], right[1]) for left, right in pairwise(run))
        if tuple(word for word, _start, _end in run) == name and joined:
            yield run[0][1], run[-1][2]


def _tells(name: tuple[str, ...], spelling: str) -> bool:
    """Whether a name can be known for one: not a mere kind of unit, and no single everyday word."""
    if not name or set(name) <= _KINDS:
        return False
    return len(name) > 1 or sum(map(str.isupper, spelling)) > 1 or any(map(str.isdigit, spelling))


def _meant(said: str, name: tuple[str, ...], spelling: str) -> bool:
    """Whether these words are the name. Three words are, however they are written; fewer could be everyday words."""
    if len(name) > 2:
        return True
    exact = unicodedata.normalize("NFC", spelling).casefold()
    bare = said.isascii() and any(map(str.isdigit, said))
    same = " ".join(said.split()).casefold() == " ".join(exact.split()) or bare
    return same and (said[:1].isupper() or any(map(str.isdigit, said)))


def _numbers(text: str) -> list[Hint]:
    found = []
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        digits = digits if match[0][0] == "0" else "0" + digits[2:]
        if _MOBILE.fullmatch(digits) or _FIXED.fullmatch(digits):
            found.append(Hint(Kind.PHONE, match.start(), match.end(), match[0]))
    return found


def _names(text: str, flat: str) -> list[Hint]:
    """Who says "tên": without "là" only before a capital letter. "Em là" alone takes two of them."""
    found = []
    for match in _NAME.finditer(flat):
        words = text[match.start("name") : match.end("name")].split()
        proper = next((at for at, word in enumerate(words) if not word[:1].isupper()), len(words))
        named = match["of"] or (match["ten"] and match["la"])
        told = _flat(words[0]) not in _NO_NAME if named else proper > (0 if match["ten"] else 1)
        if told and (named or match["ten"] or match["la"]):
            end = match.start("name") + len(" ".join(words[: max(proper, 1)]))
            found.append(Hint(Kind.NAME, match.start(), end, text[match.start() : end]))
    return found


def _posts(text: str, flat: str) -> list[Hint]:
    """ "Em là ... của phòng ...": not where the letters with their marks say something else, such as "bạn"."""
    found = []
    for match in _POST.finditer(flat):
        place = text[match.start("place") : match.end("place")].lower()
        if place.isascii() or place in _PLACES:
            end = _called(text, match.end())
            found.append(Hint(Kind.POST, match.start(), end, text[match.start() : end]))
    return found


def _called(text: str, at: int) -> int:
    """Where the name ends that follows the word for a place: "phòng Nội vụ" has one small word, "xã Tân Ân" has none."""
    proper: list[str] = []
    while (match := _NEXT.match(text, at)) and (
        match[1][0].isupper() or match[1].isdigit() or (len(proper) == 1 and len(proper[0]) > 1)
    ):
        at, small = match.end(), match[1][0].islower()
        proper.append(match[1])
        if small:
            break
    return at


def _cased(words: str, head: str) -> str:
    first = not head.strip() or head.rstrip().endswith((".", "!", "?"))
    return words[:1].upper() + words[1:] if first else words
