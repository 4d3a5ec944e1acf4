"""Three scenes for the papers, of plain values: an ordinary one, an empty one, one that holds too much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from survey.core.clock import now
from survey.dialogues.models import Dialogue
from survey.exports.office import Office
from survey.exports.scene import Scene
from survey.followups.recommended import Recommended
from survey.followups.recommended import Source
from survey.followups.steps import State as Step
from survey.organisations.letterheads import Letter
from survey.questionnaires.results import ItemResult
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import Results
from survey.questionnaires.results import Row as Bar
from survey.questions.queries import Row
from survey.questions.state import State

TODAY = dt.date(2026, 4, 20)
START = dt.datetime(2026, 3, 26, 1, 0, tzinfo=dt.UTC)  # 8:00 here
TOPICS = ("Lương, thu nhập", "Đào tạo, bồi dưỡng", "Cải cách hành chính")
UNITS = (("u1", "Phòng Tổ chức cán bộ"), ("u2", "Văn phòng Sở"))
THREE_LINES = (
    "Ban Chấp hành Đoàn Thanh niên Cộng sản Hồ Chí Minh Khối các cơ quan và doanh nghiệp tỉnh Cà Mau, "
    "nhiệm kỳ 2022 – 2027 (mở rộng)"
)
LONG = ("Đề nghị lãnh đạo xem xét, giải quyết dứt điểm việc này trong quý tới & báo cáo <kết quả>. " * 40)[:2000]


def dialogue(**more: object) -> Dialogue:
    """A dialogue that no database holds."""
    given = {
        "id": "d", "organisation_id": "o", "code": "G4P9QF", "state": "concluded", "entry": "open",
        "theme": "Giám đốc Sở với chi đoàn",
        "leader": "Đ/c Trần Văn A, Giám đốc Sở", "place": "Hội trường Sở Nội vụ", "host_unit": "Chi đoàn Sở Nội vụ",
        "starts_at": START, "minutes": 90, "ballots": 34, "pledge": "Tôi không tìm xem ai hỏi.", "complaints": "Thanh tra Sở",
        "writing_days": 10, "ask_limit": 5, "pre_moderation": True, "rehearsal": False, "rule": "supporters", "turns": False,
        "issue_key": None,
    }  # fmt: skip
    return Dialogue(**{**given, **more})


def office(regime: str = "union", **more: object) -> Office:
    """An issuer."""
    given = Office(
        regime, "Đoàn Khối các cơ quan tỉnh", "Chi đoàn Sở Nội vụ", (), "CĐ" if regime == "union" else "SNV", "Cà Mau",
        draft=True, letter=Letter(regime=regime),
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]


def asked(number: int, state: str, body: str = "", **more: object) -> Row:
    """A question on the board."""
    given = Row(
        f"q{number}", number, body or f"Câu hỏi thứ {number}: bao giờ sửa phòng máy?", TOPICS[number % 3], None,
        100 - number, state, "member", "", now(), "", "",
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]


def wanted(number: int, unit: tuple[str, str] | None, due: dt.date | None, **more: object) -> Recommended:
    """A recommendation from the question of the same number."""
    given = Recommended(
        f"r{number}", number, f"Sửa phòng máy số {number}", None, TOPICS[number % 3], unit[0] if unit else None,
        unit[1] if unit else "", (), Step.ASSIGNED, due, due is not None and due < TODAY, "", "", "", None, False, START, None,
        (Source(f"q{number}", number, "", 100 - number),), (),
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]


def survey(people: int = 24) -> Results:
    """A questionnaire as it was published."""
    bars = (Bar("Lương", 15, 0.75), Bar("Đào tạo", 5, 0.25), Bar("Nhà ở", 0, 0.0))
    part = PartResult("Lương", (Bar("1", 10, 0.5), Bar("2", 10, 0.5)), 1.5)
    items = (
        ItemResult("i1", "single", "Bạn quan tâm gì?", 20, bars), ItemResult("i2", "rating", "Mức hài lòng", 20, bars, 3.25),
        ItemResult("i3", "text", "Điều bạn mong", 10), ItemResult("i4", "matrix", "Bảng", 20, parts=(part,)),
    )  # fmt: skip
    return Results("s", "Khảo sát trước đối thoại", "closed", people, items)


def sample(regime: str = "union", **more: object) -> Scene:
    """Nine questions, four recommendations of which two are late, a survey and a vote."""
    board = [asked(n, State.ANSWERED, note=f"Sẽ làm xong trong quý {n % 4 + 1}.") for n in range(1, 6)]
    board += [asked(6, State.ANSWERED), asked(7, State.IN_WRITING), asked(8, State.APPROVED)]
    board += [
        asked(9, State.ANSWERED, source="spoken", unit="Chi đoàn Văn phòng", note="Đã ghi nhận.", answerer="Đ/c B")
    ]
    todo = (
        wanted(1, UNITS[0], dt.date(2026, 4, 1), cooperating=(UNITS[1],)), wanted(7, UNITS[1], dt.date(2026, 4, 10)),
        wanted(2, UNITS[0], dt.date(2026, 6, 1), state=Step.SOLVED, answer="Đã sửa.", document="15/TB-SNV",
               document_date=dt.date(2026, 4, 12), done_at=now()),
        wanted(3, None, None),
    )  # fmt: skip
    given = Scene(
        dialogue(), office(regime), "https://doithoai.example/d/G4P9QF", TODAY, tuple(board), todo, TOPICS,
        {TOPICS[0]: UNITS[0][1]}, ("Huyện Cái Nước",), ("“Thông qua quy chế”. Biểu quyết: 30/34 tán thành",), (survey(),),
        START + dt.timedelta(hours=2),
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]


def empty(regime: str = "union") -> Scene:
    """A draft in which nothing was filled in."""
    bare = dialogue(
        leader="", place="", host_unit="", starts_at=None, ballots=0, pledge="", complaints="", state="draft"
    )
    return Scene(
        bare, office(regime, superior="", place="." * 30), "http://a/d/G4P9QF", TODAY, (), (), (), {}, (), (), (), None
    )


def extreme(regime: str = "union", questions: int = 500) -> Scene:
    """Five hundred questions with answers of two thousand characters; names that fill three lines."""
    states = (State.ANSWERED, State.IN_WRITING, State.APPROVED)
    board = [asked(n, states[n % 3], body=LONG[:500], note=LONG if n % 3 == 0 else "") for n in range(1, questions + 1)]
    todo = [wanted(n, (f"u{n % 14}", f"{THREE_LINES} {n % 14}"), TODAY - dt.timedelta(n % 50), answer=LONG, body=LONG)
            for n in range(1, questions // 5)]  # fmt: skip
    base = sample(regime)
    return replace(
        base, dialogue=dialogue(theme=LONG[:300]), office=office(regime, issuer=THREE_LINES, superior=THREE_LINES),
        board=tuple(board), recommended=tuple(todo), surveys=(survey(),) * 5,
    )  # fmt: skip
