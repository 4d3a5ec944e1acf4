"""Static files: under names that hold their hash, kept by browsers for ever, and served before Flask sees the request.

Nothing under `/static` passes a session, so nothing under `/static` can set a cookie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from survey.core.paths import resources
from survey.web import headers

PREFIX = "/static/"
HASHED = re.compile(r"/vendor/.*-[0-9a-f]{8}\.[a-z0-9]+$")
AN_HOUR = 3600


class AssetsMissing(Exception):
    """The build has not run; the text is the line that is printed."""


def init_app(app: Flask) -> None:
    """Serve `/static` and give templates `asset(name)`.

    Raises `AssetsMissing` if the front end has not been built, or lacks a name in the manifest.
    """
    root, secure = resources("static"), app.config["SESSION_COOKIE_SECURE"]
    app.jinja_env.globals["asset"] = _namer(root, read_manifest(root))
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the documented way to wrap an application
        app.wsgi_app,
        root=root,
        prefix=PREFIX,
        max_age=AN_HOUR,
        allow_all_origins=False,
        immutable_file_test=_is_immutable,
        add_headers_function=lambda answer, _path, _url: _add_headers(answer, secure=secure),
    )


def read_manifest(root: Path) -> Mapping[str, str]:
    """Logical name to hashed name, for every file that the build made."""
    path = root / "vendor" / "manifest.json"
    try:
        manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssetsMissing(f"{path} is missing: build the front end with `make assets`.") from error
    return manifest


def _namer(root: Path, manifest: Mapping[str, str]) -> Callable[[str], str]:
    def asset(name: str) -> str:
        """The address of a built file, or of a plain one under `static/`."""
        if name in manifest:
            return f"{PREFIX}vendor/{manifest[name]}"
        if (root / name).is_file():
            return f"{PREFIX}{name}"
        raise AssetsMissing(f"No static file is called {name}: if it is new, run `make assets`.")

    return asset


def _is_immutable(_path: str, url: str) -> bool:
    return HASHED.search(url) is not None


def _add_headers(answer: Headers, *, secure: bool) -> None:
    """These answers never reach the application's own headers. A file opened by itself may load and run nothing."""
    fixed = {**headers.PLAIN, **(headers.SECURE if secure else {})}
    for name, value in {**fixed, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}.items():
        answer[name] = value
