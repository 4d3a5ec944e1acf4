"""The default server: gevent's own, in one process, on every platform."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from typing import Any

from flask import Flask

from survey.core.settings import Settings
from survey.web import errors

WINDOWS_SOCKETS, WITHOUT_LIMIT = 10_000, 1_000_000
BACKLOG = 1024  # phones that knock at the same moment, before the system turns them away
SOCKET = "doithoai.socket"  # in a request's environment: the connection itself
HANDED_OVER = "doithoai.taken"  # in the same place: a stream took it over, see `live.streams`


def serve(app: Flask, settings: Settings) -> None:
    """Serve until stopped; a port that cannot be had is one line.

    There is no access log: a line with time and address could lead back to a person.
    """
    server = make_server(app, settings)
    try:
        server.start()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        sys.exit(
            f"PORT: cannot listen on {settings.host}:{settings.port} ({why}). Is the program running already?\n"
            f"Cổng {settings.port} đang bận: chương trình có lẽ đang chạy ở cửa sổ khác. Đóng cửa sổ ấy, hoặc đặt PORT khác."
        )
    threading.excepthook = lambda failed: errors.note(failed.exc_type, failed.exc_traceback)
    server.serve_forever()


def make_server(app: Flask, settings: Settings) -> Any:
    """A server that has not started; no line of its own names an address or repeats what was sent.

    `error_log` becomes `wsgi.errors`, to which Flask's logger writes while a request is served: were it that logger
    itself, each line would come back to it for ever.
    """
    from gevent import pywsgi  # noqa: PLC0415 -- loaded only where it serves, after patching

    log = app.logger  # Flask hands it its handler on first use

    class Handler(pywsgi.WSGIHandler):
        def __init__(self, sock: Any, *args: Any) -> None:
            """Head and body are two packets: without this the second waits 40 ms for the first to be acknowledged (RFC 896)."""
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().__init__(sock, *args)

        def get_environ(self) -> dict[str, Any]:
            """With the socket, which a stream takes over (`live.streams`)."""
            environ: dict[str, Any] = super().get_environ()
            environ[SOCKET] = self.socket
            return environ

        def process_result(self) -> None:
            """Nothing is written, and nothing more is read, where a stream has written itself."""
            if HANDED_OVER in (self.environ or ()):
                self.close_connection = True
            else:
                super().process_result()

        def log_error(self, msg: str, *args: object) -> None:
            """Gevent's own line has the address and the first words of what was no request."""
            log.error("server: refused what was no proper request")

        def handle_error(self, kind: Any, error: Any, trace: Any) -> None:
            """Errors in the middle of a stream: by kind and place, for a traceback prints what members wrote."""
            errors.note(kind, trace)
            self._send_error_response_if_possible(500)  # type: ignore[attr-defined]  # the stubs lag

        def handle(self) -> None:
            """A phone that goes away in the middle is no error; the hub would print where it was."""
            try:
                super().handle()
            except Exception as error:  # noqa: BLE001 -- whatever it is, the line about it must be ours
                if not isinstance(error, OSError):
                    errors.note(type(error), error.__traceback__)

    class Server(pywsgi.WSGIServer):
        secure_environ_class = pywsgi.SecureEnviron  # beside a traceback; gevent's choice shows the address

    address = (settings.host, settings.port)
    return Server(address, app, backlog=BACKLOG, log=None, error_log=sys.stderr, handler_class=Handler)


def open_many_files() -> None:
    """Let this process hold as many sockets as the system allows it: one a phone that listens."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 -- not on Windows, which has no such limit

        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def open_files() -> int:
    """How many files and sockets this process may open at once."""
    try:
        import resource  # noqa: PLC0415 -- as above
    except ImportError:
        return WINDOWS_SOCKETS
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return WITHOUT_LIMIT if hard == resource.RLIM_INFINITY else hard
