"""The real server with one more route that does nothing: the floor of the same process."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import app as program  # noqa: E402
from survey import factory  # noqa: E402


def main() -> None:
    """`/noop` is answered by a bare Flask app beside ours, behind the same server."""
    bare = Flask("noop", static_folder=None)
    bare.add_url_rule("/noop", "noop", lambda: "1")
    made = program.create_app()
    ours = made.wsgi_app

    def either(environ: dict[str, Any], start_response: Any) -> Any:
        return (bare.wsgi_app if environ["PATH_INFO"] == "/noop" else ours)(environ, start_response)

    made.wsgi_app = either  # type: ignore[method-assign]
    factory.serve(made, demo=False)


if __name__ == "__main__":
    main()
