"""Vietnamese as data: normalising, folding, sorting. Plain functions over `str`."""

from __future__ import annotations

import re
import unicodedata

_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF])
_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the order of Vietnamese dictionaries
_RANK = {letter: rank for rank, letter in enumerate(_ALPHABET)}


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark `message` for the catalogue without translating it here."""
    return message


def clean(raw: str) -> str:
    """`raw` as we keep it: NFC (phones paste NFD), no control or bidi marks, single spaces, at most one empty line."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isprintable():  # which nearly every short line is: it holds none of these
        text = "".join(c for c in text.translate(_BIDI) if c in "\n\t" or unicodedata.category(c) not in _UNWANTED)
    text = "\n".join(_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    return _LINES.sub("\n\n", text).strip()


def clean_line(raw: str) -> str:
    """Like `clean`, on one line."""
    return " ".join(clean(raw).split())


def fold(text: str) -> str:
    """Search form of `text`: lower case, no marks, đ to d, so that "hoà" meets "hòa" meets "hoa"."""
    stripped = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join("".join(c for c in stripped if not unicodedata.combining(c)).split())


def spelled(text: str) -> str:
    """One spelling of a name: lower case, each word's tone behind it, so that "Hoà" is "hòa" and "Hoa" is not."""
    return " ".join(_tone_last(word) for word in unicodedata.normalize("NFD", text.casefold()).split())


def _tone_last(word: str) -> str:
    return "".join(c for c in word if c not in _TONES) + "".join(c for c in word if c in _TONES)


def natural_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """`sort_key` with numbers by their value: "Chi đoàn 2" before "Chi đoàn 10"."""
    return sort_key(re.sub(r"\d+", lambda number: number[0].zfill(8), text))


def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Key of Vietnamese dictionary order: letters (a ă â b c d đ ...) first, tones second, the text itself last."""
    letters: list[int] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", text).casefold():
        parts = unicodedata.normalize("NFD", char)
        tone = next((_TONES.index(p) + 1 for p in parts if p in _TONES), 0)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        letters.append(_RANK.get(base, ord(base[0]) - 0x10000 if ord(base[0]) < 128 else ord(base[0])))
        tones.append(tone)
    return tuple(letters), tuple(tones), text


def excerpt(text: str, words: int = 8) -> str:
    """The first `words` words of `text`, with an ellipsis where something was left out."""
    parts = text.split()
    return " ".join(parts[:words]) + ("…" if len(parts) > words else "")
