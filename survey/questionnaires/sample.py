"""A filled questionnaire for the sample dialogues: repeatable answers of ballots that nobody holds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey.questionnaires.building import create_from
from survey.questionnaires.building import open_
from survey.questionnaires.models import Item
from survey.questionnaires.models import Response
from survey.questionnaires.queries import response_mark
from survey.questionnaires.service import items_of
from survey.questionnaires.service import load
from survey.questionnaires.service import publish

SHARE = 0.7  # of the ballots answer; one in three of them also writes something
TEXTS = (
    "Mong tỉnh cho cán bộ trẻ được thử việc mới, sai thì sửa, đừng vội phê bình.",
    "Cần máy tính và đường truyền ổn định ở bộ phận một cửa cấp xã.",
    "Một việc đang phải báo cáo ba nơi theo ba mẫu khác nhau. Xin gộp lại.",
    "Thu nhập chưa đủ sống, nhiều bạn giỏi đã xin nghỉ.",
    "Nên có tiêu chí luân chuyển công khai để ai cũng biết mình cần làm gì.",
    "Mỗi quý xin một buổi như thế này, ngắn thôi cũng được.",
    "Mong được học các lớp kỹ năng số vào buổi tối.",
)


def build(session: Session, key: bytes, dialogue_id: str, ballots: Sequence[str]) -> str:
    """Make the questionnaire "before the dialogue", open it and let a good part of `ballots` answer; return its id."""
    questionnaire_id = create_from(session, dialogue_id, "before")
    open_(session, dialogue_id, questionnaire_id)
    items, chance = items_of(session, questionnaire_id), random.Random(3)  # noqa: S311 - not for secrets
    rows = [
        {
            "questionnaire_id": questionnaire_id, "mark": response_mark(key, ballot, questionnaire_id), "counter": 1,
            "answers": {item.id: answer for item in items if (answer := _answer(item, chance)) is not None},
        }
        for ballot in ballots[: round(len(ballots) * SHARE)]
    ]  # fmt: skip
    if rows:
        session.execute(insert(Response), rows)
    questionnaire = load(session, questionnaire_id)
    questionnaire.responses = len(rows)
    session.flush()
    publish(session, questionnaire, closing=False)
    return questionnaire_id


def _answer(item: Item, chance: random.Random) -> Any:
    if item.kind == "single":
        options = item.settings["options"]
        return chance.choices(options, [1 / (place + 2) for place in range(len(options))])[0]["id"]
    if item.kind == "rating":
        return chance.choices(range(1, 6), (1, 3, 6, 5, 2))[0]
    return chance.choice(TEXTS) if chance.random() < 1 / 3 else None
