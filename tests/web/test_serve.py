"""The server's start: what an operator who starts it twice is told."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from flask import Flask

from survey.core.settings import Settings
from survey.web.serve import serve


def test_taken_port_is_one_line(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as stop:
            serve(Flask("nothing"), replace(settings, port=port))
    assert str(stop.value).startswith(f"PORT: cannot listen on 127.0.0.1:{port}")
