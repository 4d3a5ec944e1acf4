"""Markup, scripts, template syntax and formulas in every text field: text on every page, in every stream and file."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import cast

import html5lib
import openpyxl
import pytest
from flask import Response
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PageLost
from playwright.sync_api import Page
from werkzeug.serving import make_server

from survey.core.text import clean
from survey.organisations.models import Organisation
from survey.web import limits
from survey.web.guard import open_to_all
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.conftest import csrf
from tests.security.conftest import close
from tests.security.corpus import FORMULAS
from tests.security.corpus import PAYLOADS
from tests.security.corpus import SHORT
from tests.security.routes import home
from tests.security.routes import required
from tests.security.routes import routes
from tests.security.routes import values
from tests.security.test_bad_input import forms_of
from tests.security.world import PASSWORD
from tests.security.world import World

Figure = Callable[[str], None]
# Where text of people may stand in a tag; everything else of a tag is ours alone.
SHOWN_IN = {"value", "content", "aria-label", "title", "alt", "placeholder", "href", "data-t", "data-m", "data-a", "data-words",
            "data-own", "data-theme", "label", "data-no", "data-copy", "data-with", "data-text"}  # fmt: skip
FOREIGN = re.compile(r"alert\(|xau\.example|onerror|onload|zq[{$<#%]|javascript:|=1\+1", re.IGNORECASE)
FORBIDDEN = {"iframe", "object", "embed", "base", "style", "marquee", "math", "video", "audio", "source", "animate", "frame",
             "applet", "img", "body:2", "x"}  # fmt: skip


@pytest.fixture(scope="module")
def infested(copies: Callable[[], World]) -> Iterator[World]:
    """A world in which every text field of everybody holds the corpus."""
    world = copies()
    infest(world)
    yield world
    close(world)


def do(world: World, who: str, path: str, form: dict[str, Any]) -> Any:
    """One act that is taken."""
    limits.limiter.reset()
    answer = world.ask(who, "POST", path, form)
    assert answer.status_code in {200, 201, 204, 303}, f"{path} {form}: {answer.text[:300]}"
    return answer


def infest(world: World) -> None:
    """Write the corpus through every form."""
    here, room, desk = world.here, f"/d/{world.here.code}", f"/s/{world.here.code}"
    for code in (world.here.code, world.beside.code):
        settings = {
            "theme": SHORT[0],
            "leader": SHORT[1],
            "host_unit": SHORT[2],
            "place": SHORT[3],
            "pledge": "\n".join(SHORT),
            "minutes": "60",
            "ask_limit": "50",
            "starts_at": "",
            "listed": "y",
            "people_shown": "y",
            "pre_moderation": "y",
        }
        do(world, "chief", f"/s/{code}/settings", settings)  # fmt: skip
    do(
        world,
        "organiser",
        f"{desk}/topics",
        {"topics": "\n".join(" ".join(payload.split())[:79] for payload in PAYLOADS[:58])},
    )
    for number, payload in enumerate((*PAYLOADS, *FORMULAS)):
        body = f"{payload} là câu hỏi {number}" if number % 2 else f"Câu hỏi {number}: {payload}"
        asked = do(world, "An", f"{room}/questions", {"body": body, "client_id": f"x{number}"}).get_json()["id"]
        act, form = (
            ("approve", {}),
            ("approve", {}),
            ("reject", {"why": payload[:200] + " lý do"}),
            ("hold", {"why": payload[:200]}),
        )[number % 4]
        do(world, "moderator", f"{desk}/questions/{asked}/{act}", form)
        if act == "approve":
            do(world, "moderator", f"{desk}/questions/{asked}/note", {"note": f"{payload}\nghi chú"})
        spoken = {"text": f"{payload} phát biểu", "unit": payload[:110], "source": "paper", "client_id": f"s{number}"}
        do(world, "moderator", f"{desk}/intake", spoken)
    _questionnaires(world)
    for payload in SHORT:
        do(world, "chief", "/s/staff/invitations", {"name": payload[:79], "role": "moderator"})
        do(world, "organiser", f"{desk}/staff/invitations", {"name": payload[:79], "role": "leader"})
    browser = world.app.test_client()
    path = f"/s/invitation/{here['invitation']}"
    taken = {"login": '"><img onerror=alert(1)>', "password": PASSWORD, "csrf_token": csrf(browser, path)}
    assert (
        browser.post(path, data=taken, headers={"User-Agent": "<script>alert(1)</script> Chrome Windows"}).status_code
        == 303
    )

    def name(session: Any) -> None:
        session.get_one(Organisation, here.organisation_id).name = SHORT[0]
        session.get_one(Organisation, here.organisation_id).contact = SHORT[1]

    world.db.write(name)
    question = do(
        world, "moderator", f"{desk}/intake", {"text": f"{SHORT[0]} đang trả lời", "source": "spoken", "call": "1"}
    )
    assert question.status_code == 303


def _questionnaires(world: World) -> None:
    room, desk = f"/d/{world.here.code}", f"/s/{world.here.code}/surveys"
    made = do(world, "organiser", desk, {"title": SHORT[0]}).headers["Location"]
    do(world, "organiser", made, {"title": SHORT[0], "intro": "\n".join(SHORT), "results_shown": "y", "editable": "y"})
    for payload in PAYLOADS[:40]:
        line = " ".join(payload.split())  # an option is a line
        do(
            world,
            "organiser",
            f"{made}/items",
            {"kind": "single", "label": f"{line} ?", "help": line, "options": f"A {line}\nB {line}"},
        )
    for payload in PAYLOADS[40:]:
        item = {
            "kind": "rating",
            "label": f"{payload} ?",
            "help": payload,
            "steps": "3",
            "low": payload[:59],
            "high": payload[:59],
        }
        do(world, "organiser", f"{made}/items", item)
    text = (
        do(world, "organiser", f"{made}/items", {"kind": "text", "label": SHORT[1]}).headers["Location"].split("#i-")[1]
    )
    do(world, "organiser", f"{made}/opening", {})
    survey = made.rsplit("/", 1)[1]
    for number, who in enumerate(("An", "Bình", "Chi", "member")):
        payload = "\n".join((*PAYLOADS, *FORMULAS)[number::4])[:1900]
        do(world, who, f"{room}/surveys/{survey}", {text: payload, "counter": "1"})
    for payload in SHORT:  # the fifth ballot settles the figures
        phone = world.app.test_client()
        token = csrf(phone, room)
        assert phone.post(f"{room}/entry", data={"csrf_token": token}).status_code == 303
        sent = phone.post(f"{room}/surveys/{survey}", data={text: payload, "counter": "1", "csrf_token": token})
        assert sent.status_code == 303
    world.here.ids["infested"] = survey


def faults(markup: str, *, fragment: bool = False) -> list[str]:
    """What stands in this markup that is not ours: elements, attributes, addresses, evaluated templates."""
    found = ["template evaluated"] if "zq49zq" in markup else []
    parse = html5lib.parseFragment if fragment else html5lib.parse
    tree = parse(markup, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.split("}")[-1]
        if tag in FORBIDDEN or (
            tag == "script" and (element.text or not (element.get("src") or "").startswith("/static/"))
        ):
            found.append(f"<{tag}>")
        for name, value in element.attrib.items():
            plain = name.split("}")[-1] if "}" in name else name
            if plain.startswith("on") or plain in {"style", "srcdoc"}:
                found.append(f"<{tag} {plain}>")
            if FOREIGN.search(value) and plain not in SHOWN_IN:
                found.append(f"<{tag} {plain}={value[:60]!r}>")
            if plain in {"href", "action", "formaction", "src", "hx-get", "hx-post", "hx-sse:connect"} and not re.match(
                r"(?:/(?!/)|#|\?|https?://(?:localhost|192\.0\.2\.2)(?:[/:]|$)|data:image/|$)", value
            ):
                found.append(f"<{tag} {plain}={value[:60]!r}>")
        if tag == "meta" and element.get("http-equiv") and not (element.get("content") or "").isdecimal():
            found.append("<meta http-equiv>")
    return found


def pages(world: World) -> Iterator[tuple[str, str, Any]]:
    """Every page that anybody may read, as a page and as a part for htmx; the survey that holds the corpus too."""
    ids = {"questionnaire_id": world.here["infested"]}
    queries = {"desk.moderate": [f"?list={name}" for name in ("pending", "approved", "held", "rejected", "answered")]
               + ["?page=2", "?whole=1", "?q=<script>alert(1)</script>"],
               "pages.show": ["?tab=unseen", "?tab=ranking", "?tab=mine", "?tab=ranking&q=%22%3E%3Cimg src=x onerror=alert(1)%3E",
                              "?lang=%22%3E%3Cscript%3E"],
               "pages.home": ["?code=%22%3E%3Cimg src=x onerror=alert(1)%3E"],
               "desk.intake": ["?way=paper&unit=%3Cscript%3Ealert(1)"],
               "accounts.sign_in": ["?next=/s/%22%3E%3Cscript%3Ealert(1)"]}  # fmt: skip
    for route in routes(world.app):
        if route.method != "GET" or route.endpoint.endswith("live") or route.endpoint == "pages.follow":
            continue
        kind = required(route.endpoint).partition(" ")[0]
        who = {"house": "chief", "here": "organiser", "in": "chief", "ballot": "An", "code": "An", "all": "stranger",
               "roll": "stranger", "seat": "seated"}[kind]  # fmt: skip
        place = home(world, route)
        more = ids if place is world.here and not route.path().endswith("items/new?kind=text") else {}
        for query in ("", *queries.get(route.endpoint, ())):
            path = route.path(**values(place, route, **more))
            for headers in ({"Accept": "text/html"}, {"Accept": "text/html", "HX-Request": "true"}):
                yield who, path + query, world.ask(who, "GET", path + query, headers=headers)


@pytest.mark.claim("security", "markup, scripts and template syntax in any text field are text on every page")
def test_pages_show_the_corpus_as_text(infested: World, figure: Figure) -> None:
    """All pages of all people, parsed as a browser parses them: no element, attribute or address that came in as text."""
    wrong, seen, holding = [], 0, 0
    for who, path, answer in pages(infested):
        assert answer.status_code < 500, path
        if answer.mimetype != "text/html":
            continue
        page = answer.get_data(as_text=True)
        seen += 1
        holding += bool(FOREIGN.search(page))
        wrong += [f"{who} {path}: {fault}" for fault in faults(page, fragment="<html" not in page[:200])]
    figure(f"{len(PAYLOADS)} payloads, {seen} pages ({holding} hold some of them), {len(wrong)} unescaped")
    assert not wrong, "\n".join(wrong)
    assert holding > 45, "the corpus is really there"
    board = infested.people["Chi"].get(f"/d/{infested.here.code}?tab=ranking").text
    assert "&lt;script&gt;" in board


def test_refused_forms_and_errors_show_the_corpus_as_text(infested: World) -> None:
    """What was typed comes back escaped, in fields and in sentences; unknown addresses are not echoed as markup."""
    wrong = []
    for form in forms_of(infested):
        for payload in SHORT:
            limits.limiter.reset()
            with infested.dry():
                answer = infested.ask(
                    form.who,
                    "POST",
                    form.path,
                    dict.fromkeys(form.fields, payload * 3),
                    headers={"Accept": "text/html"},
                )
            if answer.mimetype == "text/html" and answer.status_code != 303:
                wrong += [f"{form.name}: {fault}" for fault in faults(answer.get_data(as_text=True))]
    for payload in PAYLOADS:
        for path in ("/d/{}", "/{}", "/s/{}/manage", "/static/{}", "/s/invitation/{}", "/?code={}"):
            answer = infested.people["stranger"].get(
                path.format(payload.replace("\0", "").replace("?", "").replace("#", ""))
            )
            assert answer.status_code < 500
            if answer.mimetype == "text/html" and answer.status_code not in {302, 303, 308}:
                wrong += [f"{path} {payload!r}: {fault}" for fault in faults(answer.get_data(as_text=True))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.claim("security", "streams carry text as text and cannot be split by it")
@pytest.mark.parametrize(
    ("who", "tail"), [("An", ""), ("moderator", "/moderate"), ("leader", "/lead"), ("screen", "/screen")]
)
def test_streams_carry_the_corpus_as_text(infested: World, who: str, tail: str, figure: Figure) -> None:
    """The whole board of each audience as its stream begins: lines of our own only, and what is in them is escaped."""
    base = f"/{'s' if tail else 'd'}/{infested.here.code}"
    answer = infested.ask(who, "GET", f"{base}{tail}/live", headers={"Accept": "text/event-stream"})
    events = iter(cast(Any, answer.response))
    said = b"".join(
        event if isinstance(event, bytes) else event.encode() for _, event in zip(range(2), events, strict=False)
    ).decode()
    assert "\r" not in said
    lines = said.split("\n")
    assert all(re.match(r"(?:data: |data:$|event: \w+$|id: \d+$|$)", line) for line in lines)
    assert all(
        line in {"event: counts", "event: beat", "event: moved", "event: now"}
        for line in lines
        if line.startswith("event")
    )
    markup = "\n".join(line[6:] for line in lines if line.startswith("data: "))
    figure(f"{len(lines)} lines to {who}, {len(faults(markup, fragment=True))} unescaped")
    assert FOREIGN.search(markup), "the corpus is really there"
    assert faults(markup, fragment=True) == []


DANGEROUS = re.compile(r"^[\s\ufeff]*[=+\-@\t\r＝＋－＠]")


@pytest.mark.claim("security", "no cell of an export is a formula, in CSV nor in XLSX")
def test_files_hold_text_and_no_formulas(infested: World, figure: Figure) -> None:
    """CSV as read with comma, semicolon, tab and bar; XLSX with types as the program reads it; JSON."""
    formulas: list[str] = []
    texts: set[str] = set()
    for table in ("questions", "results", "log"):
        path = f"/s/{infested.here.code}/exports/{table}"
        formulas += [f"{table}.csv: {line[:60]!r}" for line in formulas_in_csv(_file(infested, f"{path}.csv"))]
        book = openpyxl.load_workbook(io.BytesIO(_file(infested, f"{path}.xlsx")))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        formulas += [f"{table}.xlsx: {cell.value!r}" for cell in cells if cell.data_type == "f" or cell.hyperlink]
        texts |= {str(cell.value) for cell in cells}
        assert json.loads(_file(infested, f"{path}.json"))["tables"]
    figure(f"{len(texts)} different cells, {len(formulas)} formulas")
    assert formulas == []
    for payload in FORMULAS:
        assert any(clean(payload) in text for text in texts), f"the premise: {payload!r} is in a file"


def _file(world: World, path: str) -> bytes:
    answer = world.people["organiser"].get(path)
    assert answer.status_code == 200
    return answer.get_data()


def formulas_in_csv(data: bytes) -> list[str]:
    """Lines of cells that a spreadsheet would run, by whichever separator it is set to."""
    text = data.decode("utf-8-sig")
    cells = [c for by in ",;\t|" for row in csv.reader(io.StringIO(text, newline=""), delimiter=by) for c in row]
    lines = [line for cell in cells if not re.fullmatch(r"-?\d+(?:\.\d+)?", cell) for line in re.split(r"[\r\n]", cell)]
    return [line for line in lines if DANGEROUS.match(line)]


def test_the_parser_sees_what_is_not_escaped() -> None:
    """The control: almost every payload that is markup is found when it stands unescaped on a page."""
    seen = [payload for payload in PAYLOADS if faults(f"<!doctype html><p class='x'>{payload}</p>")]
    markup = [payload for payload in PAYLOADS if payload.startswith("<") and payload[1:2].isalpha()]
    missed = [payload for payload in markup if payload not in seen]
    assert len(missed) <= 5, f"harmless by themselves, or not seen: {missed}"
    assert faults('<!doctype html><p title="x" onmouseover="alert(1)">x</p>')
    assert faults("<!doctype html><a href='javascript:alert(1)'>x</a>")
    assert faults("<!doctype html><p>zq49zq</p>")
    assert faults("<!doctype html><p title='&lt;script&gt;alert(1)'>&lt;script&gt;</p>") == []
    assert not DANGEROUS.match("'=1+1")
    assert DANGEROUS.match(" ＝1")


TELL = "addEventListener('securitypolicyviolation', e => console.error('Content Security Policy', e.blockedURI))"


class Watched:
    """A page and everything on it that must not happen."""

    def __init__(self, page: Page) -> None:
        self.page, self.dialogs, self.ran = page, 0, 0
        self.reports: list[str] = []
        page.on("dialog", self._dialog)
        page.on("console", self._line)
        page.on("request", self._request)
        page.add_init_script(TELL)

    def _line(self, line: Any) -> None:
        if "Content Security Policy" in line.text:
            self.reports.append(line.text)

    def _request(self, sent: Any) -> None:
        if "xau.example" in sent.url:
            self.reports.append(sent.url)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs += 1
        dialog.dismiss()

    def look(self, url: str) -> None:
        """Open a page, let it settle, and note whether anything ran."""
        self.page.goto(url)
        self.page.wait_for_timeout(150)
        try:
            self.ran += bool(self.page.evaluate("window.xss"))
        except PageLost:  # it is walking away while we look: that is something running, too
            self.ran += 1


@pytest.fixture
def served(infested: World) -> Iterator[str]:
    """The infested world on a port, a thread for each request."""
    server = make_server("127.0.0.1", 0, infested.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)


def as_person(
    browser: Browser, world: World, who: str, url: str, size: dict[str, int]
) -> tuple[BrowserContext, Watched]:
    """A browser that holds this person's cookies."""
    context = browser.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
    cookies = [
        {"name": name, "value": cookie.value, "url": f"{url}{path}/"}
        for (_domain, path, name), cookie in (world.people[who]._cookies or {}).items()
    ]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    return context, Watched(context.new_page())


@pytest.mark.browser
@pytest.mark.claim("security", "the stored corpus runs nothing in Chromium, on loaded pages and on live ones")
def test_the_corpus_runs_nothing_in_chromium(browser: Browser, infested: World, served: str, figure: Figure) -> None:
    """Pages as they are loaded, and what a stream brings to the open ones: no dialog, no CSP report, no foreign request."""
    room, desk = f"{served}/d/{infested.here.code}", f"{served}/s/{infested.here.code}"
    survey = infested.here["infested"]
    tours = {
        ("Chi", "phone"): [f"{room}?tab=unseen", f"{room}?tab=mine", f"{room}/ask", f"{room}/surveys/{survey}",
        f"{room}?tab=ranking"],
        ("moderator", "laptop"): [f"{desk}/moderate?list={name}" for name in ("rejected", "held", "answered", "approved")]
        + [f"{desk}/intake", f"{desk}/moderate"],
        ("organiser", "laptop"): [f"{desk}/manage", f"{desk}/staff", f"{desk}/surveys/{survey}",
        f"{desk}/surveys/{survey}/results",
                                  f"{desk}/exports/questions/print"],
        ("leader", "laptop"): [f"{desk}/lead/print", f"{desk}/lead"],
        ("screen", "projector"): [f"{desk}/screen"],
    }  # fmt: skip
    sizes, watched, contexts, looked = {"phone": PHONE, "laptop": LAPTOP, "projector": PROJECTOR}, [], [], 0
    for (who, size), urls in tours.items():
        context, watch = as_person(browser, infested, who, served, sizes[size])
        contexts.append(context)
        watched.append(watch)
        for url in urls:
            watch.look(url)
            assert "/s/sign-in" not in watch.page.url, who
            looked += 1
    base = f"/d/{infested.here.code}"
    for number, payload in enumerate(PAYLOADS[15:40:5]):  # what the streams bring to the pages that stay open
        body = {"body": f"{payload} vừa gửi lúc này", "client_id": f"live{number}"}
        asked = do(infested, "Bình", f"{base}/questions", body).get_json()["id"]
        do(infested, "moderator", f"/s/{infested.here.code}/questions/{asked}/approve", {})
        if number == 4:
            do(infested, "moderator", f"/s/{infested.here.code}/questions/{asked}/call", {})
    watched[0].page.wait_for_timeout(2_500)
    told = sum("vừa gửi lúc này" in watch.page.content() for watch in watched)
    ran = sum(bool(watch.page.evaluate("window.xss")) + watch.ran for watch in watched)
    figure(f"{looked} pages, {told} of 4 live ones brought up to date; {sum(w.dialogs for w in watched)} dialogs, "
           f"{sum(len(w.reports) for w in watched)} CSP reports, {ran} scripts ran")  # fmt: skip
    for context in contexts:
        context.close()
    assert [report for watch in watched for report in watch.reports] == []
    assert sum(watch.dialogs for watch in watched) == 0
    assert ran == 0
    assert told >= 3, "the streams must really have brought them"


@pytest.mark.browser
def test_chromium_would_have_told(browser: Browser, infested: World, served: str) -> None:
    """The control: the same corpus on a page that does not escape, with our CSP and without any."""

    def naked() -> Response:
        return Response("<!doctype html><body>" + "\n".join(PAYLOADS[15:30]), mimetype="text/html")

    def bare() -> Response:
        answer = naked()
        answer.headers["Content-Security-Policy"] = "default-src * 'unsafe-inline' data:"
        return answer

    infested.app.view_functions["pages.help_"] = open_to_all(naked)
    infested.app.view_functions["pages.promise"] = open_to_all(bare)
    context = browser.new_context()
    watch = Watched(context.new_page())
    watch.look(f"{served}/help")
    assert watch.dialogs == 0, "the CSP is the second wall"
    assert watch.reports != []
    watch.look(f"{served}/promise")
    assert watch.dialogs > 0
    context.close()
