"""The site for nginx as it stands in deploy/: streams are not held back, nothing is written down, no header comes twice."""

from __future__ import annotations

import shutil
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench import behind_nginx
from bench import fanout
from bench.client import member
from bench.secure import Phone
from bench.server import running
from tests.conftest import need

SENT_ONCE = ("content-security-policy", "strict-transport-security", "x-frame-options", "cache-control")


@pytest.fixture(autouse=True)
def _installed() -> None:
    need(shutil.which(behind_nginx.program()), "nginx")


def heard(phone: Phone, wanted: bytes, patience: float = 20) -> tuple[float, bytes]:
    """Seconds until these bytes came, and everything that came."""
    began, data = time.monotonic(), b""
    while wanted not in data:
        assert time.monotonic() - began < patience, data[-200:]
        try:
            data += phone.recv(65536)
        except BlockingIOError:
            time.sleep(0.005)
    return time.monotonic() - began, data


@pytest.mark.claim(
    "scale", "behind nginx with TLS and HTTP/2 a vote reaches the other phone at once, and no line is written"
)
def test_a_stream_arrives_unbuffered_and_nothing_is_written_down(figure: Callable[[str], None]) -> None:
    with (
        running(*behind_nginx.SAMPLE) as server,
        behind_nginx.nginx(server.folder, urlsplit(server.url).port or 80) as proxy,
    ):
        code, url = server.sample["code"], urlsplit(server.url)
        voter, listener = member(server.url, code), member(server.url, code)
        ask = fanout.request(listener, url.netloc, code, fanout.version(voter, code)).encode()
        phone = Phone(("127.0.0.1", proxy.port), ask)
        heard(phone, b"\n\n")
        id_ = next(one["id"] for one in fanout.board(voter, code) if one["state"] == "approved")
        line = type("Here", (behind_nginx.Secure,), {"port": proxy.port})(voter, voter.csrf(f"/d/{code}"))
        assert line.send(line.request(f"/d/{code}/questions/{id_}/vote")) == 200
        seconds, _data = heard(phone, b"\nid: ")
        assert seconds < 5  # half a second is the server's own gathering; a buffer of nginx would never be full
        heads = headers(proxy.port, url.netloc, f"/d/{code}")
        assert {name: heads.count(name) for name in SENT_ONCE[:1] + SENT_ONCE[2:]} == dict.fromkeys(
            SENT_ONCE[:1] + SENT_ONCE[2:], 1
        )
        assert status(proxy.port, url.netloc, "/metrics") == 404
        written = {path.name: path.read_text() for path in proxy.folder.glob("*.log") if path.name != "server.log"}
        assert {name: text for name, text in written.items() if text} == {}
        figure(f"{seconds * 1000:.0f} ms from the acknowledgement to the other phone, 0 lines")


def test_an_error_of_the_program_leaves_no_line(tmp_path: Path) -> None:
    """Nothing listens behind it: nginx answers by itself, and must not say whom."""
    with behind_nginx.nginx(tmp_path, 1) as proxy:
        assert status(proxy.port, "doithoai.example", "/d/ABC/entry?ticket=SECRET") == 502
        written = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert written == ""


@pytest.mark.parametrize("log", ["", "error_log site.log crit;"], ids=["as shipped", "control"])
def test_too_few_connections_leave_no_line_either(log: str, tmp_path: Path) -> None:
    """At `crit` (the control) nginx writes address, path and code of a card when it has no connection left."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        behind_nginx.nginx(tmp_path, silent.getsockname()[1], connections=12, log=log) as proxy,
    ):
        lines = [ask(proxy.port, "/d/ABC/entry?ticket=SECRET") for _ in range(6)]
        assert any(refused(line) for line in reversed(lines))
        written = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert ("SECRET" in written, "127.0.0.1" in written) == ((True, True) if log else (False, False))


def ask(port: int, path: str) -> ssl.SSLSocket:
    """A question on a line of its own, whose answer nobody has read yet."""
    line = behind_nginx.Secure.connect("127.0.0.1", port)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: doithoai.example\r\n\r\n".encode())
    return line


def refused(line: ssl.SSLSocket) -> bool:
    """Whether nginx has answered by itself that it cannot."""
    line.settimeout(1)
    try:
        return line.recv(65536).startswith(b"HTTP/1.1 500")
    except TimeoutError:
        return False


def test_an_upload_passes_through_and_never_lies_on_the_disk(tmp_path: Path) -> None:
    """Half of a list of members has arrived at the program before the browser has sent the other half."""
    half = b"Le Thi Mai\n" * 20_000
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        behind_nginx.nginx(tmp_path, server.getsockname()[1]) as proxy,
    ):
        browser = behind_nginx.Secure.connect("127.0.0.1", proxy.port)
        head = f"POST /s/ABC/roll HTTP/1.1\r\nHost: doithoai.example\r\nContent-Length: {2 * len(half)}\r\n\r\n"
        browser.sendall(head.encode() + half)
        server.settimeout(10)
        line, _address = server.accept()
        line.settimeout(10)
        came = 0
        while came < len(half):
            came += len(line.recv(65536))
        assert [path for path in (tmp_path / "client_body").rglob("*") if path.is_file()] == []
        line.close()
        browser.close()


def answer(port: int, host: str, path: str) -> bytes:
    """A whole answer by TLS and HTTP/1.1."""
    line = behind_nginx.Secure.connect("127.0.0.1", port)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    data = b""
    while part := line.recv(65536):
        data += part
    line.close()
    return data


def headers(port: int, host: str, path: str) -> list[str]:
    """Names of the fields of an answer."""
    return [
        line.split(":")[0].lower() for line in answer(port, host, path).split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    ]


def status(port: int, host: str, path: str) -> int:
    """Only the status."""
    return int(answer(port, host, path)[9:12])
