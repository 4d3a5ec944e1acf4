"""The server: what an operator who starts it twice is told, and what its own lines say of those who ask."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.logging import default_handler
from gevent import socket as green

from survey.core.settings import Settings
from survey.web.serve import make_server
from survey.web.serve import serve


def test_taken_port_is_one_line(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as stop:
            serve(Flask("nothing"), replace(settings, port=port))
    assert str(stop.value).startswith(f"PORT: cannot listen on 127.0.0.1:{port}")


def _exchange(app: Flask, settings: Settings, sent: bytes) -> bytes:
    """Send raw bytes to a server over `app` and read the answer to its end."""
    server = make_server(app, replace(settings, host="127.0.0.1", port=0))
    server.start()
    try:
        with green.create_connection(("127.0.0.1", server.server_port), timeout=5) as line:
            line.sendall(sent)
            return b"".join(iter(lambda: line.recv(65536), b""))
    finally:
        server.stop(timeout=1)


GET = b"GET /%s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


@pytest.fixture
def talkative() -> Iterator[Flask]:
    """A program that logs while it answers, and one view that breaks outside of every error handler."""
    app = Flask("survey")

    @app.route("/logs")
    def logs() -> str:
        app.logger.error("database: %s", "OperationalError")
        return "still answered"

    whole = app.wsgi_app

    def wsgi(environ, start_response):  # type: ignore[no-untyped-def]
        if environ["PATH_INFO"] == "/breaks":
            raise ValueError
        return whole(environ, start_response)

    app.wsgi_app = wsgi  # type: ignore[method-assign]
    app.logger.addHandler(default_handler)  # as where pytest does not listen
    yield app
    app.logger.removeHandler(default_handler)


def test_a_line_logged_inside_a_request_is_written_once(talkative: Flask, settings: Settings, capfd) -> None:
    """The logger of the program must not be `wsgi.errors` itself: it would write to itself for ever."""
    assert b"still answered" in _exchange(talkative, settings, GET % b"logs")
    assert capfd.readouterr().err.count("database: OperationalError") == 1


@pytest.mark.parametrize("sent", [b"SECRET WORDS\r\n\r\n", GET % b"breaks"])
def test_no_line_names_an_address(talkative: Flask, settings: Settings, capfd, caplog, sent: bytes) -> None:
    answer = _exchange(talkative, settings, sent)
    assert answer.split()[1] in {b"400", b"500"}
    said = capfd.readouterr().err + caplog.text
    assert said.strip()
    assert "127.0.0.1" not in said
    assert "SECRET" not in said
