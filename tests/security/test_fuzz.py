"""Nonsense on every route: never a 5xx, and a refusal always says in a sentence what to do."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from survey.web import limits
from tests.conftest import POSTGRES
from tests.conftest import _running
from tests.conftest import need
from tests.security.routes import Route
from tests.security.routes import form
from tests.security.routes import home
from tests.security.routes import routes
from tests.security.routes import values
from tests.security.test_ids import who_may
from tests.security.world import World
from tests.security.world import build

Figure = Callable[[str], None]
NASTY = (
    "", " ", "\t\n ", "x", "0", "-1", "1", "9" * 30, "9" * 5000, "1e309", "NaN", "Infinity", "٣", "²", "Ⅷ", "１２", "0x10", "1_0",
    "null", "true", "[]", "{}", "a" * 10_000, "🙂" * 600, "e\u0302\u0323" * 40, "\u202e\u2066RTL\u2069", "\u200b\u200c", "\0",
    "a\0b", "\x1b[31m", "\x7f", "\ufeff", "\ufffe", "\U0010ffff", "\u2028\u2029", "'", '"', "' OR 1=1 --", "%00", "%", "_",
    "\\", "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "=1+1", "a\r\nSet-Cookie: x=y", "2026-13-45",
    "99/99/9999 25:61", "31/2/2026", "0001-01-01T00:00", "9999-12-31T23:59", "1/1/1", "26/3/2026 8:00", "-0", "+5", "5.0",
    "Đối thoại với cán bộ trẻ của tỉnh", "ấy" * 300, "\n".join(map(str, range(200))), "a,b;c\td", "zzzzzzzzzzzz", "Z" * 6,
)  # fmt: skip
# Fields and query parameters of all pages: each route gets those that it knows and some that it does not.
NAMES = (
    "body", "topic", "client_id", "counter", "next", "deck", "ballot", "understood", "lang", "tab", "last", "edit",
    "again", "left",
    "after", "q", "list", "page", "whole", "way", "unit", "kind", "text", "count", "source", "call", "keep", "rows", "sheets_are",
    "new_topics", "title", "intro", "editable", "results_shown", "template", "label", "help", "required", "options",
    "steps", "low",
    "high", "theme", "leader", "host_unit", "place", "starts_at", "minutes", "pledge", "ask_limit", "listed", "topics", "usual",
    "to", "in_writing", "held", "mode", "reason", "why", "note", "seen", "toast", "login", "password", "old", "name", "role",
    "organisation", "code", "digits", "staff", "grant", "account", "here", "site", "csrf_token",
)  # fmt: skip
QUERY = ("q", "page", "topic", "list", "tab", "last", "edit", "after", "way", "unit", "kind", "lang", "next", "code")
DEEP = "[" * 50_000
BODIES = (
    ("application/json", b""), ("application/json", b"{"), ("application/json", b"null"), ("application/json", b"[]"),
    ("application/json", b'"x"'), ("application/json", DEEP.encode()), ("application/json", b'{"a":' * 20_000),
    ("application/json", b'{"body": "\\ud800\\udc00\\ud800 lone", "client_id": "\\ud800", "topic": "\\udfff"}'),
    ("application/json", b'{"body": {"a": 1}, "client_id": ["x"], "topic": 7}'), ("application/json", b'{"body": 1e999}'),
    ("application/json", b'{"body": ' + b"9" * 6000 + b"}"), ("application/json", b'{"body": true, "body": false}'),
    ("application/json", b"\xff\xfe\xfa"), ("application/json; charset=utf-16", '{"body": "xin chào"}'.encode("utf-16")),
    ("application/json; charset=klingon", b'{"body": "x"}'), ("application/x-www-form-urlencoded",
    b"body=%FF%FE%ED%A0%80&text=%C3%28"),
    ("application/x-www-form-urlencoded", b"&&&===&body&=x&%00=%00"), ("application/x-www-form-urlencoded", b"a=1&" * 20_000),
    ("application/x-www-form-urlencoded; charset=utf-7", b"body=+ADw-script+AD4-"), ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\nunfinished'),
    ("multipart/form-data; boundary=x", b"--x\r\nbroken\r\n\r\n--x--"), ("multipart/form-data; boundary=" + "x" * 200, b"--"),
    ("multipart/form-data; boundary=x",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\nPK\x03\x04\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="../a\\0.csv"\r\n\r\n\xff\xfe\0\r\n--x--\r\n'),
    ("text/plain", b"xin chao"), ("application/xml", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"),
    ("", b"\0\1\2"), ("text/html; charset=\xff", b"x"), ("application/octet-stream", b"\0" * 70_000),
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {}, {"Accept": "text/html"}, {"Accept": "application/json"}, {"Accept": "text/html", "HX-Request": "true"},
    {"Accept": "\xff;q=x"},
    {"Accept": "text/html", "Accept-Language": "xx-" + "y" * 500}, {"Range": "bytes=0-9999999999"},
    {"If-None-Match": 'W/"' + "x" * 500},
    {"If-Modified-Since": "yesterday"}, {"Last-Event-ID": "9" * 18}, {"Last-Event-ID": "-1"}, {"Origin": "http://["},
    {"Referer": "http://["}, {"HX-Request": "true", "HX-Current-URL": "http://["}, {"User-Agent": "\x80\xff" * 2000},
    {"Cookie": "ballot=\xff\xfe; mine=" + "a." * 3000}, {"Cookie": "skipped=%%%; d_session=x.y.z; s_session=\x80"},
    {"Cookie": "=;;;=="},
    {"X-Forwarded-For": "x" * 3000}, {"Accept-Encoding": "gzip;q=x, \xff"}, {"Content-Encoding": "gzip"},
    {"Transfer-Encoding": "x"},
    {"Authorization": "Basic \xff"}, {"X-CSRFToken": "\xff\x80"}, {"Sec-Fetch-Site": "\xff"}, {"Host": "\xff"},
    {"Expect": "100-continue"},
)  # fmt: skip
# What reads its own write again cannot be undone in between; signing in and out would change who asks.
LEFT_OUT = {
    "accounts.accept_invitation",
    "desk.intake_one",
    "accounts.device_link",
    "desk.print_cards",
    "desk.site_print",
    "desk.print_pdf",
    "desk.site_print_pdf",
}

SENTENCE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùý]\w* \w+")

nasty = st.sampled_from(NASTY) | st.text(max_size=12)


@st.composite
def requests(
    draw: st.DrawFn, many: int
) -> tuple[int, dict[str, str], list[tuple[str, str]], list[tuple[str, str]], Any, Any, bool]:
    """A number of a route, what stands in its path, query and form, a raw body instead or not, headers, good form or not."""
    path = draw(st.dictionaries(st.sampled_from(("question_id", "questionnaire_id", "item_id", "code", "token", "table", "fmt",
                                                 "sign_in_id", "grant_id", "link_id", "staff_id", "member_id", "unit_id",
                                                 "request_id", "batch_id", "number")), nasty,
                                                 max_size=2))  # fmt: skip
    pairs = st.lists(st.tuples(st.sampled_from(NAMES), nasty), max_size=4)
    body = draw(st.none() | st.none() | st.sampled_from(BODIES))
    return (draw(st.integers(0, many - 1)), path if draw(st.booleans()) else {}, draw(pairs) if draw(st.booleans()) else [],
            draw(pairs), body, draw(st.sampled_from(HEADERS)) if draw(st.booleans()) else {}, draw(st.booleans()))  # fmt: skip


def send(world: World, route: Route, case: Any) -> TestResponse:
    """One such request by somebody who may call the route."""
    _number, path, query, sent, body, headers, good = case
    ids = {**values(home(world, route), route), **{name: quote(value, safe="") or "x" for name, value in path.items()}}
    address = route.path(**ids).split("?")[0]
    options: dict[str, Any] = {"query_string": "&".join(f"{quote(n)}={quote(v)}" for n, v in query), "buffered": False}
    who = who_may(world, route)
    coded = {
        name: value.encode("utf-8", "replace").decode("latin-1") for name, value in headers.items() if name != "Cookie"
    }
    if route.method not in {"GET", "HEAD"}:
        own = route.path(
            **values(home(world, route), route)
        )  # the tree whose token the browser has, whatever the path says now
        coded.setdefault("X-CSRFToken", world.token(who, own) if own.startswith(("/d/", "/m/", "/s")) else "")
        if body is not None:
            options |= {"data": body[1], "content_type": body[0]}
        else:
            fields = [*(form(home(world, route), route).items() if good else ()), *sent]
            text = "&".join(f"{quote(n)}={quote(v.encode('utf-8', 'replace'))}" for n, vs in fields
                            for v in (vs if isinstance(vs, list) else [vs]))  # fmt: skip
            options |= {"data": text, "content_type": "application/x-www-form-urlencoded"}
    if "Cookie" in headers:
        options["environ_overrides"] = {"HTTP_COOKIE": headers["Cookie"]}
    limits.limiter.reset()
    with world.dry():
        return world.people[who].open(address, method=route.method, headers=coded, **options)


def fault(route: Route, answer: TestResponse) -> str | None:
    """What is wrong with the answer: a 5xx, or a refusal without a sentence."""
    if answer.status_code >= 500:
        return f"{route.method} {route.rule}: {answer.status_code}"
    if answer.status_code < 400 or answer.mimetype == "text/event-stream" or "HX-Redirect" in answer.headers:
        return None
    data = answer.get_data()
    page = (gzip.decompress(data) if answer.content_encoding == "gzip" else data).decode()
    text = json.loads(page)["message"] if answer.is_json else re.sub(r"<[^>]*>", " ", page)
    return (
        None
        if SENTENCE.search(text)
        else f"{route.method} {route.rule}: {answer.status_code}, no sentence: {text[:80]!r}"
    )


def run(world: World, examples: int, *, chance: bool = False) -> tuple[Counter[int], set[str], float]:
    """So many cases; statuses, the endpoints that were asked, and the longest time of one. The first fault ends it."""
    doors = [route for route in routes(world.app) if route.endpoint not in LEFT_OUT]
    seen, asked, longest = Counter[int](), set[str](), [0.0]

    @settings(max_examples=examples, deadline=None, database=None, derandomize=not chance,
              phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(requests(len(doors)))
    def one(case: Any) -> None:
        route, begun = doors[case[0]], time.thread_time()
        answer = send(world, route, case)
        wrong = fault(route, answer)
        answer.close()
        longest[0] = max(longest[0], time.thread_time() - begun)
        seen[answer.status_code] += 1
        asked.add(route.endpoint)
        assert wrong is None, wrong

    one()
    return seen, asked, longest[0]


@pytest.fixture
def on_postgres(request: pytest.FixtureRequest) -> Iterator[World]:
    """The same world over PostgreSQL, which refuses what SQLite takes: NUL, and numbers that are too large."""
    need(POSTGRES, "PostgreSQL (TEST_POSTGRES_URL)")
    for app in _running(request.getfixturevalue("postgres")):
        yield build(app)


@pytest.mark.claim("security", "nonsense on every route is never answered by a 5xx, and always by a sentence")
def test_nonsense_is_refused_with_a_sentence(world: World, figure: Figure) -> None:
    """About 1,500 requests over all routes, each by somebody who may call it."""
    seen, asked, longest = run(world, 1_500)
    figure(f"{seen.total()} requests on {len(asked)} views, 0 of 5xx, longest {longest * 1000:.0f} ms of CPU")
    assert len(asked) > 75
    assert seen[200] + seen[303] > 100
    assert seen[404] > 50


def test_nonsense_is_refused_on_postgresql_too(on_postgres: World) -> None:
    """The same on the other database, shorter."""
    seen, _asked, _longest = run(on_postgres, 500)
    assert seen.total() >= 500


@pytest.mark.night
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_night_of_nonsense(request: pytest.FixtureRequest, where: str, figure: Figure) -> None:
    """Fifty thousand cases."""
    world = request.getfixturevalue("fresh" if where == "sqlite" else "on_postgres")
    seen, asked, longest = run(world, 50_000, chance=True)
    figure(f"{seen.total()} requests on {len(asked)} views, 0 of 5xx, longest {longest * 1000:.0f} ms of CPU")


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_every_raw_body_on_every_route(request: pytest.FixtureRequest, where: str) -> None:
    """Not by chance: every broken body once on every route that takes one, with a broken header on the side."""
    world = request.getfixturevalue("world" if where == "sqlite" else "on_postgres")
    wrong, count = [], 0
    for route in routes(world.app):
        if route.method == "GET" or route.endpoint in LEFT_OUT:
            continue
        for body in BODIES if where == "sqlite" and route.rule.startswith("/d/") else BODIES[count % 3 :: 3]:
            count += 1
            headers = HEADERS[count % len(HEADERS)]
            found = fault(route, send(world, route, (0, {}, [], [], body, headers, False)))
            wrong += [f"{found} {body[0]} {body[1][:40]!r} {headers}"] if found else []
    assert wrong == []


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_nasty_values_in_paths_and_queries(request: pytest.FixtureRequest, where: str) -> None:
    """Ids, codes, pages, searches: what a thief or a broken link puts there. PostgreSQL gets what it minds."""
    world = request.getfixturevalue("world" if where == "sqlite" else "on_postgres")
    wrong: list[str] = []
    for route in routes(world.app):
        if route.endpoint in LEFT_OUT:
            continue
        cases: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
            ({place: value}, [])
            for place in sorted(route.arguments)
            for value in (("a\0b",) if where == "postgresql" else ("\0", "a" * 3000, "é\u0301", "%", "\n"))
        ]
        if route.method == "GET":
            values = ("\0", "9" * 30) if where == "postgresql" else ("\0", "9" * 5000, "٣")
            cases += [({}, [(name, value) for name in QUERY]) for value in values]
        for path, query in cases:
            answer = send(world, route, (0, path, query, [], None, {}, True))
            found = fault(route, answer)
            answer.close()
            wrong += [f"{found} with {path} {query}"[:300]] if found else []
    assert wrong == []
