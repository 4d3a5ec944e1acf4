"""Both databases and the keys, for what touches more than one of them. No commit ever holds two."""

from __future__ import annotations

from dataclasses import dataclass

from survey.core.boxes import Boxes
from survey.core.db import Database
from survey.core.keys import KeyStore


@dataclass(frozen=True, slots=True)
class Stores:
    """`db` holds the dialogues and the anonymous side, `roll` the members; `keys` and `box` lie outside both."""

    db: Database
    roll: Database
    keys: KeyStore
    box: Boxes
