"""The laptop's own small network: names lead to it, and phones are told what they want to hear."""

from __future__ import annotations

import importlib.util
import re
import socket
import struct
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "deploy/laptop"


@pytest.fixture(scope="module")
def hall() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("hall", FOLDER / "hall.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def question(name: str, kind: int = 1) -> bytes:
    """One question of DNS."""
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\x00" + struct.pack("!HH", kind, 1)


def told(answer: bytes) -> tuple[int, str]:
    """Code of an answer, and the address in it."""
    count = struct.unpack("!H", answer[6:8])[0]
    return answer[3] & 15, socket.inet_ntoa(answer[-4:]) if count else ""


def test_names_lead_to_the_laptop_and_no_other_name_exists(hall: ModuleType) -> None:
    known = hall.names("192.168.8.2", "https://doithoai.example")
    assert told(hall.reply(question("DOITHOAI.example"), known)) == (0, "192.168.8.2")
    assert told(hall.reply(question("captive.apple.com"), known)) == (0, "192.168.8.2")
    assert told(hall.reply(question("dns.msftncsi.com"), known)) == (0, "131.107.255.255")
    assert told(hall.reply(question("example.org"), known)) == (3, "")
    assert told(hall.reply(question("captive.apple.com", kind=28), known)) == (0, "")


@pytest.mark.parametrize("junk", [b"", b"x" * 11, b"\x00" * 12, question("a.b")[:-3], b"\xff" * 40])
def test_what_is_no_question_gets_no_answer_or_a_short_one(hall: ModuleType, junk: bytes) -> None:
    answer = hall.reply(junk, {})
    assert answer is None or len(answer) <= len(junk)


def test_phones_hear_that_the_network_is_good_and_people_are_led_on(hall: ModuleType) -> None:
    (server, names) = hall.serve("127.0.0.1", "http://127.0.0.1:8000", dns=0, http=0)
    try:
        found = {}
        for path in (*hall.ANSWERS, "/"):
            line = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
            line.request("GET", path)
            answer = line.getresponse()
            found[path] = (answer.status, answer.read(), answer.getheader("Location"))
            line.close()
        assert found.pop("/") == (302, b"", "http://127.0.0.1:8000/")
        assert found == {path: (status, body, None) for path, (status, _kind, body) in hall.ANSWERS.items()}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.settimeout(5)
            phone.sendto(question("captive.apple.com"), names.server_address)
            assert told(phone.recv(512)) == (0, "127.0.0.1")
    finally:
        for one in (server, names):
            one.shutdown()
            one.server_close()


def test_dnsmasq_answers_the_same_names(hall: ModuleType) -> None:
    text = (FOLDER / "dnsmasq.conf").read_text(encoding="utf-8")
    written = dict(re.findall(r"^address=/([^/]+)/(\S+)$", text, re.MULTILINE))
    assert written == hall.names("192.168.8.2", "https://doithoai.example")
