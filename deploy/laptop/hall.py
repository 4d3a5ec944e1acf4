"""The hall's own small network, when there is no Internet: names lead to this laptop, and phones are told that all is well.

    python hall.py --address 192.168.8.2 --app http://192.168.8.2:8000
    python hall.py --address 192.168.8.2 --app https://doithoai.example

Answers names on port 53 (give this laptop as the DNS server in the access point) and the phones' own connectivity checks on
port 80; any other address on port 80 leads to the dialogue. Nothing is written down. Standard library only; ports below
1024 need root on Linux, and on Windows a yes to the firewall's question.
"""

from __future__ import annotations

import argparse
import ipaddress
import socketserver
import struct
import threading
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

NCSI = "131.107.255.255"  # what Windows expects for dns.msftncsi.com
CHECKED = (  # where Android, iOS, Windows, Firefox and the makers of phones look whether there is an Internet
    "connectivitycheck.gstatic.com", "connectivitycheck.android.com", "clients3.google.com", "play.googleapis.com",
    "captive.apple.com", "www.apple.com", "www.msftconnecttest.com", "www.msftncsi.com", "ipv6.msftconnecttest.com",
    "detectportal.firefox.com", "connect.rom.miui.com", "connectivitycheck.platform.hicloud.com",
    "conn1.oppomobile.com", "wifi.vivo.com.cn",
)  # fmt: skip
APPLE = b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"
ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "/generate_204": (204, "", b""),
    "/gen_204": (204, "", b""),
    "/hotspot-detect.html": (200, "text/html", APPLE),
    "/library/test/success.html": (200, "text/html", APPLE),
    "/connecttest.txt": (200, "text/plain", b"Microsoft Connect Test"),
    "/ncsi.txt": (200, "text/plain", b"Microsoft NCSI"),
    "/success.txt": (200, "text/plain", b"success\n"),
}
A, IN, SECONDS = 1, 1, 60


def names(address: str, app: str) -> dict[str, str]:
    """Every name that is answered, and with which address."""
    found = dict.fromkeys(CHECKED, address) | {"dns.msftncsi.com": NCSI}
    host = urlsplit(app).hostname or address
    return found if host == address else found | {host: address}


def reply(asked: bytes, known: dict[str, str]) -> bytes | None:
    """The answer to one question of DNS (RFC 1035): an address, nothing (other types), or no such name."""
    if len(asked) < 17 or asked[2] & 0x80:
        return None
    end, labels = 12, []
    while end < len(asked) and (length := asked[end]):
        labels.append(asked[end + 1 : end + 1 + length].decode("ascii", "replace").lower())
        end += 1 + length
    question = asked[12 : end + 5]
    if len(question) < 5:
        return None
    kind, _klass = struct.unpack("!HH", question[-4:])
    address = known.get(".".join(labels))
    told = address is not None and kind == A
    flags = 0x8580 | (0 if address else 3)
    head = asked[:2] + struct.pack("!HHHHH", flags, 1, int(told), 0, 0)
    if not told:
        return head + question
    record = struct.pack("!HHHIH", 0xC00C, A, IN, SECONDS, 4) + ipaddress.IPv4Address(str(address)).packed
    return head + question + record


class Names(socketserver.BaseRequestHandler):
    """One question by UDP."""

    known: dict[str, str]

    def handle(self) -> None:
        """Answer it, or say nothing where it is no question."""
        asked, line = self.request
        if answer := reply(asked, self.known):
            line.sendto(answer, self.client_address)


class Checks(BaseHTTPRequestHandler):
    """What phones ask to learn whether the network is good; everything else leads to the dialogue."""

    app: str
    server_version, sys_version = "hall", ""

    def do_GET(self) -> None:
        """Answer as the network of the maker would."""
        status, kind, body = ANSWERS.get(urlsplit(self.path).path, (302, "", b""))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.app + "/")
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 -- the library asks by this name

    def log_message(self, *_said: Any) -> None:
        """Nothing: a line would name a phone and a time."""


class ManyChecks(ThreadingHTTPServer):
    """A hall that switches its phones on all at once."""

    request_queue_size = 512
    daemon_threads = True


def serve(address: str, app: str, dns: int | None = 53, http: int = 80) -> list[socketserver.BaseServer]:
    """Both servers (or without names, where dnsmasq answers them), in threads of their own."""
    servers: list[socketserver.BaseServer] = [
        ManyChecks((address, http), type("Led", (Checks,), {"app": app.rstrip("/")}))
    ]
    if dns is not None:
        known = {"known": names(address, app)}
        servers.append(socketserver.UDPServer((address, dns), type("Known", (Names,), known)))
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return servers


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--address", required=True, help="this laptop's address in the hall's network")
    parser.add_argument("--app", required=True, help="the address that phones open (BASE_URL)")
    parser.add_argument("--no-dns", action="store_true", help="dnsmasq, or the access point, answers the names")
    asked = parser.parse_args()
    serve(asked.address, asked.app, None if asked.no_dns else 53)
    print(f"Máy này trả lời kiểm tra mạng tại {asked.address}, dẫn về {asked.app}")  # noqa: T201 -- a program of its own
    threading.Event().wait()


if __name__ == "__main__":
    main()
