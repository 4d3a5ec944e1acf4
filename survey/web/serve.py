"""The default server: gevent's own, in one process, on every platform."""

from __future__ import annotations

import os
import sys

from flask import Flask

from survey.core.settings import Settings


def serve(app: Flask, settings: Settings) -> None:
    """Serve until stopped; a port that cannot be had is one line.

    There is no access log: a line with time and address could lead back to a person.
    """
    from gevent.pywsgi import WSGIServer  # noqa: PLC0415 -- loaded only where it serves, after patching

    server = WSGIServer((settings.host, settings.port), app, log=None, error_log=app.logger)
    try:
        server.start()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        sys.exit(f"PORT: cannot listen on {settings.host}:{settings.port} ({why}). Is the program running already?")
    server.serve_forever()
