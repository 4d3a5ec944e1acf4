"""The address of a room, and its QR code as inline SVG."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from markupsafe import Markup

from survey.web import reach
from survey.web import store


def public_base() -> str:
    """Where members reach us, without a slash at the end.

    `BASE_URL` if it is set, else the host of this request; where that is a name of this machine for itself and we listen
    on the network, our address there.
    """
    settings = store.settings()
    if settings.base_url:
        return settings.base_url
    parts = urlsplit(request.host_url)
    lan = reach.lan_address() if reach.only_here(parts.hostname) and settings.host in reach.ANY else None
    if lan is None:
        return request.host_url.rstrip("/")
    return f"{parts.scheme}://{lan}" + (f":{parts.port}" if parts.port else "")


def out_of_reach() -> bool:
    """Whether `public_base` is an address that only this machine can open; what is printed or shown must say so."""
    return not store.settings().base_url and reach.only_here(urlsplit(public_base()).hostname)


def join_url(code: str) -> str:
    """What a QR code on the wall says."""
    return f"{public_base()}/d/{code}"


def roll_base() -> str:
    """Where members reach the roll's side, without a slash at the end: a host of its own where one is set."""
    return store.settings().roll_url or public_base()


def personal_url(code: str, token: str) -> str:
    """A member's personal link. The secret stands in the fragment, which no browser sends and no log keeps."""
    return f"{roll_base()}/m/{code}#{token}"


def svg(text: str) -> Markup:
    """`text` as a QR code: black on white in every theme, a quiet zone of four modules, no style attribute.

    It is hidden from screen readers: the address stands beside it in letters.
    """
    import segno  # noqa: PLC0415 - loaded when the first code is drawn

    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(border=4, light="#fff", svgclass=None, lineclass=None, omitsize=True)
    return Markup(drawing.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - made by segno of modules only
