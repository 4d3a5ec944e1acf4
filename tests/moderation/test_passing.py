"""Short clean questions pass by themselves where too much waits: which, when, once, and never against a moderator."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core.db import Database
from survey.core.errors import NotNow
from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.moderation import asking_back
from survey.moderation import passing
from survey.moderation import queries
from survey.moderation import service as deciding
from survey.moderation.models import ModerationLog
from survey.moderation.passing import Passing
from survey.moderation.waits import Waits
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from tests.conftest import Cast
from tests.moderation.test_waits import Clock

Figure = Callable[[str], None]
CLEAN = (
    "Bao giờ phường có thêm máy tính cho bộ phận một cửa?", "Đề nghị tăng phụ cấp cho bí thư chi đoàn ở thôn.",
    "Có hỗ trợ vay vốn khởi nghiệp làm nghề dệt chiếu không?", "Sao lớp bồi dưỡng nghiệp vụ lại mở vào cuối tuần?",
    "Khi nào sửa xong nhà văn hóa thanh niên của huyện?", "Muốn luân chuyển về cơ sở thì đăng ký ở đâu?",
)  # fmt: skip
LATE = (
    "Trẻ em nông thôn học bơi ở đâu?", "Xử lý rác thải làng nghề đến đâu rồi?", "Bảo hiểm y tế cho người làm không chuyên?",
)  # fmt: skip
UNCLEAN = {
    "long": "Tôi muốn hỏi về chuyện đường sá. " * 8,
    "phone": "Chợ đêm gây ồn, gọi 0912345678 không ai nghe máy.",
    "leader": "Sao ông Mười chưa trả lời chuyện rác thải làng nghề?",
    "somebody": "Đồng chí Nguyễn Thị Lan hay quát nạt người đến làm hồ sơ.",
    "coarse": "Làm ăn khốn nạn thế này thì ai tin được nữa?",
    "twin": "Đề nghị tăng thêm phụ cấp cho các bí thư chi đoàn thôn.",
    "known": "Bao giờ thư viện tỉnh mở cửa buổi tối cho sinh viên?",
}


class Table:
    """A queue with its clock and one process that looks at it."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.clock = Clock()
        self.clock.now = 1_000_000.0  # on a beat
        self.passing = Passing(self.clock, Waits(self.clock))
        self.ids: dict[str, str] = {}

    def ask(self, *bodies: str) -> list[str]:
        for body in bodies:
            self.ids[body] = self.cast.write(
                lambda s, text=body: (
                    asking.add(s, self.cast.dialogue_id, text, None, state=State.PENDING, author=text.encode()).id
                )
            )
        return [self.ids[body] for body in bodies]

    def look(self, seconds: float = 0.0) -> frozenset[str]:
        self.clock.now += seconds
        self.passing.mark(frozenset({self.cast.dialogue_id}))
        return self.passing.look(self.cast.stores.db)

    def plan(self) -> set[str]:
        return set(self.passing.plan(self.cast.dialogue_id))

    def switch(self, *, on: bool = True) -> None:
        self.cast.write(passing.switch, self.cast.dialogue_id, on=on)

    def is_on(self) -> bool:
        with self.cast.reading() as session:
            return session.get_one(Dialogue, self.cast.dialogue_id).auto_pass

    def states(self) -> dict[str, str]:
        with self.cast.reading() as session:
            rows = {one.id: one.state for one in session.scalars(select(Question))}
        return {body: rows[question_id] for body, question_id in self.ids.items()}

    def log(self) -> list[tuple[str, str, str]]:
        with self.cast.reading() as session:
            rows = session.scalars(select(ModerationLog))
            return [(one.question_id, one.actor, one.action) for one in rows]


@pytest.fixture
def table(cast: Cast) -> Table:
    return Table(cast)


@pytest.mark.claim(
    "moderation",
    "with auto-pass on, short clean questions pass after 60 s and others wait for a moderator; off, none pass",
)
def test_short_clean_questions_pass_and_no_others(table: Table, figure: Figure) -> None:
    cast = table.cast
    cast.write(lambda s: setattr(dialogues.load(s, cast.dialogue_id), "leaders", "Nguyễn Văn Mười, Chủ tịch tỉnh"))
    cast.write(lambda s: asking.add(
        s, cast.dialogue_id, "Bao giờ thư viện tỉnh mở cửa buổi tối cho sinh viên?", None, state=State.APPROVED
    ).id)  # fmt: skip
    table.ask(*CLEAN, *UNCLEAN.values())
    table.look()
    table.look(100)
    assert set(table.states().values()) == {State.PENDING}, "control: nothing passes while it is off"
    table.switch()
    assert table.look() == {f"aside:{cast.dialogue_id}"}, "the desks are told"
    lonely = [body for body in CLEAN if "phụ cấp" not in body]  # the other has a twin in the queue
    assert table.plan() == {table.ids[body] for body in lonely}
    table.look(59)
    assert set(table.states().values()) == {State.PENDING}
    table.look(21)
    passed = {body for body, state in table.states().items() if state == State.APPROVED}
    figure(
        f"{len(passed)} of {len(lonely)} clean ones passed, {len(passed - set(lonely))} of {len(UNCLEAN) + 1} others"
    )
    assert passed == set(lonely)
    assert {(actor, act) for _id, actor, act in table.log()} == {(passing.AUTO, "approve")}
    with cast.reading() as session:
        assert {row.id for row in passing.passed(session, cast.dialogue_id)} == {table.ids[body] for body in lonely}


@pytest.mark.claim(
    "anonymity", "the moment at which a question passes by itself does not tell the second in which it was asked"
)
def test_questions_pass_on_beats(table: Table, figure: Figure) -> None:
    """Asked at different seconds of one beat, they pass together, shuffled."""
    table.ask(*CLEAN[:5])
    table.look()
    table.switch()
    table.look(1)
    dues = set()
    for body in LATE:
        late = table.ask(body)
        table.look(5)
        dues |= {table.passing.plan(table.cast.dialogue_id).get(late[0])}
    figure(f"3 questions asked over 15 s, {len(dues)} moment of publishing")
    assert len(dues) == 1
    assert {due % passing.BEAT for due in dues if due} == {0.0}


def test_what_a_moderator_touched_is_left_to_moderators(table: Table) -> None:
    cast = table.cast
    held, undone, asked, edited, *rest = table.ask(*CLEAN)
    table.switch()
    table.look()
    cast.write(deciding.decide, cast.dialogue_id, held, "hold", actor="staff:x")
    cast.write(deciding.decide, cast.dialogue_id, undone, "approve", actor="staff:x")
    cast.write(deciding.decide, cast.dialogue_id, undone, "reopen", actor="staff:x")
    cast.write(asking_back.ask_back, cast.dialogue_id, asked, actor="staff:x")
    table.ask("Hỏi thêm một câu cho đủ số câu đang chờ?", "Ngoài ra còn một câu khác hẳn về chuyện bơi lội?")
    table.look(40)
    new = "Nay hỏi về việc cấp đất làm nhà ở cho công nhân."
    cast.write(asking.correct, cast.dialogue_id, edited, [CLEAN[3].encode()], new, None)
    due = passing.pass_due  # what was planned for the text before must not pass the new one
    assert cast.write(due, cast.dialogue_id, {edited: "00000000"}) == []
    table.look(40)
    states = table.states()
    assert [states[CLEAN[0]], states[CLEAN[1]], states[CLEAN[2]]] == [State.HELD, State.PENDING, State.PENDING]
    assert {states[CLEAN[4]], states[CLEAN[5]]} == {State.APPROVED}
    assert rest
    cast.write(deciding.decide, cast.dialogue_id, rest[0], "reopen", actor="staff:x", seen=State.APPROVED)
    table.look(100)
    assert table.states()[CLEAN[4]] == State.PENDING, "taken back by hand, it never passes by itself again"


def test_it_switches_itself_off_below_five(table: Table) -> None:
    ids = table.ask(*CLEAN)
    table.switch()
    table.look()
    for question_id in ids[:2]:
        table.cast.write(deciding.decide, table.cast.dialogue_id, question_id, "approve", actor="staff:x")
    table.look(1)
    assert not table.is_on()
    assert table.plan() == set()
    table.look(120)
    assert list(table.states().values()).count(State.PENDING) == 4
    with pytest.raises(NotNow, match="ít câu chờ"):
        table.switch()


def test_it_is_for_a_live_hall_that_reads_first(table: Table) -> None:
    table.ask(*CLEAN)
    table.cast.write(dialogues.change, table.cast.dialogue_id, {"pre_moderation": False})
    with pytest.raises(NotNow, match="phải duyệt"):
        table.switch()
    assert not table.is_on()


def test_closing_the_hall_ends_it(table: Table) -> None:
    table.ask(*CLEAN)
    table.switch()
    table.look()
    table.cast.write(lifecycle.close, table.cast.dialogue_id, actor="staff:x")
    table.look(100)
    assert not table.is_on()
    assert set(table.states().values()) == {State.PENDING}


def test_another_minute_begins_with_the_switch(table: Table) -> None:
    table.ask(*CLEAN)
    table.look()
    table.look(500)
    table.switch()
    table.look()
    table.look(59)
    assert set(table.states().values()) == {State.PENDING}, (
        "who switches it on has a minute to hold what should not pass"
    )


def together(cast: Cast, databases: list[Database]) -> list[tuple[str, str, str]]:
    """As many processes as databases look at one queue in the same moment; the log afterwards."""
    table = Table(cast)
    table.ask(*CLEAN)
    table.switch()
    lookers = [Passing(table.clock, Waits(table.clock)) for _ in databases]
    for looker, database in zip(lookers, databases, strict=True):
        looker.look(database)
    table.clock.now += 80
    start = threading.Barrier(len(databases))

    def run(looker: Passing, database: Database) -> None:
        start.wait(5)
        looker.look(database)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(lookers, databases, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert set(table.states().values()) == {State.APPROVED}
    with cast.reading() as session:
        numbers = sorted(session.scalars(select(Question.number).where(Question.number.is_not(None))))
    assert numbers == list(range(1, len(CLEAN) + 1))
    return table.log()


def test_each_passes_once_where_two_look_at_once(cast: Cast) -> None:
    log = together(cast, [cast.stores.db, cast.stores.db])
    assert len(log) == len({question_id for question_id, *_ in log}) == len(CLEAN)


def test_each_passes_once_on_postgresql_with_two_processes(cast_on_postgres: Cast) -> None:
    other = Database(cast_on_postgres.stores.db.url)
    log = together(cast_on_postgres, [cast_on_postgres.stores.db, other])
    other.dispose()
    with cast_on_postgres.reading() as session:
        assert len(passing.passed(session, cast_on_postgres.dialogue_id)) == len(CLEAN)
        assert queries.asking(session, cast_on_postgres.dialogue_id) == []
    assert len(log) == len({question_id for question_id, *_ in log}) == len(CLEAN)
