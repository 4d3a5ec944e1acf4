"""Bringing a database to the present schema."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Literal

from sqlalchemy import create_engine
from sqlalchemy import inspect
from sqlalchemy import text

from survey.core.paths import resources

if TYPE_CHECKING:
    from alembic.config import Config

Branch = Literal["main", "roll"]
VERSION = text("SELECT version_num FROM alembic_version")


def config(url: str, branch: Branch) -> Config:
    """Alembic's configuration for one branch on one database."""
    from alembic.config import Config  # noqa: PLC0415 -- heavy, and most starts find nothing to migrate

    folder = resources("migrations")
    made = Config()
    made.set_main_option("script_location", str(folder).replace("%", "%%"))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", str(folder / branch).replace("%", "%%"))
    made.attributes.update(url=url, branch=branch)
    return made


@lru_cache  # what this process knows, whatever is laid beside it later
def newest(branch: Branch) -> str:
    """The newest revision that this program knows. Files are called after theirs: `main_0010_scale.py` is `main_0010`."""
    last = max(path.stem for path in (resources("migrations") / branch).glob(f"{branch}_*.py"))
    return "_".join(last.split("_")[:2])


def upgrade(url: str, branch: Branch) -> None:
    """Take the database at `url` to the newest revision of `branch`; nothing happens if it is there already."""
    if _is_newest(url, branch):
        return
    from alembic import command  # noqa: PLC0415 -- as above

    command.upgrade(config(url, branch), f"{branch}@head")


def _is_newest(url: str, branch: Branch) -> bool:
    """Whether Alembic would find nothing to do: it has noted this one revision and no other."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            noted = inspect(connection).has_table("alembic_version")
            return noted and connection.scalars(VERSION).all() == [newest(branch)]
    finally:
        engine.dispose()
