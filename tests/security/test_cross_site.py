"""Requests that somebody else's page sends: refused, all of them, and not a row moves. Reading changes nothing either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from survey.web.session import tree_of
from tests.security.routes import Route
from tests.security.routes import expected
from tests.security.routes import form
from tests.security.routes import home
from tests.security.routes import required
from tests.security.routes import routes
from tests.security.routes import scene
from tests.security.routes import values
from tests.security.test_ids import who_may
from tests.security.world import PEOPLE
from tests.security.world import World
from tests.security.world import fingerprint

Figure = Callable[[str], None]


def unsafe(world: World) -> list[Route]:
    """The routes that change something."""
    return [route for route in routes(world.app) if route.method not in {"GET", "HEAD"}]


# Sent without any cookie by design, so there is no token either: what counts is that it comes from our own page.
COOKIELESS = {
    "followups.tasks_report",
    "followups.unit_ideas_answer",
    "questions.tell",
    "questions.judge_by_token",
    "pages.drop",
    "pages.look",
    "followups.unit_save",
}


def tricks(world: World, who: str, path: str) -> dict[str, dict[str, str]]:
    """What a page of another site, or a thief of a token, can send along with the victim's cookies."""
    good, host = world.token(who, path), "localhost"
    other = {"/d/": "/s/", "/s/": "/d/" + world.here.code, "/m/": "/s/", "/u/": "/s/", "/p/": "/s/"}[path[:3]]
    return {
        "no token": {"X-CSRFToken": ""},
        "a made-up token": {"X-CSRFToken": "Ij" + "x" * 60},
        "a token of another secret": {
            "X-CSRFToken": str(URLSafeTimedSerializer("secret", salt="wtf-csrf-token").dumps("0" * 40))
        },
        "a token of another browser": {"X-CSRFToken": world.token("neighbour" if path.startswith("/s") else "stranger", path)},
        "a token of the other tree": {"X-CSRFToken": world.token(who, other)},
        "cross-site": {"X-CSRFToken": good, "Sec-Fetch-Site": "cross-site"},
        "another host of the same site": {"X-CSRFToken": good, "Sec-Fetch-Site": "same-site"},
        "a foreign origin": {"X-CSRFToken": good, "Origin": "https://xau.example"},
        "an opaque origin": {"X-CSRFToken": good, "Origin": "null"},
        "an origin that only begins like ours": {"X-CSRFToken": good, "Origin": f"http://{host}.xau.example"},
        "an origin with our name before an at sign": {"X-CSRFToken": good, "Origin": f"http://{host}@xau.example"},
        "another port of our host": {"X-CSRFToken": good, "Origin": f"http://{host}:8081"},
        "an origin that is none": {"X-CSRFToken": good, "Origin": "http://["},
    }  # fmt: skip


@pytest.mark.claim(
    "security", "a request that another site's page sends is refused on every unsafe route, and nothing changes"
)
def test_no_unsafe_route_takes_another_sites_request(world: World, figure: Figure) -> None:
    """Each route by somebody who may call it, with good ids and a good form; only the token or the origin is wrong."""
    before, refused, surprises = fingerprint(world.app), 0, []
    for route in unsafe(world):
        place, who = home(world, route), who_may(world, route)
        path = route.path(**values(place, route))
        for name, headers in tricks(world, who, path).items():
            if route.endpoint in COOKIELESS and "token" in name:
                continue
            answer = world.ask(who, route.method, path, form(place, route), headers=headers)
            got = (answer.status_code, (answer.get_json(silent=True) or {}).get("error"))
            refused += 1
            if got != (400, "csrf"):
                surprises.append(f"{route.method} {path} with {name}: {got}")
    figure(f"{refused} requests on {len(unsafe(world))} routes, {len(surprises)} taken, 0 rows changed")
    assert surprises == []
    assert fingerprint(world.app) == before


def test_the_same_requests_are_taken_from_our_own_pages(world: World) -> None:
    """The control: a good token, and what browsers send from our own page or from none."""
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    honest: tuple[dict[str, str], ...] = ({}, {"Sec-Fetch-Site": "same-origin"}, ours, {"Sec-Fetch-Site": "none"})
    for route in unsafe(world):
        if route.endpoint == "accounts.accept_invitation":
            continue  # signs in, which cannot be undone in between
        place, who = home(world, route), who_may(world, route)
        path = route.path(**values(place, route))
        for headers in honest[:1] if route.endpoint in {"accounts.new_sheet", "accounts.sign_in"} else honest:
            with world.dry():
                answer = world.ask(who, route.method, path, form(place, route), headers=headers)
            token = (answer.get_json(silent=True) or {}).get("error")
            assert (answer.status_code, token) != (400, "csrf"), f"{route.method} {path} {headers}"
            assert token not in {"no_ballot", "signed_out", "forbidden"}, f"{route.method} {path}: {token}"


def test_a_token_in_the_address_is_none(world: World) -> None:
    """A token counts as a field or a header; in a query it would end in logs and in somebody's history."""
    path = f"/d/{world.here.code}/questions/{world.here['approved']}/vote"
    token = world.token("member", path)
    answer = world.people["member"].post(f"{path}?csrf_token={token}")
    assert answer.status_code == 400


def test_the_token_of_a_form_counts_as_that_of_a_header(world: World) -> None:
    """Plain forms carry it as a field."""
    path = f"/d/{world.here.code}/questions/{world.here['approved']}/vote"
    with world.dry():
        assert world.people["member"].post(path, data={"csrf_token": world.token("member", path)}).status_code == 303


@pytest.mark.claim("security", "no page that is only read changes anything, whoever reads it")
def test_reading_changes_nothing(world: World, figure: Figure) -> None:
    """Every GET and HEAD of every route as everybody, as page, as part of a page and as JSON."""
    before, asked, statuses = fingerprint(world.app), 0, set()
    kinds: tuple[dict[str, str], ...] = ({"Accept": "text/html"}, {"Accept": "text/html", "HX-Request": "true"}, {})
    for route in routes(world.app):
        if route.method != "GET":
            continue
        path = route.path(**values(scene(world, route), route))
        for who in PEOPLE:
            reaches = expected(required(route.endpoint), who) == "reached"
            for headers in kinds if reaches else kinds[:1]:
                answer = world.ask(who, "GET", path, headers=headers)
                statuses.add(answer.status_code)
                assert answer.status_code < 500, f"{who} {path} {headers}"
                answer.close()
                asked += 1
            world.ask(who, "HEAD", path).close()
    figure(f"{asked} pages read, 0 rows changed")
    assert 200 in statuses
    assert fingerprint(world.app) == before


def test_a_link_is_spent_by_its_button_only(fresh: World) -> None:
    """Messengers fetch links for a preview: reading an invitation or a device's link a hundred times spends nothing."""
    before = fingerprint(fresh.app)
    for path in (f"/s/invitation/{fresh.here['invitation']}", f"/s/device/{fresh.here['device_link']}"):
        for _ in range(20):
            assert fresh.people["stranger"].get(path).status_code == 200
    assert fingerprint(fresh.app) == before
    answer = fresh.ask("stranger", "POST", f"/s/device/{fresh.here['device_link']}")
    assert answer.status_code == 303
    assert fingerprint(fresh.app) != before, "the control: the button spends it"


def test_methods_cannot_be_disguised(world: World) -> None:
    """No field or header turns a GET or a POST into another method."""
    before, path = fingerprint(world.app), f"/d/{world.here.code}/questions/{world.here['own']}"
    disguises: tuple[dict[str, Any], ...] = (
        {"query_string": "_method=DELETE"}, {"headers": {"X-HTTP-Method-Override": "DELETE"}},
        {"headers": {"X-Method-Override": "DELETE"}},
    )  # fmt: skip
    for options in disguises:
        assert world.people["member"].get(path, **options).status_code == 405
    assert world.people["member"].open(path, method="TRACE").status_code == 405
    assert fingerprint(world.app) == before
    assert tree_of(path) == "d"
