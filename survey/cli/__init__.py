"""Commands: `flask --app app <command>` and `python app.py <command>` alike."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register all commands."""


def greet(*, demo: bool) -> None:
    """Print the addresses, and on the first start the set-up link."""
