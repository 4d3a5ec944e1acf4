"""Bringing a database to the present schema."""

from __future__ import annotations

from typing import Literal

from alembic import command
from alembic.config import Config

from survey.core.paths import resources

Branch = Literal["main", "roll"]


def config(url: str, branch: Branch) -> Config:
    """Alembic's configuration for one branch on one database."""
    folder = resources("migrations")
    made = Config()
    made.set_main_option("script_location", str(folder).replace("%", "%%"))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", str(folder / branch).replace("%", "%%"))
    made.attributes.update(url=url, branch=branch)
    return made


def upgrade(url: str, branch: Branch) -> None:
    """Take the database at `url` to the newest revision of `branch`; nothing happens if it is there already."""
    command.upgrade(config(url, branch), f"{branch}@head")
