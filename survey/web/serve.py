"""The default server: gevent's own, in one process, on every platform."""

from __future__ import annotations

import os
import sys
from typing import Any

from flask import Flask

from survey.core.settings import Settings


def serve(app: Flask, settings: Settings) -> None:
    """Serve until stopped; a port that cannot be had is one line.

    There is no access log: a line with time and address could lead back to a person.
    """
    server = make_server(app, settings)
    try:
        server.start()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        sys.exit(f"PORT: cannot listen on {settings.host}:{settings.port} ({why}). Is the program running already?")
    server.serve_forever()


def make_server(app: Flask, settings: Settings) -> Any:
    """A server that has not started; no line of its own names an address or repeats what was sent.

    `error_log` becomes `wsgi.errors`, to which Flask's logger writes while a request is served: were it that logger
    itself, each line would come back to it for ever.
    """
    from gevent import pywsgi  # noqa: PLC0415 -- loaded only where it serves, after patching

    log = app.logger  # Flask hands it its handler on first use

    class Handler(pywsgi.WSGIHandler):
        def log_error(self, msg: str, *args: object) -> None:
            """Gevent's own line has the address and the first words of what was no request."""
            log.error("server: refused what was no proper request")

    class Server(pywsgi.WSGIServer):
        secure_environ_class = pywsgi.SecureEnviron  # beside a traceback; gevent's choice shows the address

    address = (settings.host, settings.port)
    return Server(address, app, log=None, error_log=sys.stderr, handler_class=Handler)
