"""The menu of one dialogue: what its way in uses, and nothing else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import make_cast

OFFERED = {
    "open": ["sites"],
    "tickets": ["cards", "sites", "door"],
    "roll": ["roll", "sites", "door"],
    "roll+tickets": ["roll", "cards", "sites", "door"],
}


def menu(client: FlaskClient, path: str) -> list[str]:
    nav = client.get(path).get_data(as_text=True).split('<nav class="menu"')[1].split("</nav>")[0]
    return re.findall(r'href="/s/[^/"]+/(\w+)"', nav)


@pytest.mark.parametrize("entry", OFFERED)
def test_menu_shows_only_what_the_way_in_uses(app: Flask, entry: str) -> None:
    cast = make_cast(app, entry=entry)
    staff = cast.staff("organiser")
    pages = menu(staff, f"/s/{cast.code}/manage")
    assert [page for page in pages if page in {"roll", "cards", "sites", "door"}] == OFFERED[entry]
    assert menu(staff, f"/s/{cast.code}/surveys") == pages, "the same on the pages of every feature"
    assert {"manage", "surveys", "moderate", "scrutiny", "exports"} <= set(pages), "the rest is always there"


def test_page_that_is_open_stays_in_its_menu(app: Flask) -> None:
    cast = make_cast(app, entry="open")
    assert "cards" in menu(cast.staff("organiser"), f"/s/{cast.code}/cards")


@pytest.mark.parametrize(("role", "back"), [("organiser", "manage"), ("door", "")])
def test_arrow_of_the_door_leads_up_to_what_one_may_see(app: Flask, role: str, back: str) -> None:
    cast = make_cast(app, entry="tickets")
    head = cast.staff(role).get(f"/s/{cast.code}/door").text.split("</header>")[0]
    assert f'href="{f"/s/{cast.code}/{back}" if back else "/s/"}"' in head
