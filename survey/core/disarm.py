"""Texts in tables that a spreadsheet opens: nothing in them may be run."""

from __future__ import annotations

import re

# A spreadsheet set to another separator splits inside our quotes and takes quotes of the text for its own, so what
# follows a separator is disarmed as well, also behind quotes.
_FORMULA = re.compile(r"(?:^|(?<=[\n\r\t,;|]))(?:[^\S\n\r\t]|\")*(?=[=+\-@\t\r＝＋－＠])")


def disarm(text: str) -> str:
    """`text` with an apostrophe before whatever would start a formula, full-width forms included."""
    return _FORMULA.sub(r"\g<0>'", text)
