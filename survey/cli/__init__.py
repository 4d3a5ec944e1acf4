"""Commands: `flask --app app <command>` and `python app.py <command>` alike."""

from __future__ import annotations

from flask import Flask

from survey.cli.commands import COMMANDS
from survey.cli.greeting import greet

__all__ = ["greet", "init_app"]


def init_app(app: Flask) -> None:
    """Register all commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
