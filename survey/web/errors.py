"""Errors as answers: a page for a browser, a fragment for htmx, a token for a program. Nothing typed is lost."""

from __future__ import annotations

import errno
import logging
import random
from types import TracebackType

from flask import Flask
from flask import Response
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from survey.core.errors import NO_ROOM
from survey.core.errors import Busy
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import wants_json

log = logging.getLogger("survey")
FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})  # no room, or none for this user
STALE = N_("Trang này mở đã lâu nên cần tải lại. Những gì bạn viết vẫn còn đây: hãy gửi lại một lần nữa.")
_SENTENCES = {
    400: N_("Yêu cầu chưa đúng. Hãy quay lại trang trước và thử lại."),
    403: N_("Bạn không mở được trang này."),
    404: N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia."),
    405: N_("Trang này không nhận cách gửi ấy. Hãy quay lại và dùng nút trên trang."),
    413: N_("Nội dung gửi lên quá lớn. Hãy gửi tệp nhỏ hơn hoặc ít chữ hơn."),
    429: N_("Bạn thao tác hơi nhanh. Hãy đợi nửa phút rồi thử lại."),
    500: N_("Máy chủ gặp trục trặc. Những gì đã ghi nhận vẫn an toàn; hãy thử lại sau ít phút."),
    503: N_("Máy chủ đang bận. Hãy thử lại sau vài giây."),
}
_TOKENS = {400: "invalid", 403: "forbidden", 404: "not_found", 405: "invalid", 413: "too_large", 429: "too_many"}


def init_app(app: Flask) -> None:
    """Map domain errors, CSRF and HTTP errors; anything else becomes a 500 whose log holds no content."""
    app.log_exception = _log  # type: ignore[method-assign, assignment]  # Flask's own writes the path and the whole traceback

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        return answer(error.status, error.token, sentence(error), error)

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> Response:
        return answer(400, "csrf", _(STALE))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        code = error.code or 500
        return answer(code, _TOKENS.get(code, "error"), _(_SENTENCES.get(code, _SENTENCES[400])), error)

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def database(error: OperationalError | PoolTimeout) -> Response:
        log.error("database: %s", type(getattr(error, "orig", error)).__name__)
        return answer(503, "busy", _(_SENTENCES[503]), Busy(""))

    @app.errorhandler(DataError)
    def unstorable(error: DataError) -> Response:
        """PostgreSQL refuses what SQLite takes: NUL in a text, a number that is too large."""
        log.error("database: %s", type(error.orig).__name__)
        return answer(400, "invalid", _(_SENTENCES[400]))

    @app.errorhandler(OSError)
    def disk(error: OSError) -> Response:
        """A disk that is full passes, and whoever is told so sends again; everything else is ours."""
        if error.errno not in FULL:
            return unexpected(error)
        log.error("disk: full")
        return domain(Busy(NO_ROOM))

    @app.errorhandler(KeyMissing)
    def key(_error: KeyMissing) -> Response:
        return answer(403, "not_now", _("Khóa của đối thoại này không còn, nên không nhận thêm phiếu nào nữa."))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        _log((type(error), error, error.__traceback__))
        return answer(500, "error", _(_SENTENCES[500]))


def sentence(error: DomainError) -> str:
    """The error's sentence in the language of the request."""
    text: str = _(error.message)
    return text % error.params if error.params else text


def answer(status: int, token: str, text: str, error: Exception | None = None) -> Response:
    """One error in the form that the client can use, with `Retry-After` where there is one."""
    if wants_json():
        body: dict[str, object] = {"error": token, "message": text}
        if isinstance(error, Invalid) and error.fields:
            body["fields"] = {name: _(line) for name, line in error.fields.items()}
        response = json_answer(body, status)
    else:
        response = _page(status, text)
    retry = getattr(error, "retry_after", 30 if status == 429 else None)
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def _page(status: int, text: str) -> Response:
    """An error for people; where waiting helps, the page comes back by itself, unless it answers a form: that is gone back to."""
    comes_back = status == 503 and request.method == "GET" and not is_htmx()
    more = _("Trang tự tải lại sau vài giây.") if comes_back else ""
    template = "errors/_fragment.html" if is_htmx() else "errors/error.html"
    page = render_template(template, title=text, text=more, status=status, action_url=_way_out(), action_label=None)
    response = make_response(page, status)
    if comes_back:
        response.headers["Refresh"] = str(random.randint(3, 8))  # noqa: S311 -- spreads a hall
    return response


def _way_out() -> str:
    """Back into the tree the request came from."""
    parts = request.path.split("/")
    return "/".join(parts[:3]) if parts[1:2] == ["d"] and len(parts) > 2 else ("/s/" if parts[1:2] == ["s"] else "/")


def _log(caught: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]) -> None:
    """Type, file and line only: a path or a traceback with values would carry what members wrote (rule: logs included)."""
    kind, _error, trace = caught
    note(kind, trace)


def note(kind: type[BaseException] | None, trace: TracebackType | None) -> None:
    """One line about an error, for who keeps the server: its kind, and the innermost file and line."""
    log.error("%s at %s", kind.__name__ if kind else "error", _where(trace))


def _where(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
