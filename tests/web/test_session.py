"""Cookies by path: no request carries those of two audiences."""

from __future__ import annotations

import pytest

from survey.web.session import cookie_path
from survey.web.session import tree_of
from tests.conftest import Cast


@pytest.mark.parametrize(
    ("path", "tree", "scope"),
    [
        ("/", None, None),
        ("/static/x.css", None, None),
        ("/p/TM4K9P", None, None),
        ("/u/token", None, None),
        ("/d/TM4K9P", "d", "/d/TM4K9P"),
        ("/d/TM4K9P/questions/x/vote", "d", "/d/TM4K9P"),
        ("/d/", "d", None),
        ("/m/TM4K9P/session", "m", "/m/TM4K9P"),
        ("/s", "s", "/s"),
        ("/s/TM4K9P/moderate", "s", "/s"),
        ("/sx", None, None),
    ],
)
def test_cookie_path_belongs_to_one_audience(path: str, tree: str | None, scope: str | None) -> None:
    """The first part of the URL decides."""
    assert tree_of(path) == tree
    assert cookie_path(path) == scope


def test_no_cookie_is_set_for_the_whole_host(cast: Cast) -> None:
    """Walk the URL map as everybody and look at every Set-Cookie."""
    people = [cast.stranger(), cast.member(), cast.staff("organiser")]
    seen: list[str] = []
    for rule in cast.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.endswith(("live", "stream")):
            continue
        path = str(rule.rule).replace("<code>", cast.code).split("<", 1)[0].rstrip("/") or "/"
        if path.endswith("/live"):
            continue
        for person in people:
            answer = person.get(path)
            for cookie in answer.headers.getlist("Set-Cookie"):
                seen.append(cookie)
                scope = cookie.split("Path=", 1)[1].split(";", 1)[0]
                assert scope == cookie_path(path), f"{path}: {cookie}"
                assert "HttpOnly" in cookie
                assert "SameSite=Lax" in cookie
    assert seen, "no page set any cookie: this test would prove nothing"
    assert cast.stranger().get("/").headers.getlist("Set-Cookie") == []


def test_two_dialogues_on_one_phone_stay_apart(cast: Cast) -> None:
    """The ballot of one is never sent to the other."""
    phone = cast.member()
    assert phone.get_cookie("ballot", path=f"/d/{cast.code}") is not None
    page = phone.get(f"/d/{cast.other_code}").get_data(as_text=True)
    assert "/entry" in page, "the other dialogue must still ask to enter"
