"""Every route and every kind of person: the answer is the one that the table of rights says, and nothing else changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Response
from werkzeug.test import TestResponse

from survey.accounts.policy import PERMISSIONS as TABLE
from survey.web.guard import BRIEFLY
from survey.web.guard import access_of
from tests.security.routes import PERMISSIONS
from tests.security.routes import REQUIRED
from tests.security.routes import expected
from tests.security.routes import form
from tests.security.routes import required
from tests.security.routes import routes
from tests.security.routes import scene
from tests.security.routes import values
from tests.security.world import JSON
from tests.security.world import LETTERS
from tests.security.world import NOBODY
from tests.security.world import PEOPLE
from tests.security.world import World
from tests.security.world import fingerprint

Figure = Callable[[str], None]
REACHED = 299


def ended(answer: TestResponse) -> str:
    """In the words of `expected`."""
    if answer.status_code == REACHED:
        return "reached"
    token = (answer.json or {}).get("error", "") if answer.is_json else ""
    known = {(401, "signed_out"): "sign_in", (401, "no_ballot"): "no_ballot", (401, "no_seat"): "no_seat",
             (403, "forbidden"): "forbidden", (404, "not_found"): "missing"}  # fmt: skip
    return known.get((answer.status_code, token), f"{answer.status_code} {token}")


@pytest.fixture
def doors_only(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with every view replaced by one that says that it was reached: what stands before it is as it is."""
    world.fetch_tokens()
    for endpoint, view in world.app.view_functions.items():

        def reached(_view: object = view, **_args: str) -> Response:
            return Response("", REACHED)

        vars(reached).update(vars(view))  # its marks: who may, and what proves a request besides a token
        monkeypatch.setitem(world.app.view_functions, endpoint, reached)
    return world


def test_the_table_of_rights_is_the_one_that_was_decided() -> None:
    """The code's table against the one written by hand; the roles as well."""
    assert {name: {LETTERS[role] for role in roles} for name, roles in TABLE.items()} == {
        name: set(letters) for name, letters in PERMISSIONS.items()
    }


def test_every_route_is_in_the_table(world: World) -> None:
    """A new route is a decision about who may call it; a route that went away takes its line with it."""
    found = {route.endpoint for route in routes(world.app)}
    assert found == {f"{blueprint}.{name}" for blueprint, names in REQUIRED.items() for name in names}


def test_the_marks_say_what_the_table_says(world: World) -> None:
    """The guard's mark on each view means the requirement that was written down for it."""
    with world.app.app_context():
        for route in routes(world.app):
            access = access_of(route.endpoint)
            assert access is not None
            kind, _, permission = required(route.endpoint).partition(" ")
            assert access.kind == {"in": "staff", "here": "staff", "house": "staff"}.get(kind, kind), route
            # A door that reads only what the act needs lets in whom the whole one lets in.
            assert (access.permission or "").replace(BRIEFLY, "") == permission, route
            assert ("code" in route.arguments) == (kind in {"code", "ballot", "roll", "seat", "here"}), route


@pytest.mark.claim("security", "every route answers every kind of person as the table of rights says")
def test_every_person_at_every_door(doors_only: World, figure: Figure) -> None:
    """All cells; the views behind the doors are stood in for, so that no cell is left out for what it would do."""
    seen: Counter[str] = Counter()
    surprises = []
    for route in routes(doors_only.app):
        path = route.path(**values(scene(doors_only, route), route))
        for who in PEOPLE:
            got = ended(doors_only.ask(who, route.method, path))
            seen[got] += 1
            if got != expected(required(route.endpoint), who):
                surprises.append(f"{who} {route.method} {path}: {got}")
    figure(f"{seen.total()} cells, {len(surprises)} surprises ({dict(seen)})")
    assert surprises == []
    assert min(seen[kind] for kind in ("reached", "sign_in", "no_ballot", "no_seat", "forbidden", "missing")) > 20, (
        "all kinds occur"
    )


@pytest.mark.claim("security", "who is turned away from a route changes nothing, whatever is sent along")
def test_the_real_views_turn_the_same_people_away(world: World, figure: Figure) -> None:
    """Good ids, a good form and a good token, and only the person is wrong: the same answer, and not a byte changes."""
    before, surprises, asked = fingerprint(world.app), [], 0
    for route in routes(world.app):
        path, sent = route.path(**values(scene(world, route), route)), form(scene(world, route), route)
        for who in PEOPLE:
            wanted = expected(required(route.endpoint), who)
            if wanted == "reached":
                continue
            asked += 1
            got = ended(world.ask(who, route.method, path, sent if route.method == "POST" else None))
            if got != wanted:
                surprises.append(f"{who} {route.method} {path}: {got}, not {wanted}")
    figure(f"{asked} requests refused, {len(surprises)} surprises, 0 rows changed")
    assert surprises == []
    assert fingerprint(world.app) == before


def test_a_browser_without_a_sign_in_is_sent_to_the_door(world: World) -> None:
    """Pages go to sign-in and come back afterwards; the target is a path of our own."""
    sent = 0
    for route in routes(world.app):
        if route.method != "GET" or not required(route.endpoint).startswith(("here", "house", "in")):
            continue
        path = route.path(**values(world.here, route))
        for who in NOBODY:
            answer = world.people[who].get(path)
            assert answer.status_code == 303, path
            assert answer.headers["Location"].startswith("/s/sign-in?next=/s/"), path
            sent += 1
    assert sent > 60


def test_rights_inside_a_view_hold_as_well(fresh: World) -> None:
    """Steps of the life cycle have permissions of their own, a new period takes the house, a device has no account."""
    here = f"/s/{fresh.here.code}"
    assert fresh.ask("moderator", "POST", f"{here}/step", {"to": "closed"}).status_code == 303, "may open and close"
    refused = fresh.ask("moderator", "POST", f"{here}/step", {"to": "concluded"})
    assert (refused.status_code, refused.get_json()["error"]) == (403, "forbidden")
    for path in (f"{here}/copy", f"{here}/step"):
        data = {"to": "concluded"} if path.endswith("step") else {}
        answer = fresh.ask("organiser", "POST", path, data)
        assert answer.status_code == (303 if data else 403), path
    assert fresh.ask("chief", "POST", f"{here}/copy").status_code == 303
    for path in ("/s/account", f"{here}/handover"):
        answer = fresh.ask("screen", "GET", path)
        assert answer.status_code == 403, path
    assert fresh.ask("leader", "POST", f"{here}/questions/{fresh.here['pending']}/approve").status_code == 403


def test_acts_of_the_moderator_are_not_open_to_the_leader(fresh: World) -> None:
    """The leader's permission opens the answer states only, under any spelling of the act."""
    question = fresh.here["pending"]
    for act in ("approve", "hold", "reject", "reopen", "Approve", "withdraw", "answer;approve"):
        answer = fresh.ask("leader", "POST", f"/s/{fresh.here.code}/questions/{question}/{act}", {"reason": "other"})
        assert answer.status_code in {403, 404, 405}, act
    for act in ("call", "answer", "put_in_writing", "put_back"):
        answer = fresh.ask("leader", "POST", f"/s/{fresh.here.code}/questions/{question}/{act}", JSON)
        assert (answer.status_code, answer.get_json()["error"]) == (403, "not_now"), (
            f"{act} must not publish what waits"
        )
