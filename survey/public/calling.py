"""One signed request to an address that somebody typed: only to hosts of the open network, and never on from there.

The name is resolved once, every address that it has is looked at, and the connection goes to an address that was looked
at: a name that answers otherwise a moment later (DNS rebinding) leads nowhere else. Redirects are not followed, and the
answer is not read beyond its status.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult
from urllib.parse import urlsplit

from survey.core.errors import Invalid
from survey.core.text import N_

PATIENCE = 5.0  # seconds for each step of a request
WHOLE = 10.0  # seconds for all of it: who answers a letter at a time is cut off
LONGEST = 500  # characters of an address
NO_ADDRESS = N_("Hãy ghi một địa chỉ bắt đầu bằng https:// (hoặc http://), không có tên đăng nhập, không có dấu #.")
INSIDE = N_(
    "Địa chỉ này ở trong mạng nội bộ hoặc trên chính máy chủ nên không gọi. Hãy dùng địa chỉ công khai của cổng."
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """No request was sent, or no answer came; the text is a word for the log: inside, unknown_host, no_answer, tls."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address whose shape is right."""

    parts: SplitResult
    host: str
    port: int

    @property
    def path(self) -> str:
        """What is asked for there."""
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


def parse(url: str) -> Target:
    """The address as something that can be called; raises `Invalid` (field "url") with what to do.

    An address of the inside is refused here where it stands there in digits; a name is looked at when it is called.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        plain = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError) as error:
        raise Invalid(NO_ADDRESS, {"url": NO_ADDRESS}) from error
    wrong = parts.scheme not in {"http", "https"} or not plain or "@" in parts.netloc or parts.fragment
    if wrong or len(url) > LONGEST or not url.isprintable() or " " in url or not url.isascii():
        raise Invalid(NO_ADDRESS, {"url": NO_ADDRESS})
    with suppress(ValueError):
        if not is_outside(ipaddress.ip_address(plain)):
            raise Invalid(INSIDE, {"url": INSIDE})
    return Target(parts, plain, port)


def is_outside(address: Address) -> bool:
    """Whether it belongs to the open network, and so does every address that is wrapped in it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_outside(one) for one in inner if one is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address.is_site_local:  # given up, yet some networks still route it inside
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int, *, loopback: bool = False) -> str:
    """An address of the host to connect to; all of them must be outside. `loopback` is for tests alone.

    Raises `Refused`.
    """
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Refused("unknown_host") from error
    addresses = [ipaddress.ip_address(one.split("%", 1)[0]) for one in sorted(found)]
    if not addresses or not all(is_outside(one) or (loopback and one.is_loopback) for one in addresses):
        raise Refused("inside")
    return str(addresses[0])


def post(url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool = False) -> int:
    """Send it; the status of the answer. Raises `Refused` and `Invalid`."""
    target = _shape(url, loopback=loopback)
    connection = _Checked(target, resolve(target.host, target.port, loopback=loopback))
    cut = threading.Timer(WHOLE, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", target.path, body, {**headers, "Host": target.parts.netloc, "Connection": "close"})
        return connection.getresponse().status
    except ssl.SSLError as error:
        raise Refused("tls") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused("no_answer") from error
    finally:
        cut.cancel()
        connection.close()


def _shape(url: str, *, loopback: bool) -> Target:
    try:
        return parse(url)
    except Invalid as error:
        if not (loopback and error.message == INSIDE):
            raise
        parts = urlsplit(url)
        return Target(parts, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


class _Checked(http.client.HTTPConnection):
    """A connection to the address that was looked at, under the name that was asked for."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=PATIENCE)
        self._address, self._tls = address, target.parts.scheme == "https"

    def connect(self) -> None:
        """Without asking for the name again."""
        line = socket.create_connection((self._address, self.port), PATIENCE)
        self.sock = ssl.create_default_context().wrap_socket(line, server_hostname=self.host) if self._tls else line

    def cut(self) -> None:
        """End it from outside, wherever it is."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
