"""A stream as an answer, and where to resume it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import cast

from flask import Response
from flask import current_app
from flask import request

from survey.core.errors import Busy
from survey.core.text import N_
from survey.live.hub import Hub
from survey.live.hub import Key
from survey.live.taken import Taken
from survey.live.taken import take_over
from survey.web import store
from survey.web.i18n import language
from survey.web.limits import by_address
from survey.web.serve import HANDED_OVER


class StreamResponse(Response):
    """Takes the socket over where the server hands it out, and writes the head itself; else a generator is read."""

    keeps_cookies_out = True

    def __init__(
        self, hub: Hub, key: Key, after: int | None, alive: Callable[[], bool] | None, origin: str = ""
    ) -> None:
        super().__init__(hub.stream(key, after, alive or _always), mimetype="text/event-stream")
        self._follow = (hub, key, after, alive)
        self._origin = origin
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"
        self.vary.add("Accept-Encoding")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The WSGI answer; empty, and nothing written by the server, once the socket is ours."""
        hub, key, after, alive = self._follow
        sock = take_over(environ) if environ["REQUEST_METHOD"] == "GET" else None
        if sock is None:
            return super().__call__(environ, start_response)
        stream = Taken(sock, packed=_takes_gzip(environ), position=after, alive=alive, origin=self._origin)
        try:
            hub.attach(key, stream, self._head(environ, packed=stream.packed))
        except BaseException:
            stream.close()
            raise
        environ[HANDED_OVER] = True
        return _handed_over(environ)

    def _head(self, environ: dict[str, Any], *, packed: bool) -> bytes:
        """Status and headers as they go over the wire; the end of the connection ends the body (RFC 9112, 6.3)."""
        headers = self.get_wsgi_headers(environ)
        headers["Connection"] = "close"
        if packed:
            headers["Content-Encoding"] = "gzip"
        lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("latin-1")


def hub() -> Hub:
    """The hub of this process."""
    return cast(Hub, current_app.extensions["hub"])


def stream(dialogue_id: str, audience: str, alive: Callable[[], bool] | None = None) -> Response:
    """Answer with the stream of `audience`, from `Last-Event-ID` or `?after=` on.

    Authorise before you call: whoever reads this stream sees all that the audience may see. `alive` is asked now and then
    whether that still holds; it must keep nothing of the request. Raises `Busy` where too many listen: phones can poll.
    """
    origin = "" if _is_here(request.remote_addr or "") else by_address()
    if hub().is_full(origin):
        raise Busy(N_("Máy chủ đang có rất nhiều máy cùng xem. Trang của bạn vẫn tự cập nhật, chỉ chậm hơn vài giây."))
    key = Key(dialogue_id, audience, language())
    store.give_back()  # the hub looks with a connection of its own, one stream after the other
    return StreamResponse(hub(), key, _after(), alive, origin)


def _is_here(address: str) -> bool:
    """A proxy on this machine brings everybody from one address; it has limits of its own."""
    return address.startswith("127.") or address == "::1"


def _after() -> int | None:
    raw = request.headers.get("Last-Event-ID") or request.args.get("after") or ""
    return int(raw) if raw.isdecimal() and len(raw) < 19 else None


def _always() -> bool:
    return True


def _takes_gzip(environ: dict[str, Any]) -> bool:
    return "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")


def _handed_over(environ: dict[str, Any]) -> Iterable[bytes]:
    """What tells the server that there is nothing for it to write: gunicorn has a mark for it, ours reads the environment."""
    if "gunicorn.socket" in environ:
        from gunicorn.workers.base_async import ALREADY_HANDLED  # noqa: PLC0415 -- only where it serves

        return cast(Iterable[bytes], ALREADY_HANDLED)
    return ()
