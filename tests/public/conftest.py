"""A dialogue after its hall with things to read: three answered questions and one in writing, four recommendations."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update

from survey import lifecycle
from survey.core import settings as core_settings
from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues import service as dialogues
from survey.followups import attachments
from survey.followups import publishing
from survey.followups import recommendations
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.moderation import service as moderation
from survey.moderation.service import BroughtIn
from survey.organisations import units
from survey.questions.models import Question
from tests.conftest import Cast
from tests.conftest import _running
from tests.conftest import csrf
from tests.conftest import make_cast

TODAY = local(now()).date()
HTML = '<script>alert(1)</script><img src=x onerror="alert(2)">'
ANSWERS = ("Sẽ trang bị trong quý này.", HTML, "Đã có quyết định số 15.")
PDF = b"%PDF-1.7\nvan ban"


@dataclass
class Scene:
    """The cast, ids of questions and of recommendations in the order of their numbers, and of two files."""

    cast: Cast
    questions: list[str]
    recommendations: list[str]
    seen_file: str
    hidden_file: str

    @property
    def path(self) -> str:
        """Of the public page."""
        return f"/p/{self.cast.code}"

    def get(self, path: str = "", **options: Any) -> Any:
        """A stranger's browser asks below the page."""
        return self.cast.app.test_client(use_cookies=False).get(self.path + path, **options)

    def send(self, browser: Any, path: str, **data: Any) -> Any:
        """A form of the office's page."""
        page = f"{self.cast.desk}/publication"
        return browser.post(f"{page}{path}", data={"csrf_token": csrf(browser, page), **data})


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Scene]:
    """One app for all readers of a module: they change nothing that others look at."""
    yield from _scene(tmp_path_factory.mktemp("công khai"), migrated)


@pytest.fixture
def fresh(tmp_path: Path, migrated: Path) -> Iterator[Scene]:
    """The same for one test alone."""
    yield from _scene(tmp_path, migrated)


def _scene(folder: Path, migrated: Path) -> Iterator[Scene]:
    shutil.copytree(migrated, folder / "dữ liệu")
    places = {"DATA_DIR": str(folder / "dữ liệu"), "KEY_DIR": str(folder / "keys"), "HOST": "127.0.0.1"}
    for app in _running(core_settings.load(places)):
        yield furnish(make_cast(app, "open_hall"))


def furnish(cast: Cast) -> Scene:
    """The hall was held and is concluded; the office published all but the last question and the last recommendation."""
    rows = [
        BroughtIn(text=text) for text in (
            "Bao giờ bộ phận một cửa có máy tính mới?", "Chế độ làm thêm giờ thế nào?", "Quy hoạch cán bộ trẻ ra sao?",
            "Câu trả lời này chưa công bố", "Lương cán bộ không chuyên trách ở thôn?",
        )
    ]  # fmt: skip
    asked = cast.write(moderation.bring_in, cast.dialogue_id, rows, actor="test")
    for number, question_id in enumerate(asked):
        act = "put_in_writing" if number == 4 else "answer"
        cast.write(moderation.decide, cast.dialogue_id, question_id, act, actor="test", permission="answer")
    cast.write(_note, dict(zip(asked, ANSWERS, strict=False)))
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    lifecycle.take(cast.stores, cast.dialogue_id, "concluded", actor="test")
    folder = cast.app.extensions["survey"]["settings"].data_dir
    files = [attachments.keep(folder, name, PDF) for name in ("Quyết định 15.pdf", "nháp.pdf")]
    return cast.write(_recommend, cast, asked, files)  # type: ignore[no-any-return]


def _note(session: Any, notes: dict[str, str]) -> None:
    for question_id, note in notes.items():
        session.execute(update(Question).where(Question.id == question_id).values(note=note))


def _recommend(session: Any, cast: Cast, asked: list[str], files: list[Any]) -> Scene:
    one, two = (units.add(session, cast.organisation_id, None, name) for name in ("Phòng Tài chính", "Phòng Nội vụ"))
    made = [
        recommendations.create(session, cast.dialogue_id, body=body, question_ids=of, unit_id=unit, due=due, actor="test")
        for body, of, unit, due in (
            ("Trang bị máy tính cho bộ phận một cửa", asked[:1], one, TODAY),
            ("Hướng dẫn chế độ làm thêm giờ", asked[1:2], two, TODAY + dt.timedelta(20)),
            ("Kiến nghị này chưa công bố", (), one, TODAY + dt.timedelta(9)),
        )
    ]  # fmt: skip
    own = select(RecommendationQuestion.recommendation_id).where(RecommendationQuestion.question_id == asked[4])
    made.insert(0, session.scalars(own).one())  # what is put in writing becomes one by itself
    recommendations.change(session, made[0], unit_id=two, actor="test")
    late = update(Recommendation).where(Recommendation.id == made[1]).values(due=TODAY - dt.timedelta(12))
    session.execute(late)
    recommendations.step(session, made[2], "solved", answer=HTML, document="15/TB-SNV", actor="test")
    recommendations.step(session, made[0], "passed_up", reason="Ngoài thẩm quyền", actor="test")
    seen = attachments.add(session, made[2], files[0], actor="test")
    publishing.publish(
        session, cast.dialogue_id, question_ids=asked[:3], among=asked[:3], recommendation_ids=made[:3], of=made[:3],
        actor="test",
    )  # fmt: skip
    hidden = attachments.add(session, made[2], files[1], actor="test")
    dialogues.touch(session, cast.dialogue_id, public=True)
    return Scene(cast, asked, made, seen, hidden)
