"""A questionnaire that is open in the cast's hall, and members' ballots without phones."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import service
from tests.conftest import Cast


@dataclass
class Poll:
    """The questionnaire and its three items: single (required), rating, text."""

    cast: Cast
    id: str
    single: str
    rating: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.cast.base}/surveys/{self.id}"

    @property
    def desk(self) -> str:
        return f"{self.cast.desk}/surveys/{self.id}"

    def options(self):
        return [option["id"] for option in self.row().items[0].settings["options"]]

    def row(self):
        with self.cast.reading() as session:
            return queries.one(session, self.cast.dialogue_id, self.id)

    def results(self):
        with self.cast.reading() as session:
            return queries.results(session, self.id)

    def mark(self, ballot: str) -> bytes:
        return queries.response_mark(self.cast.keys.get(self.cast.dialogue_id, "response"), ballot, self.id)

    def answer(self, ballot: str, option: int = 0, step: str = "", text: str = "", counter: int | None = None):
        typed = {self.single: {"": [self.options()[option]]}, self.rating: {"": [step]}, self.text: {"": [text]}}
        return self.cast.write(service.respond, self.id, self.mark(ballot), typed, counter)

    def form(self, option: int = 0, step: str = "3", text: str = "Một câu") -> dict[str, str]:
        return {self.single: self.options()[option], self.rating: step, self.text: text}


def make_poll(cast: Cast) -> Poll:
    dialogue = cast.dialogue_id
    made = cast.write(building.create, dialogue, "Khảo sát thử")
    single = cast.write(items.add_item, dialogue, made, "single", {
        "label": "Việc nào cần nhất?", "required": True, "options": "Thu nhập\nMáy tính\nĐào tạo",
    })  # fmt: skip
    rating = cast.write(items.add_item, dialogue, made, "rating", {
        "label": "Bạn hài lòng đến đâu?", "steps": "5", "low": "kém", "high": "tốt",
    })  # fmt: skip
    text = cast.write(items.add_item, dialogue, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, dialogue, made)
    return Poll(cast, made, single, rating, text)


@pytest.fixture
def poll(cast: Cast) -> Poll:
    return make_poll(cast)
