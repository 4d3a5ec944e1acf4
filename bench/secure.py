"""A phone behind a proxy: TLS, and one stream of HTTP/2 (RFC 9113) in as few bytes as will do."""

from __future__ import annotations

import socket
import ssl
import struct

_HEADERS, _SETTINGS, _WINDOW, _END_STREAM, _END_HEADERS = 1, 4, 8, 1, 4
_WIDE = 2**31 - 1  # nobody waits for a window
_CONTEXT = ssl.create_default_context()
_CONTEXT.check_hostname = False
_CONTEXT.verify_mode = ssl.CERT_NONE  # the certificate was made a moment ago, for this measurement
_CONTEXT.set_alpn_protocols(["h2"])


class Phone:
    """Looks like a socket that does not block; its bytes are frames, whose contents stand in them as they are."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        plain = socket.create_connection(address, timeout=30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = _CONTEXT.wrap_socket(plain)
        if self._line.selected_alpn_protocol() != "h2":
            raise OSError("the proxy does not speak HTTP/2")
        settings = struct.pack("!HI", 4, _WIDE)  # how much may come on a stream at once
        self._line.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, settings)
            + _frame(_WINDOW, 0, 0, struct.pack("!I", _WIDE - 65535))
            + _frame(_HEADERS, _END_STREAM | _END_HEADERS, 1, _block(request)) + _frame(_SETTINGS, 1, 0, b"")
        )  # fmt: skip
        self._line.setblocking(False)

    def fileno(self) -> int:
        """The number of the socket below."""
        return self._line.fileno()

    def recv(self, size: int) -> bytes:
        """All that has come; `BlockingIOError` where nothing has."""
        parts: list[bytes] = []
        try:
            while data := self._line.recv(size):
                parts.append(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if not parts:
                raise BlockingIOError from None
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack("!I", len(payload))[1:] + bytes((kind, flags)) + struct.pack("!I", stream) + payload


def _block(request: bytes) -> bytes:
    """The head of an HTTP/1.1 request as fields of HPACK (RFC 7541), none of them remembered."""
    first, *lines = request.split(b"\r\n\r\n")[0].split(b"\r\n")
    fields = dict(line.split(b": ", 1) for line in lines)
    block = b"\x82\x87" + b"\x04" + _text(first.split(b" ")[1]) + b"\x01" + _text(fields.pop(b"Host"))
    return block + b"".join(b"\x00" + _text(name.lower()) + _text(value) for name, value in fields.items())


def _text(value: bytes) -> bytes:
    length = len(value)
    if length < 127:
        return bytes((length,)) + value
    head, rest = [127], length - 127
    while rest >= 128:
        head.append(rest % 128 + 128)
        rest //= 128
    return bytes((*head, rest)) + value
