"""The streams: what they carry, where they resume, when they end, and what they never carry."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from survey.accounts import signins
from survey.accounts.models import SignIn
from survey.dialogues.models import Dialogue
from survey.stage import queries
from survey.stage.live import moved
from tests.conftest import Cast
from tests.stage.conftest import SECRET
from tests.stage.conftest import bring
from tests.stage.conftest import decide
from tests.stage.conftest import pend
from tests.stage.conftest import put

PATHS = {"screen": "/screen/live", "leader": "/lead/live"}


class Reader:
    """One stream, read event by event as a browser would."""

    def __init__(self, cast: Cast, role: str, after: int | None = None, header: int | None = None) -> None:
        headers = {"Last-Event-ID": str(header)} if header is not None else {}
        query = f"?after={after}" if after is not None else ""
        self._answer = cast.staff(role).get(cast.desk + PATHS[role] + query, headers=headers)
        assert self._answer.mimetype == "text/event-stream"
        self._events = self._read(iter(self._answer.response))  # type: ignore[arg-type]

    @staticmethod
    def _read(chunks: Iterator[bytes]) -> Iterator[tuple[str, str, int | None]]:
        for chunk in chunks:
            for block in chunk.decode().split("\n\n"):
                lines = [line.split(": ", 1) for line in block.split("\n") if ": " in line]
                data = "\n".join(value for name, value in lines if name == "data")
                name = next((value for name, value in lines if name == "event"), "")
                number = next((int(value) for name, value in lines if name == "id"), None)
                if data:
                    yield name, data, number

    def next(self) -> tuple[str, int | None]:
        """The next event that is no beat: its data and its id."""
        for _name, data, number in self._events:
            if data != "beat":
                return data, number
        raise AssertionError("the stream has ended")

    def ended(self) -> bool:
        """Whether nothing but beats follows."""
        return all(data == "beat" for _name, data, _number in self._events)

    def close(self) -> None:
        """Hang up."""
        self._answer.close()


def versions(cast: Cast) -> tuple[int, int]:
    with cast.reading() as session:
        row = session.execute(select(Dialogue.version, Dialogue.revision).where(Dialogue.id == cast.dialogue_id)).one()
        return row.version, row.revision


def test_stream_brings_the_whole_screen_and_its_version(cast: Cast) -> None:
    bring(cast, "Bao giờ thay máy tính cũ?")
    put(cast, screen="ranking")
    reader = Reader(cast, "screen")
    data, number = reader.next()
    reader.close()
    assert re.findall(r'hx-target="(#[\w-]+)"', data) == [
        "#stage-tag",
        "#stage-right",
        "#stage",
        "#stage-say",
        "#stage-foot",
    ]
    assert "Bao giờ thay máy tính cũ?" in data
    assert number == versions(cast)[0]


def test_stream_resumes_by_last_event_id(cast: Cast) -> None:
    put(cast, screen="ranking")
    known, _ = versions(cast)
    watcher = Reader(cast, "screen", after=known)
    timer = threading.Timer(0.3, lambda: bring(cast, "Câu đến trong lúc mất mạng"))
    timer.start()
    data, number = watcher.next()
    assert "Câu đến trong lúc mất mạng" in data
    back = Reader(cast, "screen", header=known)
    assert back.next() == (data, number), "who was away gets the same bytes"
    back.close()
    watcher.close()
    timer.join()


def test_stream_of_the_desk_carries_the_revision_and_the_note(cast: Cast) -> None:
    from survey.moderation import service as moderation

    [question] = bring(cast, "Bao giờ thay máy tính cũ?")
    decide(cast, question, "call")
    before = versions(cast)
    reader = Reader(cast, "leader", after=before[1])
    threading.Timer(
        0.3, lambda: cast.write(moderation.set_note, cast.dialogue_id, question, "Giao Sở Nội vụ", actor="test")
    ).start()
    data, number = reader.next()
    reader.close()
    assert "Giao Sở Nội vụ" in data
    after = versions(cast)
    assert (number, after[0]) == (after[1], before[0]), "a note moves the desk and no public version"


@pytest.mark.parametrize("role", ["screen", "leader"])
def test_stream_never_carries_what_waits_in_the_queue(cast: Cast, role: str) -> None:
    [shown] = bring(cast, "Câu đã lên bảng")
    pend(cast)
    for mode in queries.MODES:
        put(cast, screen=mode)
        reader = Reader(cast, role)
        data, _number = reader.next()
        reader.close()
        assert SECRET not in data
        assert "csrf" not in data
    decide(cast, shown, "call")
    reader = Reader(cast, role)
    assert SECRET not in reader.next()[0]
    reader.close()


def test_pending_question_wakes_no_screen(cast: Cast) -> None:
    known, _ = versions(cast)
    pend(cast)
    assert versions(cast)[0] == known


@pytest.mark.parametrize("role", ["screen", "leader"])
def test_stream_ends_when_the_machine_is_put_out(cast: Cast, role: str) -> None:
    reader = Reader(cast, role)
    reader.next()
    with cast.reading() as session:
        sign_in = session.scalars(select(SignIn.id).where(SignIn.ended_at.is_(None))).all()[-1]
        every = session.scalars(select(SignIn.id)).all()
    assert sign_in in every
    timers = [threading.Timer(0.2, lambda each=each: cast.write(signins.leave, each)) for each in every]
    for timer in timers:
        timer.start()
    assert reader.ended()
    reader.close()


def test_moved_marks_the_rows_that_changed_their_place(cast: Cast) -> None:
    first, second, third = bring(cast, "Câu thứ nhất của hội trường", "Câu thứ hai", "Câu thứ ba", counts=[9, 5, 4])
    put(cast, screen="ranking")
    with cast.reading() as session:
        before = queries.screen(session, cast.dialogue_id)
    decide(cast, second, "answer")
    with cast.reading() as session:
        after = queries.screen(session, cast.dialogue_id)
    assert before is not None
    assert after is not None
    assert [line.id for line in after.lines] == [first, third]
    assert moved(before, after) == {third}
    assert moved(None, after) == frozenset()


def test_stream_speaks_english_where_asked(cast: Cast) -> None:
    answer = cast.staff("screen").get(f"{cast.desk}/screen/live?lang=en")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    answer.close()
