"""SPSS syntax with the data in it: run it once, and the file with names, labels and codes is there. Codes, no words."""

from __future__ import annotations

from collections.abc import Iterator

from survey.questionnaires.rows import COVERED
from survey.questionnaires.rows import RowFile
from survey.questionnaires.rows import Variable
from survey.questionnaires.rows import words_of

MIMETYPE = "text/plain; charset=utf-8"
LONGEST_LABEL, LONGEST_MEANING = 250, 120  # bytes that SPSS takes


def write(found: RowFile) -> bytes:
    """The syntax, in UTF-8 with its mark."""
    return b"\xef\xbb\xbf" + "\n".join(_lines(found)).encode() + b"\n"


def _lines(found: RowFile) -> Iterator[str]:
    names = [one.name for one in found.variables]
    yield "* Encoding: UTF-8."
    yield f'DATA LIST LIST (",") / {" ".join(f"{name} (F8.0)" for name in names)}.'
    yield "BEGIN DATA"
    for row in found.rows:
        yield ",".join("" if code is None else str(code) for code in row)
    yield "END DATA."
    for one in found.variables:
        yield f"VARIABLE LABELS {one.name} {_quoted(one.label, LONGEST_LABEL)}."
        yield f"VALUE LABELS {one.name}{''.join(_label(code, words) for code, words in words_of(one).items())}."
        if one.identifying:
            yield f"MISSING VALUES {one.name} ({COVERED})."
    yield f"VARIABLE LEVEL {' '.join(_nominal(found.variables))} (NOMINAL)." if names else ""
    yield "EXECUTE."


def _label(code: int, words: str) -> str:
    return f" {code} {_quoted(words, LONGEST_MEANING)}"


def _quoted(text: str, longest: int) -> str:
    """On one line, quotes doubled, cut between characters where it is too long."""
    plain = " ".join(text.split()).encode()[:longest].decode(errors="ignore")
    return "'" + plain.replace("'", "''") + "'"


def _nominal(variables: tuple[Variable, ...]) -> list[str]:
    return [one.name for one in variables]
