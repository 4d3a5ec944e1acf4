"""Two worlds that differ in which of two members wrote which idea: office, unit, public and databases are the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy import update

from survey import lifecycle
from survey.followups import ideas_moving
from survey.followups import ideas_staff as staff
from survey.followups.models_ideas import Thread
from survey.web import limits
from tests.security.test_two_worlds import MOMENT
from tests.security.test_two_worlds import Played
from tests.security.test_two_worlds import base as base
from tests.security.test_two_worlds import certain
from tests.security.test_two_worlds import different
from tests.security.test_two_worlds import rows
from tests.security.world import without_tokens

Figure = Callable[[str], None]
BOOKS, STAGE = "Mỗi xã một góc đọc sách", "Cho mượn hội trường xã cuối tuần"


def write(played: Played, asker: str, other: str, *, leak: bool = False) -> None:
    """Two ideas by the first, one by the second; the office and a unit answer one, its asker replies and signs another."""
    world, here, box = played.world, played.world.here, f"{played.room}/ideas"
    world.db.write(lifecycle.close, here.id, actor="test")
    world.db.write(staff.set_until, world.keys, here.id, MOMENT.date() + dt.timedelta(days=20), actor="test")
    books = played.do(asker, "POST", box, {"body": BOOKS, "client_id": "n1"})["id"]
    stage = played.do(asker, "POST", box, {"body": STAGE, "client_id": "n2"})["id"]
    played.do(other, "POST", box, {"body": "Thêm bóng đèn ở đường thôn", "client_id": "n3"})
    release = partial(world.db.write, ideas_moving.look, here.id)
    release(MOMENT + dt.timedelta(days=1))
    played.do("organiser", "POST", f"{played.desk}/ideas/{books}/unit", {"unit": here["unit"]})
    played.do("organiser", "POST", f"{played.desk}/ideas/{books}/answer", {"body": "Đang bàn với thư viện"})
    world.db.write(staff.take_up, here.id, books, "Góc đọc sách", "Làm từ quý tới", actor="test")
    played.do(asker, "POST", f"{box}/{books}/replies", {"body": "Xã tôi xin làm trước"})
    world.ask(asker, "POST", f"{box}/{stage}/name", {"name": "Trần Thị Ký", "confirmed": "1"})
    release(MOMENT + dt.timedelta(days=7))
    if leak:
        cookie = world.people[asker].get_cookie("ballot", path=played.room)
        assert cookie is not None
        world.db.write(lambda session: session.execute(
            update(Thread).where(Thread.id == books).values(reason=cookie.value[:4])
        ) and None)  # fmt: skip


def sights(played: Played) -> dict[str, str]:
    """All that anybody but the two can see of it."""
    world, here = played.world, played.world.here
    with world.db.reading() as session:
        threads = session.scalars(select(Thread.id).where(Thread.dialogue_id == here.id).order_by(Thread.id)).all()
    pages = {
        "organiser": [f"{played.desk}/ideas", *(f"{played.desk}/ideas?list={name}" for name in ("answered", "taken", "aside")),
                      *(f"{played.desk}/ideas/{one}" for one in threads)],
        "Chi": [f"{played.room}/ideas", played.room, f"{played.room}?tab=mine"],
        "stranger": [f"{played.room}/ideas", f"/u/{here['unit_link']}/ideas", f"/p/{here.code}"],
    }  # fmt: skip
    seen = {}
    for who, paths in pages.items():
        for path in paths:
            answer = world.ask(who, "GET", path, headers={"Accept": "*/*"})
            assert answer.status_code == 200, path
            page = without_tokens(answer.get_data(as_text=True))
            seen[f"{who} {path}"] = "".join(part for part in page.split("\n") if 'name="client_id"' not in part)
    return seen


def play(
    base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch, asker: str, other: str, *, leak: bool = False
) -> tuple[dict[str, str], dict[str, list[str]], str]:
    limits.limiter.reset()
    with certain(monkeypatch, 26):
        played = base()
        write(played, asker, other, leak=leak)
        own = played.world.people[asker].get(f"{played.room}/ideas").text
        return sights(played), rows(played), own


@pytest.mark.claim("anonymity", "swapping who wrote which idea changes no page of office, unit or public, and no row")
def test_two_worlds_of_ideas_look_the_same(
    base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    seen_a, stored_a, own_a = play(base, monkeypatch, "An", "Bình")
    seen_b, stored_b, own_b = play(base, monkeypatch, "Bình", "An")
    figure(f"{len(seen_a)} pages, {len(stored_a['threads'])} threads, {len(different(seen_a, seen_b))} differ")
    assert (different(seen_a, seen_b), different(stored_a, stored_b)) == ([], [])
    assert BOOKS in own_a, "the premise: it is the one who wrote it that reads it"
    assert BOOKS in own_b
    assert any("Xã tôi xin làm trước" in page for page in seen_a.values())
    assert any("Trần Thị Ký" in page for page in seen_a.values())


def test_the_comparison_of_ideas_would_see_a_leak(base: Callable[[], Played], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: four signs of the asker's ballot in a column that the office reads."""
    seen_a, stored_a, _own = play(base, monkeypatch, "An", "Bình", leak=True)
    seen_b, stored_b, _own = play(base, monkeypatch, "Bình", "An", leak=True)
    assert different(seen_a, seen_b) != []
    assert different(stored_a, stored_b) == ["threads"]
