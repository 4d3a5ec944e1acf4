"""What a thief of logs or of the disk would find of a person: no address, no browser, no secret; in logs no text either."""

from __future__ import annotations

import contextlib
import hashlib
import io
import ipaddress
import logging
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import NamedTuple
from urllib.parse import quote

import gevent
import pytest
from flask import Response
from flask.testing import FlaskClient
from gevent import socket as green
from sqlalchemy import text

from survey.core.errors import DomainError
from survey.lifecycle import PURPOSES
from survey.questions.service import add
from survey.questions.state import State
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.guard import with_ballot
from survey.web.serve import make_server
from tests.conftest import csrf
from tests.security.conftest import started
from tests.security.world import PASSWORD
from tests.security.world import World
from tests.security.world import build

Figure = Callable[[str], None]
ADDRESS, FORWARDED, SIXTH = "203.0.113.77", "198.51.100.88", "2001:db8:bad:cafe::77"
AGENT = "KimTuocBrowser/77.7 (Chuot Chui 4711)"
QUESTION = "Vì sao lương cán bộ xã Đất Mũi chậm ba tháng, đồng chí Quắc trả lời giúp?"
CORRECTED = "Vì sao lương cán bộ xã Đất Mũi chậm bốn tháng, đồng chí Quắc trả lời giúp?"
REFUSED = "Ngắn Quắc"
ANSWER = "Mong được nghe đồng chí Quắc nói thẳng về quỹ lương"
NAME = "Quắc Thị Ngoéo"
WORDS = (QUESTION, CORRECTED, REFUSED, ANSWER, NAME, "Quắc", "Ngoéo", "Đất Mũi", PASSWORD, "mật-khẩu-sai-4711")


class Canary:
    """A phone whose every request names the addresses, the browser and the language that must leave no trace."""

    def __init__(self, world: World, address: str = ADDRESS) -> None:
        self.world, self.browser, self.address = world, world.app.test_client(), address
        self.secrets: set[str] = set()

    def __call__(self, method: str, path: str, form: dict[str, Any] | None = None, **headers: Any) -> Any:
        marks = {"User-Agent": AGENT, "X-Forwarded-For": FORWARDED, "X-Real-IP": FORWARDED, "Forwarded": f"for={FORWARDED}",
                 "Accept-Language": "vi-KIMTUOC", "Referer": f"http://localhost{path}?kimtuoc"}  # fmt: skip
        answer = self.browser.open(
            path, method=method, data=form, headers={**marks, **headers}, environ_base={"REMOTE_ADDR": self.address}
        )
        for cookie in answer.headers.getlist("Set-Cookie"):
            self.secrets.add(cookie.split("=", 1)[1].split(";", 1)[0])
        return answer

    def token(self, path: str) -> str:
        """The token of the page at `path`."""
        return str(self("GET", path).text.split('<meta name="csrf-token" content="')[1].split('"')[0])


@pytest.fixture
def listening(fresh: World) -> World:
    """A world whose views may be broken."""
    return fresh


class Travelled(NamedTuple):
    """A world after the journey: what must not be found, and all that was said on the way."""

    world: World
    secrets: set[str]
    said: str


@pytest.fixture(scope="module")
def travelled(migrated: Path) -> Iterator[Travelled]:
    """The journey, once, with every logger at its loudest."""
    printed, root = io.StringIO(), logging.getLogger()
    ears, before = logging.StreamHandler(printed), root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    for app in started(migrated):
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            world = build(app)
            secrets = journey(world)
        yield Travelled(world, secrets, printed.getvalue())
    root.removeHandler(ears)
    root.setLevel(before)


def journey(world: World) -> set[str]:
    """A member's and a moderator's whole way, with every kind of error; what must not be found anywhere afterwards."""
    phone, room, desk = Canary(world), f"/d/{world.here.code}", f"/s/{world.here.code}"
    _break(world)
    assert phone("POST", f"{room}/entry", {"csrf_token": phone.token(room)}).status_code == 303
    token = phone.token(f"{room}/ask")
    send: dict[str, Any] = {"X-CSRFToken": token, "Accept": "application/json"}
    own = phone("POST", f"{room}/questions", {"body": QUESTION, "client_id": "kim"}, **send)
    assert own.status_code == 201
    question = own.get_json()["id"]
    assert phone("POST", f"{room}/questions/{question}", {"body": CORRECTED}, **send).status_code == 200
    for tail in ("vote", "vote/withdrawal", "skip", "vote"):
        assert phone("POST", f"{room}/questions/{world.here['approved']}/{tail}", **send).status_code == 200
    for page in ("?tab=mine", "?tab=ranking", "?tab=unseen", "/board", "/board.json", f"/ask?edit={question}"):
        assert phone("GET", f"{room}{page}").status_code == 200
    survey = f"{room}/surveys/{world.here['questionnaire']}"
    assert phone("POST", survey, {world.here["item"]: ANSWER, "counter": "1"}, **send).status_code == 201
    _staff_part(world, question)
    _errors(world, phone, room, send)
    assert phone("POST", f"{room}/questions/{question}/withdrawal", **send).status_code in {200, 403}
    for table in ("questions", "results", "log"):
        for fmt in ("csv", "xlsx", "json"):
            assert world.people["organiser"].get(f"{desk}/exports/{table}.{fmt}").status_code == 200
    sixth = Canary(world, SIXTH)
    assert sixth("POST", f"{room}/entry", {"csrf_token": sixth.token(room)}).status_code == 303
    return phone.secrets | sixth.secrets | {token}


def _staff_part(world: World, question: str) -> None:
    desk = f"/s/{world.here.code}"
    door = Canary(world, "192.0.2.55")
    form = {"login": f"lan.{world.here.id}", "csrf_token": door.token("/s/sign-in")}
    assert door("POST", "/s/sign-in", {**form, "password": "mật-khẩu-sai-4711"}).status_code == 422
    assert door("POST", "/s/sign-in", {**form, "password": PASSWORD}).status_code == 303
    send: dict[str, Any] = {"X-CSRFToken": door.token("/s/account"), "Accept": "application/json"}
    for tail, data in (("approve", {}), ("note", {"note": ANSWER}), ("call", {}), ("answer", {}), ("put_back", {})):
        answer = door("POST", f"{desk}/questions/{question}/{tail}", data, **send)
        assert answer.status_code == 200, answer.text
    assert (
        door("POST", f"{desk}/questions/{world.here['pending']}/reject", {"why": f"Nêu tên {NAME}"}, **send).status_code
        == 200
    )
    assert door("POST", f"{desk}/intake", {"text": f"{NAME} phát biểu", "source": "spoken"}, **send).status_code == 303
    assert door("POST", "/s/sign-out", **send).status_code == 303


def _break(world: World) -> None:
    """Three views that break with what they know in the message: by an error, in the database, in the middle of a stream."""

    def broken() -> str:
        raise ValueError(f"{QUESTION} {NAME} {ADDRESS} {AGENT}")

    def refused_by_the_database(code: str) -> str:
        def job(session: Any) -> None:
            add(session, "no such dialogue", QUESTION, None, state=State.PENDING)

        store.write(job)
        return ""

    def refused_while_reading(code: str) -> str:
        store.reading().execute(text("SELECT missing FROM questions WHERE body = :body"), {"body": QUESTION})
        return ""

    views = world.app.view_functions
    views["pages.help_"] = open_to_all(broken)
    views["room.leaving"] = with_ballot(refused_by_the_database)
    views["questionnaires.shown_results"] = with_ballot(lambda code, questionnaire_id: refused_while_reading(code))


def _errors(world: World, phone: Canary, room: str, send: dict[str, Any]) -> None:
    """Every kind of error, as page, as part of a page and as JSON."""
    survey = f"{room}/surveys/{world.here['questionnaire']}"
    html = {**send, "Accept": "text/html"}
    wanted: tuple[tuple[str, str, dict[str, Any] | None, int], ...] = (
        ("GET", "/help", None, 500), ("GET", f"{room}/leave", None, 500), ("GET", f"{survey}/results", None, 503),
        ("GET", f"/d/ZZZZZZ?q={NAME}", None, 404), ("GET", f"/nothing/{NAME}", None, 404), ("PUT", room, {"x": QUESTION}, 405),
        ("POST", f"{room}/questions", {"body": REFUSED}, 422), ("POST", f"{room}/questions", {"body": QUESTION * 20}, 422),
        ("POST", f"{room}/questions", {"body": QUESTION, "client_id": "kim"}, 409),
        ("POST", f"{survey}", {"x": NAME}, 422),
        ("POST", f"{room}/questions/{NAME}/vote", None, 404), ("GET", f"/s/{world.here.code}/moderate?q={NAME}", None, 303),
    )  # fmt: skip
    for method, path, form, status in wanted:
        for headers in (send, html, {**html, "HX-Request": "true"}):
            answer = phone(method, path, form, **headers)
            assert answer.status_code in {status, 303 if status == 404 else status, 401 if status == 303 else status}, (
                path
            )
            if status in {500, 503}:
                assert not [word for word in (*WORDS, ADDRESS, AGENT) if word in answer.text], path
    assert phone("POST", f"{room}/questions", {"body": QUESTION * 110_000}, **html).status_code == 413
    for _ in range(60):  # 429
        phone("POST", f"{room}/questions", {"body": QUESTION, "client_id": "zzz"}, **send)
    assert phone("POST", f"{room}/questions", {"body": QUESTION}, **send).status_code == 429
    assert phone("POST", f"{room}/questions", {"body": QUESTION}, **{**html, "X-CSRFToken": "x"}).status_code == 400


def forms_of(address: str) -> dict[str, bytes]:
    """An address as a program may keep it."""
    packed = ipaddress.ip_address(address).packed
    names = {
        "text": address.encode(),
        "number": str(int(ipaddress.ip_address(address))).encode(),
        "hex": packed.hex().encode(),
    }
    if len(packed) > 4:
        names["packed"] = packed  # four bytes would be found in random keys now and then
    for kind in ("md5", "sha1", "sha256"):
        digest = hashlib.new(kind, address.encode())
        names |= {kind: digest.digest(), f"{kind} hex": digest.hexdigest().encode()}
    return names


def addresses_in(data: bytes) -> list[tuple[str, str]]:
    """Every form of every address that stands in `data`."""
    return [(a, name) for a in (ADDRESS, FORWARDED, SIXTH) for name, form in forms_of(a).items() if form in data]


def spellings(word: str) -> set[bytes]:
    """A word as it may stand in a log: plain, escaped, percent-coded."""
    return {word.encode(), word.encode("unicode_escape"), quote(word).encode(), repr(word.encode()).encode()}


@pytest.mark.claim("anonymity", "no log line holds an address, a browser, a secret or a word that a member wrote")
def test_logs_hold_nothing_of_a_person(travelled: Travelled, figure: Figure) -> None:
    """A whole journey with every kind of error at the loudest level; then all that was said anywhere is searched."""
    said, secrets = travelled.said.encode(), travelled.secrets
    hits = addresses_in(said)
    hits += [("agent", word) for word in (AGENT, "KimTuoc", "KIMTUOC") if word.encode() in said]
    hits += [("secret", word) for word in secrets if len(word) > 8 and word.encode() in said]
    hits += [("word", word) for word in WORDS for form in spellings(word) if form in said]
    figure(f"{len(said.splitlines())} lines of logs, {len(hits)} hits; {len(secrets)} secrets")
    assert hits == []
    assert b"ValueError at " in said, "the control: the errors were logged, by kind and place"
    assert b"IntegrityError at " in said
    assert len(secrets) >= 6


@pytest.mark.claim("anonymity", "no file of ours holds an address, a browser or the secret of a ballot")
def test_files_hold_no_address_no_browser_and_no_secret(travelled: Travelled, figure: Figure) -> None:
    """The same journey; then every byte under DATA_DIR and KEY_DIR is searched, write-ahead logs included."""
    here, settings = travelled.world.here, travelled.world.app.extensions["survey"]["settings"]
    secrets = {*travelled.secrets, here["invitation"], here["device_link"], PASSWORD, "mật-khẩu-sai-4711"}
    found = [path for folder in (settings.data_dir, settings.key_dir) for path in folder.rglob("*") if path.is_file()]
    files = {path: path.read_bytes() for path in found}
    hits: list[tuple[str, str]] = []
    for data in files.values():
        hits += addresses_in(data)
        hits += [("agent", word) for word in (AGENT, "KimTuoc", "KIMTUOC", "4711)") if word.encode() in data]
        hits += [("secret", word) for word in secrets if len(word) > 8 and word.encode() in data]
    figure(f"{len(files)} files, {sum(map(len, files.values())):,} bytes, {len(hits)} hits")
    assert hits == []
    everything = b"".join(files.values())
    assert CORRECTED.encode() in everything, "the control: what was kept is found by this search"
    assert NAME.encode() in everything
    names = {path.relative_to(settings.data_dir.parent).as_posix().split("/", 1)[0] for path in files}
    assert names == {"data", "keys"}


def test_only_files_that_are_expected_exist(travelled: Travelled) -> None:
    """Two databases with their write-ahead logs, files that staff attached, one key a purpose and the secret key; no log file,
    nothing temporary."""
    world, settings = travelled.world, travelled.world.app.extensions["survey"]["settings"]
    data = {path.relative_to(settings.data_dir).as_posix() for path in settings.data_dir.rglob("*") if path.is_file()}
    with world.db.reading() as session:
        attached = {f"attachments/{id_}" for id_ in session.scalars(text("SELECT id FROM attachments"))}
    assert attached & data == attached, "the control: the journey has attached some"
    assert data - attached <= {f"{name}.sqlite3{tail}" for name in ("main", "roll") for tail in ("", "-wal", "-shm")}
    keys = {path.relative_to(settings.key_dir).as_posix() for path in settings.key_dir.rglob("*") if path.is_file()}
    dialogues = [place.id for place in (world.here, world.beside, world.there, world.draft, world.rolled)]
    assert keys == {
        "secret.key",
        *(f"{id_}/{purpose}.key" for id_ in dialogues for purpose in PURPOSES),
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in settings.key_dir.rglob("*.key")), "keys are for us alone"


def test_the_search_finds_what_is_there(caplog: pytest.LogCaptureFixture) -> None:
    """The control of the searches above: each form of an address and each spelling of a word would be a hit."""
    for form in forms_of(ADDRESS).values():
        assert form in b"x" + form + b"y"
    logging.getLogger("survey").error("asked by %s with %s: %s", ADDRESS, AGENT, QUESTION)
    said = caplog.text.encode()
    assert any(form in said for form in forms_of(ADDRESS).values())
    assert any(form in said for form in spellings(QUESTION))


PEER = "127.0.0.77"


def exchange(world: World, sent: bytes, *, hang_up: bool = False) -> bytes:
    """Raw bytes from the canary's address to a real server over this world; the answer to its end."""
    server = make_server(world.app, replace(world.app.extensions["survey"]["settings"], host="127.0.0.1", port=0))
    server.start()
    try:
        line = green.create_connection(("127.0.0.1", server.server_port), timeout=5, source_address=(PEER, 0))
        with line:
            line.sendall(sent)
            if hang_up:
                line.setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")  # SO_LINGER 0: the line goes dead at once
                return b""
            return b"".join(iter(lambda: line.recv(65536), b""))
    finally:
        gevent.sleep(0.05)
        server.stop(timeout=1)


HEAD = f"Host: localhost\r\nUser-Agent: {AGENT}\r\nCookie: ballot=CANARYBALLOT\r\nConnection: close\r\n"


@pytest.mark.parametrize(("sent", "status"), [
    (f"GET /help HTTP/1.1\r\n{HEAD}\r\n", b"500"), (f"GET /streams HTTP/1.1\r\n{HEAD}\r\n", b"200"),
    (f"{AGENT} secret words\r\n\r\n", b"400"), (f"GET /d/CANARYPATH HTTP/9.9\r\n{HEAD}\r\n", b"400"),
    (f"POST /help HTTP/1.1\r\n{HEAD}Content-Length: x{PEER}\r\n\r\n", b"400"),
    ("\x16\x03\x01 TLS to a plain port\r\n\r\n", b"400"),
    (f"POST /s/sign-in HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\nZZZ\r\n", b"400"),
    (f"GET /{'x' * 9000} HTTP/1.1\r\n{HEAD}\r\n", b"414"), (f"GET /below HTTP/1.1\r\n{HEAD}\r\n", b"500"),
])  # fmt: skip
def test_the_server_itself_names_nobody(
    listening: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], sent: str, status: bytes
) -> None:
    """Requests that are none, views and streams that break, below the application too: no address, path or text in a line."""
    _break(listening)

    @open_to_all
    def streams() -> Response:
        def body() -> Iterator[bytes]:
            yield b"data: begun\n\n"
            raise ValueError(QUESTION)

        return Response(body(), mimetype="text/event-stream")

    listening.app._got_first_request = False
    listening.app.add_url_rule("/streams", "streams", streams)
    listening.app._got_first_request = True
    whole = listening.app.wsgi_app

    def wsgi(environ: Any, start: Any) -> Any:
        if environ["PATH_INFO"] == "/below":
            raise DomainError(QUESTION)
        return whole(environ, start)

    listening.app.wsgi_app = wsgi  # type: ignore[method-assign, assignment]
    answer = exchange(listening, sent.encode("latin-1", "replace"))
    assert answer.split(b" ", 2)[1] in {status, b"400"}
    assert b"Traceback" not in answer
    exchange(listening, sent.encode("latin-1", "replace"), hang_up=True)
    printed = capfd.readouterr()
    said = f"{caplog.text}\n{printed.out}\n{printed.err}"
    for word in (PEER, AGENT, "KimTuoc", "CANARY", QUESTION, "Đất Mũi", "secret words", "xxxx"):
        assert word not in said, said


def test_a_sign_in_keeps_a_browser_in_two_words_and_no_address(listening: World) -> None:
    """Staff see their own machines as "Chrome · Windows"; what the browser said of itself is not kept."""
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.4711.77 Safari/537.36 KimTuoc"
    browser = listening.app.test_client()
    form = {"login": f"lan.{listening.here.id}", "password": PASSWORD, "csrf_token": csrf(browser, "/s/sign-in")}
    browser.post("/s/sign-in", data=form, headers={"User-Agent": agent}, environ_base={"REMOTE_ADDR": ADDRESS})
    with listening.db.reading() as session:
        labels = {row[0] for row in session.execute(text("SELECT label FROM sign_ins"))}
    assert "Chrome · Windows" in labels
    assert all(len(label) < 30 and "4711" not in label for label in labels)


def test_members_pages_say_nothing_of_the_asker(listening: World) -> None:
    """The member's own address and browser are not even told back."""
    phone = Canary(listening)
    for path in (f"/d/{listening.here.code}", "/", "/promise", "/d/ZZZZZZ", f"/d/{listening.here.code}/ask"):
        page = phone("GET", path).text
        assert ADDRESS not in page
        assert "KimTuoc" not in page
    assert isinstance(phone.browser, FlaskClient)
