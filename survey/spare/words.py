"""Eight words on a sheet of paper, 128 bits: without marks, so that any keyboard types them and any voice reads them out.

A word is two of 256 syllables that are made by rule, so that anybody can make the list again: beginnings and ends that no
region confuses (so not both s and x, tr and ch, l and n, d and v, n and ng alike), the level tone, and no letter that
needs a mark; without those that nobody wants to read aloud.
"""

from __future__ import annotations

import difflib
import secrets

from survey.core.text import fold

WORDS, IN_A_WORD = 8, 2
_STARTS = "b c ch g h kh l m ng nh ph s t th v"
_ENDS = "a ai am ang anh ao ay e em eo i im inh o oi om ong u ui um ung ia ua"
_BARRED = (
    "ba bua bui bu cu ca chui chi cho gai gu ham hang ho hoi hia khi khua khung lao loi lo lum ma mu mang mui ngang ngu ngao ngo "
    "nham nhay sai sui sang tang tam tai thui thai tham tu ti tui vo vu vua voi phang pha phi"
)
_BEFORE_FRONT = {"c": "k", "g": "gh", "ng": "ngh"}  # as they are written before e and i


def make() -> str:
    """Eight new words, a space between the syllables."""
    return " ".join(secrets.choice(SYLLABLES) for _ in range(WORDS * IN_A_WORD))


def lines(phrase: str) -> list[str]:
    """The words of a phrase, one a line of the sheet."""
    parts = phrase.split()
    return [" ".join(parts[start : start + IN_A_WORD]) for start in range(0, len(parts), IN_A_WORD)]


def read(typed: str) -> list[str]:
    """The syllables of what somebody typed: with or without marks, capitals, numbers of the lines, hyphens."""
    plain = fold(typed)
    return "".join(char if char.isalpha() else " " for char in plain).split()


def strange(syllables: list[str]) -> dict[str, list[str]]:
    """What stands on no sheet, each with what may have been meant."""
    return {one: difflib.get_close_matches(one, SYLLABLES, 3, 0.5) for one in syllables if one not in _KNOWN}


def _written(start: str, end: str) -> str:
    return (_BEFORE_FRONT.get(start, start) if end[0] in "ei" else start) + end


def _all() -> tuple[str, ...]:
    made = (_written(start, end) for end in _ENDS.split() for start in _STARTS.split())
    return tuple(one for one in made if one not in _BARRED.split())[:256]


SYLLABLES = _all()
_KNOWN = frozenset(SYLLABLES)
