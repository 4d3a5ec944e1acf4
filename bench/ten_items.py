"""`python -m bench.ten_items <code>`: put an open questionnaire of ten items into a sample, and print its id."""

from __future__ import annotations

import os
import sys

from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.settings import load
from survey.dialogues import queries as dialogues
from survey.questionnaires import building
from survey.questionnaires import items

CHOICES = {"options": "Thu nhập\nMáy tính\nĐào tạo\nNhà ở\nThủ tục"}
ITEMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("single", CHOICES), ("single", CHOICES), ("multiple", CHOICES), ("yesno", {}), ("rating", {"steps": "5"}),
    ("rating", {"steps": "5"}), ("score", {}), ("rating", {"steps": "7"}), ("text", {}), ("short", {}),
)  # fmt: skip


def build(session: Session, code: str) -> str:
    """The questionnaire's id."""
    dialogue = dialogues.by_code(session, code)
    made = building.create(session, dialogue.id, "Mười mục")
    for number, (kind, typed) in enumerate(ITEMS, 1):
        items.add_item(session, dialogue.id, made, kind, {"label": f"Mục {number}?", **typed})
    building.open_(session, dialogue.id, made)
    return made


if __name__ == "__main__":
    database = Database(load(os.environ).database_url)
    print(database.write(build, sys.argv[1]))
    database.dispose()
