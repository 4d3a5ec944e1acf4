"""A dialogue before its day: questions on the board under two topics, two units, and a question that waits unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from survey.dialogues import queries as dialogues
from survey.followups import links
from survey.followups import queries
from survey.followups import service
from survey.followups.queries import Prepared
from survey.followups.service import Typed
from survey.organisations import units
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

BODIES = (
    "Bao giờ lương của cán bộ xã được điều chỉnh?",
    '=HYPERLINK("http://xau.example","Lương thử việc")',
    "Khi nào bộ phận một cửa có máy tính mới?",
)
SECRET = "Câu còn chờ duyệt, chưa đơn vị nào được thấy"


@dataclass
class Office:
    """The cast, two units, and the ids of three questions: two for the first unit, one for the second."""

    cast: Cast
    pay: str
    digital: str
    questions: list[str]
    topics: list[str]

    def link(self, unit_id: str) -> str:
        """A new link for a unit, as a path."""
        made = self.cast.write(links.make, self.cast.dialogue_id, [unit_id], actor="test", anew=True)
        return f"/u/{made[unit_id]}"

    def stored(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """What is prepared: by question, unit and text."""
        with self.cast.reading() as session:
            found = queries.prepared(session, self.cast.dialogue_id)
        return {id_: tuple((one.unit, one.body) for one in answers) for id_, answers in found.items()}

    def answers(self) -> dict[str, tuple[Prepared, ...]]:
        """The same with all that is known."""
        with self.cast.reading() as session:
            return queries.prepared(session, self.cast.dialogue_id)

    def write(self, unit_id: str, question_id: str, text: str, seen: str = "") -> int:
        """An answer by the unit's hand."""
        typed = {question_id: Typed(text, seen)}
        return self.cast.write(service.answer, self.cast.dialogue_id, unit_id, typed, actor="unit")  # type: ignore[no-any-return]

    def send(self, browser: Any, path: str, **data: Any) -> Any:
        """A form of the staff's page."""
        page = f"{self.cast.desk}/prepare"
        return browser.post(f"{page}{path}", data={"csrf_token": csrf(browser, page), **data})


@pytest.fixture
def office(app: Any) -> Office:
    """The dialogue collects, and both topics are given to their units."""
    return furnish(make_cast(app, "collect"))


def furnish(cast: Cast) -> Office:
    """The same in any dialogue."""

    def fill(session: Any) -> Office:
        names = ("Sở Nội vụ", "Văn phòng Ủy ban")
        unit_ids = [units.add(session, cast.organisation_id, None, name) for name in names]
        topics = [topic.id for topic in dialogues.topics(session, cast.dialogue_id)[:2]]
        asked = [
            asking.add(session, cast.dialogue_id, body, topic, state=State.APPROVED, carried=count).id
            for body, topic, count in zip(BODIES, (topics[0], topics[0], topics[1]), (30, 20, 10), strict=True)
        ]
        asking.add(session, cast.dialogue_id, SECRET, topics[0], state=State.PENDING)
        wanted = dict(zip(topics, unit_ids, strict=True))
        service.assign_topics(session, cast.dialogue_id, wanted, actor="test")
        return Office(cast, unit_ids[0], unit_ids[1], asked, topics)

    return cast.write(fill)  # type: ignore[no-any-return]
