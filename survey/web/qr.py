"""The address of a room, and its QR code as inline SVG."""

from __future__ import annotations

from flask import request
from markupsafe import Markup

from survey.web import store


def public_base() -> str:
    """Where members reach us: `BASE_URL` if it is set, else the host of this request; no slash at the end."""
    return store.settings().base_url or request.host_url.rstrip("/")


def join_url(code: str) -> str:
    """What a QR code on the wall says."""
    return f"{public_base()}/d/{code}"


def svg(text: str) -> Markup:
    """`text` as a QR code: black on white in every theme, a quiet zone of four modules, no style attribute.

    It is hidden from screen readers: the address stands beside it in letters.
    """
    import segno  # noqa: PLC0415 - loaded when the first code is drawn

    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(border=4, light="#fff", svgclass=None, lineclass=None, omitsize=True)
    return Markup(drawing.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - made by segno of modules only
