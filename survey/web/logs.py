"""Log lines as JSON, one object a line, for who collects them. What they may say is the same as in text: nothing of a person.

Our own lines name kinds, places and numbers. Of a library's line only its name and place go on: its words may repeat what
somebody sent. No traceback is printed, for it shows values.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import sys
from types import TracebackType
from typing import Any

from flask.logging import default_handler

OWN = "survey"


class JsonLines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """`time` (UTC, whole seconds), `level`, `logger`, `place`; of our own lines `event` (without values) and `message`."""
        moment = dt.datetime.fromtimestamp(int(record.created), dt.UTC)
        line = {
            "time": moment.isoformat().replace("+00:00", "Z"), "level": record.levelname.lower(), "logger": record.name,
            "place": f"{record.module}:{record.lineno}",
        }  # fmt: skip
        if record.name.split(".")[0] == OWN:
            line |= {"event": str(record.msg), "message": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "at": _innermost(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


def init_app(log_format: str) -> None:
    """Lines as they are, or all of them as JSON on standard error."""
    if log_format != "json":
        return
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root, own = logging.getLogger(), logging.getLogger(OWN)
    root.handlers[:] = [*(one for one in root.handlers if not isinstance(one.formatter, JsonLines)), handler]
    own.removeHandler(default_handler)  # Flask's own line would stand beside ours
    own.propagate = True


class Steady:
    """A stream whose disk may be full: what cannot be written is left out, and nobody's request fails for a line of log."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it, or not."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what can be."""
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's own."""
        return getattr(self._stream, name)


def steady() -> None:
    """From now on a full disk below the log holds nothing up."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Steady):
            setattr(sys, name, Steady(stream))


def _innermost(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
