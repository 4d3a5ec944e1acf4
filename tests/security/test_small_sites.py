"""A site with nine ballots is told nowhere: with their choice or without it, everything that anybody reads is the same."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from survey import factory
from survey.core.ids import new_id
from survey.dialogues import sites
from survey.dialogues.models import Site
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.room import places
from survey.room.models import SiteMark
from tests.conftest import csrf
from tests.security.routes import routes
from tests.security.routes import values
from tests.security.world import World
from tests.security.world import without_tokens

Figure = Callable[[str], None]
NAME, NUMBER = "Xã đảo Hòn Khoai", 77
WHO = ("organiser", "host", "An", "stranger")
# The head count of the site's own host, and files that are random or large and know no site.
OWN = {"desk.site", "desk.site_state"}
LIVE = re.compile(r"/live$|/static/")
FILES = ("csv", "json")


def phone(world: World, number: int | None) -> Any:
    """A phone that came in by a site's address, or by the hall's."""
    browser, base = world.app.test_client(), f"/d/{world.here.code}"
    token = csrf(browser, base)
    said = {} if number is None else {"site": str(number)}
    assert browser.post(f"{base}/entry", data={"csrf_token": token, **said}).status_code == 303
    return browser


def asks(world: World, browser: Any, body: str) -> str:
    """A question from this phone, on the board."""
    base = f"/d/{world.here.code}"
    token = csrf(browser, base)
    sent = browser.post(f"{base}/questions", data={"body": body, "client_id": new_id()}, headers={
        "X-CSRFToken": token, "Accept": "application/json"})  # fmt: skip
    assert sent.status_code == 201, sent.text
    from survey.moderation import service

    world.db.write(service.decide, world.here.id, sent.json["id"], "approve", actor="test")
    return str(sent.json["id"])


def walk(world: World, only: frozenset[str] | None = None) -> dict[str, frozenset[str]]:
    """Every page, file and stream that somebody may read, line by line; or only those of these names."""
    found: dict[str, frozenset[str]] = {}
    for route in routes(world.app):
        if route.method != "GET" or route.endpoint in OWN | {"static"} or LIVE.search(route.rule):
            continue
        if not route.rule.startswith(("/d/", "/s/", "/p/")) and route.rule != "/":
            continue
        for who in WHO:
            for given in given_to(route):
                path = route.path(**values(world.here, route, **given))
                if only is not None and f"{who} {path}" not in only:
                    continue
                answer = world.people[who].get(path)
                if answer.status_code == 200:
                    found[f"{who} {path}"] = frozenset(without_tokens(readable(answer.get_data())).splitlines())
    return found | streams(world)


def readable(content: bytes) -> str:
    """A file as text; of an archive, as spreadsheets and papers are, what lies in it: packed bytes say any number by chance."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(f"{name}\n{readable(archive.read(name))}" for name in archive.namelist())


def given_to(route: Any) -> list[dict[str, str]]:
    """Each table in each plain format, each sheet of the site; elsewhere one page."""
    if {"table", "fmt"} <= route.arguments:
        return [{"table": table, "fmt": fmt} for table in ("questions", "results", "log", "sites") for fmt in FILES]
    if "table" in route.arguments:
        return [{"table": table} for table in ("questions", "log", "sites")]
    if "sheet" in route.arguments:
        return [{"sheet": sheet, "number": str(NUMBER)} for sheet in ("guide", "slips", "board")]
    return [{"number": str(NUMBER)}] if "number" in route.arguments and "site" in route.endpoint else [{}]


def streams(world: World) -> dict[str, frozenset[str]]:
    """What each stream brings to who connects now."""
    from survey.desk import live as desk
    from survey.pages import live as pages
    from survey.stage import live as stage

    found = {}
    with factory._speaking(world.app, "vi"), world.db.reading() as session:
        for surfaces in (desk.SURFACES, pages.SURFACES, stage.SURFACES):
            for name, surface in surfaces.items():
                snapshot = surface.snapshot(session, world.here.id)
                found[f"stream {name}"] = frozenset(
                    line for event in surface.events(None, snapshot) for line in event.data.splitlines()
                )
    return found


def forget(session: Any, world: World) -> None:
    """As if none of the nine had said where they are: nothing else is touched, and no version."""
    session.execute(delete(SiteMark).where(SiteMark.dialogue_id == world.here.id, SiteMark.site == NUMBER))
    session.execute(update(Site).where(Site.dialogue_id == world.here.id, Site.number == NUMBER).values(ballots=0))


@pytest.mark.claim(
    "anonymity", "a ballot of a site with nine people is nowhere shown with its site, in any view, export or stream"
)
def test_nine_ballots_of_a_site_are_nowhere_told(fresh: World, figure: Figure) -> None:
    """They ask and support; whether they said where they are or not changes no line. The control: a tenth is told."""
    fresh.db.write(sites.add, fresh.here.id, NAME, 0, NUMBER)
    nine = [phone(fresh, NUMBER) for _each in range(9)]
    asked = [asks(fresh, browser, f"Câu của đảo số {each}, bao giờ có nước ngọt?") for each, browser in enumerate(nine)]
    with fresh.db.reading() as session:
        assert session.get(Site, (fresh.here.id, NUMBER)).ballots == 9, "the premise"
        assert set(session.scalars(select(Question.site).where(Question.id.in_(asked)))) == {None}
    with_site, kept = walk(fresh), fresh.db.write(_take, fresh)
    without = walk(fresh)
    fresh.db.write(_bring_back, kept)
    suspects = frozenset(name for name in with_site if with_site[name] != without[name])
    again = walk(fresh, suspects)  # what is another at each request differs here, too
    different = [name for name in suspects if again[name] == with_site[name]]
    for name in suspects - set(different):
        changed = with_site[name] ^ without[name]
        # The number by itself: tokens are made anew for each request, and some hold these two digits.
        own = changed - (with_site[name] ^ again[name])
        assert not any(NAME in line or re.search(rf"(?<![\w.-]){NUMBER}(?![\w.-])", line) for line in own), name
    assert different == []
    tenth = phone(fresh, NUMBER)
    last = asks(fresh, tenth, "Câu của người thứ mười trên đảo, bao giờ có điện?")
    with fresh.db.reading() as session:
        rows = {row.id: row.site for row in questions.board(session, fresh.here.id)}
        assert places.named(session, fresh.here.id) == {NUMBER: NAME}
    assert rows[last] == NAME, "the control: from ten on it is told"
    assert {rows[one] for one in asked} == {""}, "and says nothing of who asked before"
    seen = walk(fresh)
    telling = [name for name in seen if any(NAME in line for line in seen[name] - with_site[name])]
    assert any("exports/questions" in name for name in telling)
    assert any(name.startswith("stream") for name in telling)
    figure(f"{len(with_site)} pages, files and streams, {len(different)} tell of nine; {len(telling)} of ten")


def _take(session: Any, world: World) -> list[tuple[str, bytes, int]]:
    rows = session.execute(select(SiteMark.dialogue_id, SiteMark.mark, SiteMark.site)).all()
    forget(session, world)
    return [tuple(row) for row in rows]


def _bring_back(session: Any, kept: list[tuple[str, bytes, int]]) -> None:
    for dialogue_id, mark, site in kept:
        session.add(SiteMark(dialogue_id=dialogue_id, mark=mark, site=site))
    session.execute(update(Site).where(Site.number == NUMBER).values(ballots=len(kept)))
