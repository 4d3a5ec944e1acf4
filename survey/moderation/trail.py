"""The last steps of one moderator, newest last, in the signed cookie of the desk: the way back, several steps deep.

In the cookie because it is the moderator's own, holds over processes and restarts, and leaves no order in any database.
"""

from __future__ import annotations

import json

from flask import session

from survey.moderation.undoing import Step

KEPT = 20  # steps
SIZE = 1_600  # characters of them: browsers take 4,096 for a cookie, and others need room
_KEY = "steps"


def steps(code: str) -> list[Step]:
    """The steps that were taken in this dialogue; those of another one are forgotten when this one begins."""
    where, kept = session.get(_KEY, ["", []])
    return list(kept) if where == code else []


def remember(code: str, step: Step) -> None:
    """Put a step on top; the oldest go where there are too many."""
    keep(code, [*steps(code), step])


def keep(code: str, kept: list[Step]) -> None:
    """Keep these steps and no others."""
    kept = kept[-KEPT:]
    while len(json.dumps(kept)) > SIZE:
        kept = kept[1:]
    session[_KEY] = [code, kept]
