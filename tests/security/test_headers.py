"""Headers, cookies, redirects and host names on every answer, errors and static files included."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urljoin
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.accounts import passwords
from survey.core.paths import resources
from survey.web import limits
from survey.web.guard import open_to_all
from survey.web.session import cookie_path
from tests.conftest import csrf
from tests.security.conftest import started
from tests.security.routes import Route
from tests.security.routes import form
from tests.security.routes import home
from tests.security.routes import routes
from tests.security.routes import values
from tests.security.test_ids import who_may
from tests.security.world import World
from tests.security.world import build
from tests.security.world import enter

Figure = Callable[[str], None]
PAGE_CSP = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'",
}  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip
HTTPS = "https://doithoai.example"


@pytest.fixture(scope="module")
def behind_https(migrated: Path) -> Iterator[World]:
    """The same program as the world reaches it: HTTPS in front, a proxy that is trusted."""
    for app in started(migrated, BASE_URL=HTTPS, TRUSTED_PROXIES="10.0.0.0/8"):
        yield build_behind_https(app)


def build_behind_https(app) -> World:  # type: ignore[no-untyped-def]
    """A world whose browsers speak HTTPS to the proxy."""
    app.config["PREFERRED_URL_SCHEME"] = "https"
    made = type("Secure", (FlaskClient,), {"open": _over_https})
    app.test_client_class = made
    return build(app, "doithoai.example")


def _over_https(self: FlaskClient, *args, **kwargs):  # type: ignore[no-untyped-def]
    kwargs.setdefault("base_url", HTTPS)
    return FlaskClient.open(self, *args, **kwargs)


# What was attached by a unit or the office: should a browser open it all the same, it may do nothing.
FILE_CSP = {"default-src": "'none'", "sandbox": ""}


def policy(answer: TestResponse) -> dict[str, str]:
    """The CSP as directive -> sources."""
    parts = [part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, _, sources in parts}


def answers(world: World) -> Iterator[tuple[str, TestResponse]]:
    """One answer of every route as somebody who may call it, and of every kind of error."""
    for route in routes(world.app):
        path = route.path(**values(home(world, route), route))
        who = who_may(world, route)
        if route.method == "GET":
            yield path, world.ask(who, "GET", path, headers={"Accept": "text/html"})
        elif route.endpoint != "accounts.accept_invitation":
            with world.dry():
                yield f"{route.method} {path}", world.ask(who, route.method, path, form(home(world, route), route))
    room, stranger = f"/d/{world.here.code}", world.people["stranger"]
    yield "404", stranger.get("/nothing/here")
    yield "404 of a code", stranger.get("/d/ZZZZZZ")
    yield "404 of the desk", world.people["chief"].get("/s/ZZZZZZ/manage")
    yield "400", stranger.post(f"{room}/entry")
    yield "401", world.ask("stranger", "POST", f"{room}/questions", {"body": "x"})
    yield "403", world.people["leader"].get(f"/s/{world.here.code}/manage")
    yield "405", stranger.post("/promise", headers={"X-CSRFToken": ""})
    yield "413", world.ask("member", "POST", f"{room}/questions", {"body": "x" * 9_000_000})
    yield "422", world.ask("member", "POST", f"{room}/questions", {"body": "x"})
    yield "304", stranger.get(f"{room}/board", headers={"If-None-Match": stranger.get(f"{room}/board").headers["ETag"]})
    yield "missing file", stranger.get("/static/nothing.js")
    yield "outside of static", stranger.get("/static/../app.py")


@pytest.mark.claim("security", "every answer carries a CSP without unsafe-*, nosniff, no frame, no referrer to others")
def test_every_answer_carries_the_headers(world: World, figure: Figure) -> None:
    """Pages, parts, streams, files, redirects and errors."""
    seen, statuses = 0, set()
    for name, answer in answers(world):
        seen += 1
        statuses.add(answer.status_code)
        attached = "/files/" in name and answer.headers.get("Content-Disposition", "").startswith("attachment")
        assert policy(answer) == (FILE_CSP if attached else PAGE_CSP), name
        assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS, name
        assert "unsafe" not in str(answer.headers), name
        assert "Access-Control-Allow-Origin" not in answer.headers, name
        assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"], name
        assert "Strict-Transport-Security" not in answer.headers, "a hall's plain http must not be pinned to https"
        if name.split(" ")[-1].startswith(("/d/", "/s")):
            assert answer.headers["Cache-Control"] in {"no-store", "private, no-cache"}, name
        answer.close()
    figure(f"{seen} answers of {len(statuses)} statuses, 0 without")
    assert {200, 201, 303, 304, 400, 401, 403, 404, 405, 413, 422} <= statuses


def test_a_broken_page_carries_the_headers_too(fresh: World) -> None:
    """500: the page that is shown when something goes wrong."""

    def broken() -> str:
        return str(1 / 0)

    fresh.app.view_functions["pages.help_"] = open_to_all(broken)
    answer = fresh.people["stranger"].get("/help")
    assert answer.status_code == 500
    assert policy(answer) == PAGE_CSP
    assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
    assert "ZeroDivision" not in answer.text
    assert "Traceback" not in answer.text


def test_static_files_carry_them_and_run_nothing(world: World) -> None:
    """Each file that we ship: opened by itself it may load nothing, and it sets no cookie."""
    root, seen = resources("static"), 0
    for file in sorted(root.rglob("*")):
        if not file.is_file() or file.suffix in {".gz", ".br"}:
            continue
        answer = world.people["stranger"].get(f"/static/{file.relative_to(root).as_posix()}")
        assert answer.status_code == 200, file
        assert policy(answer) == {"default-src": "'none'", "frame-ancestors": "'none'"}, file
        assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS, file
        assert "Set-Cookie" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
        seen += 1
        answer.close()
    assert seen > 8


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/%00",
    "/static/vendor/../../survey/factory.py", "/static/....//app.py", "/static/..\\app.py", "/static/vendor/",
])  # fmt: skip
def test_no_path_leads_out_of_static(world: World, path: str) -> None:
    """Only what lies in the folder is served."""
    answer = world.people["stranger"].get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_behind_https_cookies_are_secure_and_browsers_are_told(behind_https: World) -> None:
    """With an https BASE_URL: HSTS on pages, errors and files; each cookie Secure, HttpOnly, Lax and of its own path."""
    cookies, world = [], behind_https
    assert all("Strict-Transport-Security" in answer.headers for _name, answer in answers(world))
    file = next(f.name for f in (resources("static") / "vendor").glob("app-*.js"))
    answer = world.people["stranger"].get(f"/static/vendor/{file}")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    phone, browser = world.app.test_client(), world.app.test_client()
    room = f"/d/{world.here.code}"
    token = csrf(phone, room)
    for sent in (
        phone.get(room), phone.post(f"{room}/entry", data={"csrf_token": token}, headers={"Referer": f"{HTTPS}{room}"}),
        browser.get("/s/sign-in"), world.app.test_client().get(room),
    ):  # fmt: skip
        assert sent.status_code in {200, 303}
        cookies += sent.headers.getlist("Set-Cookie")
    cookies += [header for name, answer in answers(world) for header in answer.headers.getlist("Set-Cookie")]
    assert {cookie.split("=", 1)[0] for cookie in cookies} >= {"d_session", "s_session", "ballot"}
    for cookie in cookies:
        flags = [part.strip() for part in cookie.split(";")[1:]]
        gone = any(flag.startswith("Max-Age=0") for flag in flags)
        assert "Secure" in flags or gone, cookie
        assert "HttpOnly" in flags, cookie
        assert "SameSite=Lax" in flags, cookie
        assert not any(flag.startswith("Domain") for flag in flags), cookie
        assert "Path=/" not in flags, cookie


def test_without_a_trusted_proxy_https_in_front_still_makes_secure_cookies(migrated: Path) -> None:
    """BASE_URL alone says that all come by HTTPS, also where nobody named the proxy."""
    for app in started(migrated, BASE_URL=HTTPS):
        world = build_behind_https(app)
        answer = app.test_client().get(f"/d/{world.here.code}", base_url="http://doithoai.example")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "Strict-Transport-Security" in answer.headers


FORGED = {"X-Forwarded-Host": "xau.example", "X-Forwarded-For": "203.0.113.7", "Forwarded": "host=xau.example;proto=https",
          "X-Original-URL": "/s/", "X-Rewrite-URL": "/s/", "X-Host": "xau.example"}  # fmt: skip


def test_links_and_codes_name_the_base_url_whatever_host_is_asked_for(behind_https: World) -> None:
    """With BASE_URL, no header moves a link to another host: join link, QR, invitations, resets, device links."""
    world = behind_https
    desk = f"/s/{world.here.code}"
    cookie = world.people["chief"].get_cookie("s_session", world.host, "/s")
    assert cookie is not None
    world.people["chief"].set_cookie("s_session", cookie.value, domain="xau.example", path="/s")
    for headers, environ in (({}, {"HTTP_HOST": "xau.example"}), (FORGED, {})):
        for path in (
            f"{desk}/manage",
            f"{desk}/screen",
            f"{desk}/surveys/{world.here['questionnaire']}",
            f"{desk}/devices",
        ):
            page = world.people["chief"].get(path, headers=headers, environ_overrides=environ).text
            assert "doithoai.example" in page, path
            assert "xau.example" not in page, path
        made = {"name": "Trần Thị Mai", "role": "moderator"}
        for path, data in ((f"{desk}/staff/invitations", made), (f"{desk}/devices/links", {"role": "screen"}),
                           (f"/s/staff/{world.here['staff']}/reset", {})):  # fmt: skip
            origin = {"Origin": f"https://{environ.get('HTTP_HOST', 'doithoai.example')}"}
            answer = world.ask("chief", "POST", path, data, headers={**headers, **origin}, environ_overrides=environ)
            assert answer.status_code == 200
            assert "https://doithoai.example/s/" in answer.text, path
            assert "xau.example" not in answer.text, path


@pytest.mark.parametrize("host", [
    'x"><script>alert(1)</script>', "x y", "x/../..", "x@xau.example", "x,y", "x%0d%0a", "[::1", "x:y", "x:123456", "é.vn",
    "x?y", "x#y", "x\\y", "'x'", "x;y", "{{7*7}}",
])  # fmt: skip
def test_a_host_that_cannot_be_one_is_refused(world: World, host: str) -> None:
    """Without BASE_URL links are made of the Host header, so nothing but a host name may stand in it."""
    answer = world.people["stranger"].get(f"/d/{world.here.code}", headers={"Host": host})
    assert answer.status_code == 400
    assert "Địa chỉ máy chủ" in answer.text
    assert host not in answer.text
    assert "Set-Cookie" not in answer.headers or cookie_path("/d/x")


@pytest.mark.parametrize(
    "host", ["hall.lan", "192.168.1.7:8000", "[fe80::1]:8000", "localhost", "MAY-CHU:8000", "a.b-c.vn"]
)
def test_hosts_of_a_hall_are_answered(world: World, host: str) -> None:
    """The control: what people type in an office, and the link on the page is made of it."""
    answer = world.people["stranger"].get(f"/d/{world.here.code}", headers={"Host": host})
    assert answer.status_code == 200


ELSEWHERE = (
    "https://xau.example/", "//xau.example/", "///xau.example", "/\\xau.example", "\\\\xau.example", "/s/\\..\\..\\/xau.example",
    "/s//xau.example", "/s/../..//xau.example", "/s/%2e%2e//xau.example", "/s/..%2f..%2f/xau.example", "javascript:alert(1)",
    " /s/", "\t//xau.example", "/\t/xau.example", "/s/\r\nSet-Cookie: a=b", "/s/%0d%0aSet-Cookie:a=b", "data:text/html,x",
    "/s@xau.example", "s/", "http:xau.example", "/s/{code}/..//xau.example", "/s/{code}\\@xau.example", "/d/{code}@xau.example",
    "/d/{code}/..//xau.example", "/d/{code}//xau.example", "/d/{code}?\\xau.example", "/d/{code}\n//xau.example", "/d/{other}",
    "/s/{code}/%2e%2e/%2e%2e//xau.example", "/s/{code}/.%2e/x", "/s/sign-out", "/s/sign-in?next=//xau.example",
)  # fmt: skip


LISTENING = {
    "questions.vote", "questions.withdraw_vote", "questions.skip", "questions.undo_skip", "moderation.moderate",
    "moderation.stand", "moderation.topic", "moderation.note", "desk.hold_order", "stage.choose", "accounts.throw_out",
    "moderation.merge", "moderation.merge_chosen", "moderation.split", "moderation.redact", "moderation.erase", "moderation.mute",
    "moderation.unmute", "moderation.ask_back", "moderation.apart", "moderation.take_back", "moderation.pass_by_itself",
    "moderation.undo", "desk.confirm_own_screen", "desk.recommend",
    # These go to the leader's desk whatever is asked for, and the desk is what the probe asks for.
    "stage.lead_start", "stage.lead_length", "stage.lead_end", "stage.lead_end_undo", "stage.lead_hand",
    "stage.lead_group_answer",
}  # fmt: skip


@pytest.mark.claim("security", "no redirect leads to another site, whatever is asked for")
def test_no_redirect_leads_elsewhere(fresh: World, figure: Figure) -> None:
    """`next` as a field and in the query, the Referer and htmx's own header, on every route that answers with a redirect."""
    tried, bad = 0, []
    here = fresh.here
    wishes = [wish.format(code=here.code, other=fresh.there.code) for wish in ELSEWHERE]
    doors = [(route, who_may(fresh, route)) for route in routes(fresh.app)]
    doors = [(route, who) for route, who in doors if _redirects(fresh, route, who)]
    assert len(doors) > 25
    listening = {route.endpoint for route, who in doors if _listens(fresh, route, who)}
    assert listening == LISTENING
    for route, who in doors:
        for wish in wishes if route.endpoint in listening else wishes[:2]:
            answer = _wish(fresh, route, who, wish)
            tried += 1
            target = answer.headers.get("Location", "")
            if not (300 <= answer.status_code < 400 and inside(target, route.rule[:2])):
                bad.append(f"{route.method} {route.rule} next={wish!r}: {answer.status_code} {target!r}")
    figure(f"{tried} wishes, {len(bad)} granted")
    assert bad == []


def _wish(world: World, route: Route, who: str, wish: str) -> TestResponse:
    """The answer to somebody who would like to go on to `wish`."""
    path, sent = route.path(**values(home(world, route), route)), {**form(home(world, route), route), "next": wish}
    options: dict[str, Any] = {"query_string": {"next": wish, "lang": wish}} if route.method == "GET" else {}
    headers = {"Accept": "text/html", **({"Referer": wish} if wish.isprintable() else {})}
    limits.limiter.reset()
    with world.dry():
        return world.ask(who, route.method, path, None if route.method == "GET" else sent, headers=headers, **options)


def _listens(world: World, route: Route, who: str) -> bool:
    """Whether a wish that is granted changes where the route leads."""
    places = {
        "/d": f"/d/{world.here.code}?tab=mine", "/m": f"/m/{world.rolled.code}?lang=en", "/s": f"/s/{world.here.code}/lead",
        "/u": f"/u/{world.here['unit_link']}?lang=en",
    }  # fmt: skip
    granted = _wish(world, route, who, places[route.rule[:2]]).headers["Location"]
    return granted.split("#")[0] == places[route.rule[:2]]


def test_the_way_back_after_signing_in_leads_nowhere_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The field `next` of the sign-in form, and what the door itself puts there from the Referer and from htmx."""
    monkeypatch.setattr(passwords, "matches", lambda _stored, _password: True)
    for wish in (wish.format(code=world.here.code, other=world.there.code) for wish in ELSEWHERE):
        browser = world.app.test_client()
        sent = {"login": f"lan.{world.here.id}", "password": "x" * 12, "csrf_token": csrf(browser, "/s/sign-in")}
        answer = browser.post("/s/sign-in", data={**sent, "next": wish})
        assert answer.status_code == 303
        assert inside(answer.headers["Location"], "/s"), answer.headers["Location"]
        stranger = world.people["stranger"]
        headers = {"HX-Request": "true", "HX-Current-URL": "".join(wish.split())}
        answer = stranger.get(f"/s/{world.here.code}/moderate", headers=headers)
        assert (answer.status_code, inside(answer.headers["HX-Redirect"], "/s")) == (401, True)
        back = parse_qs(urlsplit(answer.headers["HX-Redirect"]).query)["next"][0]
        assert inside(back, "/s"), back
    answer = world.people["stranger"].get(f"/s/{world.here.code}/moderate?list=held", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == f"/s/sign-in?next=/s/{world.here.code}/moderate%3Flist%3Dheld", "the control"


def _redirects(world: World, route, who: str) -> bool:  # type: ignore[no-untyped-def]
    if route.endpoint in {"accounts.accept_invitation", "accounts.sign_out", "accounts.end_others", "accounts.new_sheet",
                          "accounts.change_password", "accounts.device", "desk.intake_one"}:  # fmt: skip
        return False
    sent = form(home(world, route), route) if route.method != "GET" else None
    with world.dry():
        answer = world.ask(
            who, route.method, route.path(**values(home(world, route), route)), sent, headers={"Accept": "text/html"}
        )
    answer.close()
    return 300 <= answer.status_code < 400


def inside(target: str, tree: str) -> bool:
    """Whether a browser that follows `target` from our page stays on our host and in the tree it came from."""
    if re.search(r"[\x00-\x20\x7f\\]", target):
        return False
    resolved = urlsplit(urljoin("http://localhost/s/x/y", target))
    return resolved.netloc == "localhost" and resolved.scheme == "http" and resolved.path.startswith(tree)


def test_a_room_typed_otherwise_leads_to_its_own_path_only(world: World) -> None:
    """`/d/tm4-k9p` goes to the canonical path with what stood behind it, and to no other host."""
    code = world.here.code.lower()
    for typed, tail in ((f"{code[:3]}-{code[3:]}", ""), (code, "?tab=ranking"), (code, "/ask?x=//xau.example"),
                        (code, "/surveys/%0d%0aX:y"), (code, "/surveys/..%5c..%5cxau.example")):  # fmt: skip
        answer = world.people["stranger"].get(f"/d/{typed}{tail}")
        assert answer.status_code in {302, 404}
        if answer.status_code == 302:
            assert inside(answer.headers["Location"], f"/d/{world.here.code}"), answer.headers["Location"]
    assert world.people["stranger"].get(f"/d/{code}//xau.example").status_code in {301, 308, 404}


def test_a_host_is_named_in_links_only_to_who_asked_for_it(world: World) -> None:
    """Without BASE_URL a link is made of the reader's own host, and no cache may give that page to another reader."""
    page = world.people["chief"].get(f"/s/{world.here.code}/manage", headers={"Host": "xau.example"})
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert "xau.example" not in world.people["chief"].get(f"/s/{world.here.code}/manage").text


def test_leaving_a_room_drops_its_cookies_and_enters_again_as_another(fresh: World) -> None:
    """The cookies are dropped on the path on which they were set."""
    phone, room = fresh.app.test_client(), f"/d/{fresh.here.code}"
    enter(phone, fresh.here.code)
    first = phone.get_cookie("ballot", path=room)
    assert first is not None
    phone.post(f"{room}/leave", data={"csrf_token": csrf(phone, room), "ballot": "1", "understood": "1"})
    assert phone.get_cookie("ballot", path=room) is None
    enter(phone, fresh.here.code)
    again = phone.get_cookie("ballot", path=room)
    assert again is not None
    assert again.value != first.value
