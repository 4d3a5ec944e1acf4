"""The contract of URLs, JSON, streams and CLI, by a client that knows nothing else."""

from __future__ import annotations

import json
import queue
import threading
import time
from http.client import HTTPResponse
from urllib.parse import urlencode

import pytest

from bench.client import Client
from bench.client import member
from bench.server import Running
from bench.server import command

JSON = "application/json"
BODY = "Đề nghị mở cửa nhà văn hóa buổi tối cho người trẻ, có được không ạ?"


@pytest.fixture
def code(server: Running) -> str:
    return str(server.sample["code"])


@pytest.fixture
def phone(server: Running, code: str) -> Client:
    return member(server.url, code)


def ask(phone: Client, code: str, body: str, client_id: str) -> tuple[int, dict[str, object]]:
    """Ask as the contract says."""
    token = phone.csrf(f"/d/{code}")
    answer = phone.post(f"/d/{code}/questions", {"body": body, "client_id": client_id}, X_CSRFToken=token, Accept=JSON)
    return answer.status, answer.json()


def vote(phone: Client, code: str, question_id: str, method: str = "POST") -> tuple[int, dict[str, object]]:
    """Support, or withdraw it with DELETE."""
    token = phone.csrf(f"/d/{code}")
    headers = {"X-CSRFToken": token, "Accept": JSON}
    answer = phone.request(method, f"/d/{code}/questions/{question_id}/vote", b"", headers)
    return answer.status, answer.json()


def board(phone: Client, code: str) -> dict[str, object]:
    answer = phone.get(f"/d/{code}/board.json")
    assert answer.status == 200
    found: dict[str, object] = answer.json()
    return found


def events(response: HTTPResponse, seconds: float) -> list[dict[str, str]]:
    """What arrives on a stream until the first event with an id, or until some seconds are over; beats left out."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in response:
            lines.put(line.decode().rstrip("\n"))

    threading.Thread(target=read, daemon=True).start()
    got: list[dict[str, str]] = []
    current: dict[str, str] = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            line = lines.get(timeout=0.2)
        except queue.Empty:
            continue
        if line:
            name, _, value = line.partition(": ")
            current[name] = f"{current[name]}\n{value}" if name in current else value
        elif current:
            if current.get("event") != "beat":
                got.append(current)
                if "id" in current:
                    return got
            current = {}
    return got


@pytest.mark.claim("main-job", "a client that knows only the contract asks, supports, reads board.json, follows /live")
def test_a_client_of_the_contract_asks_supports_reads_and_follows(
    server: Running, code: str, phone: Client, figure
) -> None:
    """One round through every URL of the room."""
    status, asked = ask(phone, code, BODY, "c1")
    assert status == 201
    assert set(asked) == {"id", "state", "version"}
    assert asked["state"] == "pending"
    before = board(phone, code)
    assert set(before) == {"version", "state", "questions"}
    assert before["state"] == "live"
    rows = before["questions"]
    assert isinstance(rows, list)
    assert all(set(row) == {"id", "number", "body", "topic", "supporters", "state"} for row in rows)
    counts = [row["supporters"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert asked["id"] not in [row["id"] for row in rows], "a pending question is on nobody's board"
    target = next(row for row in rows if row["state"] == "approved")

    stream = phone.stream(f"/d/{code}/live?after={before['version']}")
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    started = time.monotonic()
    status, voted = vote(phone, code, str(target["id"]))
    assert (status, voted["supported"], voted["supporters"]) == (200, True, target["supporters"] + 1)
    got = events(stream, 5)
    took = time.monotonic() - started
    figure(f"vote on the stream after {took:.2f} s")
    assert got, "the vote never arrived on the stream"
    assert int(got[-1]["id"]) == voted["version"]
    assert f"{target['id']} {target['supporters'] + 1}" in " ".join(e["data"] for e in got)
    assert took < 2

    again = vote(phone, code, str(target["id"]))[1]
    assert (again["supporters"], again["version"]) == (voted["supporters"], voted["version"]), (
        "repeating changes nothing"
    )
    gone = vote(phone, code, str(target["id"]), "DELETE")[1]
    assert (gone["supported"], gone["supporters"]) == (False, target["supporters"])
    assert vote(phone, code, str(target["id"]), "DELETE")[1]["supporters"] == target["supporters"]


def test_the_same_ask_twice_is_one_ask(code: str, phone: Client) -> None:
    """Equal client id and body; another body under the same id is a conflict."""
    status, first = ask(phone, code, BODY + " Xin hỏi lần nữa.", "c2")
    assert status == 201
    status, second = ask(phone, code, BODY + " Xin hỏi lần nữa.", "c2")
    assert status in {200, 201}
    assert second["id"] == first["id"]
    status, third = ask(phone, code, BODY + " Câu khác hẳn.", "c2")
    assert (status, third["error"]) == (409, "conflict")


def test_own_question_can_be_corrected_and_withdrawn(code: str, phone: Client) -> None:
    """Until it is approved; a neighbour's phone is told that there is no such question."""
    _, asked = ask(phone, code, "Câu hỏi cần sửa lại một chút ạ", "c3")
    token = phone.csrf(f"/d/{code}")
    path = f"/d/{code}/questions/{asked['id']}"
    fixed = phone.post(path, {"body": "Câu hỏi đã được sửa lại rồi ạ"}, X_CSRFToken=token, Accept=JSON)
    assert fixed.status == 200, fixed.text
    gone = phone.request("DELETE", path, b"", {"X-CSRFToken": token, "Accept": JSON})
    assert gone.status == 200
    assert gone.json()["state"] == "withdrawn"


def test_a_neighbour_cannot_touch_my_question(server: Running, code: str, phone: Client) -> None:
    """404, the same as for a question that does not exist."""
    _, asked = ask(phone, code, "Câu hỏi của riêng máy này ạ", "c4")
    neighbour = member(server.url, code)
    token = neighbour.csrf(f"/d/{code}")
    answers = [
        neighbour.request("DELETE", f"/d/{code}/questions/{q}", b"", {"X-CSRFToken": token, "Accept": JSON})
        for q in (asked["id"], "khongcocau00")
    ]
    assert [a.status for a in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("path", "form", "headers", "status", "token"),
    [
        ("/questions", {"body": "ngắn", "client_id": "x"}, {}, 422, "invalid"),
        ("/questions", {"body": "d" * 501 + " dài", "client_id": "x"}, {}, 422, "invalid"),
        ("/questions", {"body": BODY, "client_id": "x"}, {"X_CSRFToken": "wrong"}, 400, "csrf"),
        ("/questions/khongcocau00/vote", {}, {}, 404, "not_found"),
        ("/questions", {"body": BODY, "client_id": "x"}, {"Origin": "http://evil.example"}, 400, "csrf"),
        ("/questions", {"body": BODY, "client_id": "x"}, {"Sec_Fetch_Site": "cross-site"}, 400, "csrf"),
    ],
)
def test_errors_are_a_token_and_a_vietnamese_sentence(
    code: str, phone: Client, path: str, form: dict[str, str], headers: dict[str, str], status: int, token: str
) -> None:
    """4xx, never 5xx, and JSON for who asks for it."""
    sent = {"X_CSRFToken": phone.csrf(f"/d/{code}"), "Accept": JSON, **headers}
    answer = phone.post(f"/d/{code}{path}", form, **sent)
    assert (answer.status, answer.json()["error"]) == (status, token), answer.text
    assert len(answer.json()["message"]) > 10


def test_without_a_ballot_an_act_is_401(server: Running, code: str) -> None:
    """A stranger with the code may look, not act."""
    stranger = Client(server.url)
    token = stranger.csrf(f"/d/{code}")
    answer = stranger.post(f"/d/{code}/questions", {"body": BODY, "client_id": "x"}, X_CSRFToken=token, Accept=JSON)
    assert (answer.status, answer.json()["error"]) == (401, "no_ballot")


def test_an_unknown_code_is_404(server: Running) -> None:
    """In JSON too."""
    assert Client(server.url).get("/d/ZZZZZZ/board.json", Accept=JSON).status == 404


def test_plain_forms_get_303_and_htmx_a_partial(code: str, phone: Client) -> None:
    """The same URL for three kinds of client."""
    rows = board(phone, code)["questions"]
    assert isinstance(rows, list)
    target = next(r for r in rows if r["state"] == "approved")["id"]
    token = phone.csrf(f"/d/{code}")
    plain = phone.post(f"/d/{code}/questions/{target}/vote", {"csrf_token": token})
    assert plain.status == 303
    assert plain.headers["Location"].startswith(f"/d/{code}")
    partial = phone.post(f"/d/{code}/questions/{target}/vote/withdrawal", {}, X_CSRFToken=token, HX_Request="true")
    assert partial.status == 200
    assert "<html" not in partial.text
    assert "aria-pressed" in partial.text


def test_no_request_carries_cookies_of_two_trees(server: Running, code: str) -> None:
    """One browser that is member and moderator: each request carries one audience's cookies."""
    both = Client(server.url)
    token = both.csrf(f"/d/{code}")
    both.post(f"/d/{code}/entry", {"csrf_token": token})
    both.get(str(server.sample["staff"]["moderator"]).removeprefix(server.url))
    for path in (f"/d/{code}", f"/s/{code}/moderate", "/", f"/d/{code}/board.json"):
        assert both.get(path).status == 200, path
    sent = dict(both.sent[-4:])
    assert "ballot=" in sent[f"/d/{code}"]
    assert "s_session" not in sent[f"/d/{code}"]
    assert "s_session=" in sent[f"/s/{code}/moderate"]
    assert "ballot" not in sent[f"/s/{code}/moderate"]
    assert sent["/"] == ""
    assert all(scope not in {"/", ""} for scope, _name in both.cookies)


def test_a_command_beside_the_server_reaches_the_open_screens(server: Running, code: str, phone: Client) -> None:
    """`close` in another process: the stream brings it; `open` again for the other tests."""
    version = board(phone, code)["version"]
    stream = phone.stream(f"/d/{code}/live?after={version}")
    threading.Timer(0.2, command, (server.environ, "close", code)).start()
    try:
        got = events(stream, 20)
        assert got, "the closing never arrived"
        assert int(got[-1]["id"]) > int(str(version))
        assert board(phone, code)["state"] == "closed"
        refused = ask(phone, code, "Câu hỏi đến sau khi đã khép lại ạ", "late")
        assert (refused[0], refused[1]["error"]) == (403, "not_now")
    finally:
        command(server.environ, "open", code)


def test_sample_prints_what_the_contract_says(server: Running) -> None:
    """Keys of the JSON; sign-in links work by plain GET, repeatedly."""
    assert set(server.sample) == {"code", "url", "staff", "entries"}
    assert set(server.sample["staff"]) >= {"organiser", "moderator", "leader", "screen"}
    assert server.sample["url"] == f"{server.url}/d/{server.sample['code']}"
    for role, page in (("organiser", "manage"), ("moderator", "moderate"), ("leader", "lead"), ("screen", "screen")):
        for _time in range(2):
            staff = Client(server.url)
            link = str(server.sample["staff"][role]).removeprefix(server.url)
            assert staff.get(link).status in {200, 302, 303}
            assert staff.get(f"/s/{server.sample['code']}/{page}").status == 200, role


def test_backup_and_restore_bring_everything_back(server: Running, code: str, phone: Client) -> None:
    """Counts equal, and the public version never falls."""
    before = board(phone, code)
    folder = server.folder / "backup"
    assert "main.sqlite3" in command(server.environ, "backup", str(folder))
    rows = before["questions"]
    assert isinstance(rows, list)
    target = next(r for r in rows if r["state"] == "approved")
    vote(phone, code, str(target["id"]))
    command(server.environ, "restore", str(folder))
    after = board(phone, code)
    assert after["questions"] == before["questions"]
    assert int(str(after["version"])) > int(str(before["version"])) + 1
    assert not [p for p in folder.rglob("*") if p.suffix == ".key"]


def test_export_by_command(server: Running, code: str) -> None:
    """The ending chooses the format."""
    path = server.folder / "cau-hoi.json"
    command(server.environ, "export", code, "questions", str(path))
    assert len(json.loads(path.read_text(encoding="utf-8"))["tables"][0]["rows"]) >= 11, "all but the one that waits"


def test_the_body_of_an_ask_may_be_a_plain_form(code: str, phone: Client) -> None:
    """No JavaScript: a form, 303, and the question is under "Của tôi"."""
    token = phone.csrf(f"/d/{code}/ask")
    form = {"csrf_token": token, "body": "Câu hỏi gửi bằng biểu mẫu thường ạ", "client_id": "c9"}
    answer = phone.request(
        "POST", f"/d/{code}/questions", urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status == 303, answer.text[:300]
    assert "Câu hỏi gửi bằng biểu mẫu thường ạ" in phone.get(f"/d/{code}?tab=mine&open=1").text
