"""Every sentence on every page can be translated: in another language no Vietnamese is left but what people typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Domain

from survey.dialogues.service import TOPICS
from survey.questionnaires import building
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import make_cast

VIETNAMESE = re.compile(r"[À-ỹĐđ]")
NAMES = ("Đối Thoại", "Tỉnh đoàn Cà Mau", "Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ", "Thử", "Ý kiến")
SPOKEN = frozenset({"aria-label", "placeholder", "title", "alt", "value"})  # attributes that people hear or see
VOID = frozenset({"input", "br", "meta", "link", "img", "hr", "rect", "path", "use"})


class Letterless(NullTranslations):
    """A language that has every sentence, written without the letters that only Vietnamese has."""

    def ugettext(self, message: str) -> str:
        """One sentence."""
        return VIETNAMESE.sub("x", message)

    def ungettext(self, singular: str, plural: str, n: int) -> str:
        """One sentence with a count."""
        return self.ugettext(singular)

    def upgettext(self, context: str, message: str) -> str:
        """One sentence of a context."""
        return self.ugettext(message)


class Words(HTMLParser):
    """Collects what a page says, parts that are marked as Vietnamese left out."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.said: list[str] = []
        self.foreign = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the attributes in, and note where Vietnamese is meant."""
        if self.foreign or dict(attrs).get("lang") == "vi":
            self.foreign += tag not in VOID
            return
        typed = tag in {"input", "option"} and dict(attrs).get("type") != "submit"
        self.said += [
            value or "" for name, value in attrs
            if (name in SPOKEN and not (typed and name == "value")) or name.startswith("data-")
        ]  # fmt: skip

    def handle_endtag(self, tag: str) -> None:
        """Leave the Vietnamese part."""
        self.foreign -= bool(self.foreign) and tag not in VOID

    def handle_data(self, data: str) -> None:
        """Take a text in."""
        if not self.foreign:
            self.said.append(data.strip())


def vietnamese(page: str) -> list[str]:
    """What a page says in Vietnamese, names and typed words left out."""
    words = Words()
    words.feed(page)
    data = sorted((*NAMES, *TOPICS), key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(name) for name in data))
    return [text for text in words.said if VIETNAMESE.search(pattern.sub("", text))]


def pages(app: Flask, tree: str, code: str) -> list[str]:
    """Every path below `tree` that can be looked at with nothing but a code."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments <= {"code"}]
    paths = {str(rule).replace("<code>", code) for rule in rules}
    return sorted(path for path in paths if path.startswith(tree) and not path.endswith("/live"))


@pytest.fixture(autouse=True)
def letterless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all pages speak that language, so that the state of the catalogue does not matter here."""
    monkeypatch.setattr(Domain, "get_translations", lambda self: Letterless())


@pytest.fixture
def hall(cast: Cast) -> Cast:
    """An open hall with questions of each state and a questionnaire."""
    cast.write(_fill, cast)
    return cast


def _fill(session, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    for place, state in enumerate((State.PENDING, State.APPROVED, State.REJECTED, State.ANSWERED, State.IN_WRITING)):
        author = questions.author_mark(cast.keys.get(cast.dialogue_id, "ask"), f"{place:032x}", "c")
        asking.add(session, cast.dialogue_id, f"Ý kiến {place}", None, state=state, author=author)
    building.create(session, cast.dialogue_id, "Ý kiến")


def left_on(client: FlaskClient, paths: Iterable[str]) -> dict[str, list[str]]:
    """What is left in Vietnamese, by path; proves that most of the pages were there to be looked at."""
    client.get("/s/")  # takes the greeting of a sign-in link away
    left, seen = {}, []
    for path in paths:
        answer = client.get(path)
        if answer.mimetype == "text/html":
            seen.append(answer.status_code == 200)
            left[path] = vietnamese(answer.text)
    assert any(seen)
    return {path: words for path, words in left.items() if words}


def test_this_test_finds_vietnamese() -> None:
    page = '<p>Hi <b>Chờ duyệt</b> <i lang="vi">Tiếng <br>Việt</i><input placeholder="Mã" value="Ở"><p data-x="Còn {n}">Đối Thoại'
    assert vietnamese(page) == ["Chờ duyệt", "Mã", "Còn {n}"]


def test_this_test_looks_at_the_pages(hall: Cast) -> None:
    found = {path.removeprefix(hall.desk) for path in pages(hall.app, hall.desk, hall.code)}
    assert {
        "/manage",
        "/moderate",
        "/lead",
        "/screen",
        "/exports",
        "/staff",
        "/devices",
        "/surveys",
        "/intake",
    } <= found
    letterless_page = hall.staff("organiser").get(f"{hall.desk}/manage").text
    assert "Mx tham gia" in letterless_page
    assert "Mã tham gia" not in letterless_page


@pytest.mark.parametrize("role", ["organiser", "moderator", "leader", "screen"])
def test_staff_pages_in_an_open_hall(hall: Cast, role: str) -> None:
    client = hall.staff(role, whole_organisation=role == "organiser")
    assert left_on(client, pages(hall.app, "/s/", hall.code)) == {}


@pytest.mark.parametrize(
    "steps", [(), ("collect",), ("open_hall", "close"), ("open_hall", "close", "conclude", "archive")]
)
def test_pages_in_every_other_state(app: Flask, steps: tuple[str, ...]) -> None:
    cast = make_cast(app, *steps)
    cast.write(_fill, cast)
    assert left_on(cast.staff("organiser"), pages(app, "/s/", cast.code)) == {}
    assert left_on(cast.stranger(), ["/", *pages(app, "/d/", cast.code)]) == {}


def test_pages_of_members_and_strangers(hall: Cast) -> None:
    tabs = [f"{hall.base}?tab={tab}" for tab in ("unseen", "ranking", "mine")]
    assert left_on(hall.member(), [*tabs, *pages(hall.app, "/d/", hall.code)]) == {}
    public = [path for path in pages(hall.app, "/", hall.code) if not path.startswith(("/d/", "/s/"))]
    assert left_on(hall.stranger(), [*public, "/nothing", "/d/ZZZZZZ", hall.base]) == {}
