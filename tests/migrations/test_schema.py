"""Models equal migrations, on both databases; each revision goes down and up again; every constraint has a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData
from sqlalchemy import create_engine
from sqlalchemy import inspect

from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.core.migrations import Branch
from survey.core.migrations import config
from survey.core.migrations import newest
from survey.core.migrations import upgrade
from survey.core.settings import Settings

BRANCHES: list[tuple[Branch, MetaData]] = [("main", Base.metadata), ("roll", RollBase.metadata)]


def differences(url: str, metadata: MetaData) -> list[object]:
    """What autogenerate would still have to write."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    engine.dispose()
    return list(found)


@pytest.mark.parametrize(("branch", "metadata"), BRANCHES)
def test_models_equal_migrations_on_sqlite(tmp_path: Path, branch: Branch, metadata: MetaData) -> None:
    """Nothing left to generate; an empty database is far from it (premise)."""
    url = f"sqlite:///{tmp_path}/x.sqlite3"
    assert differences(url, metadata) != []
    upgrade(url, branch)
    assert differences(url, metadata) == []


def test_models_equal_migrations_on_postgresql(postgres: Settings) -> None:
    """The same over PostgreSQL."""
    assert differences(postgres.database_url, Base.metadata) == []
    assert differences(postgres.roll_database_url, RollBase.metadata) == []


@pytest.mark.parametrize("branch", ["main", "roll"])
def test_every_revision_goes_down_and_up(tmp_path: Path, branch: Branch) -> None:
    """Nothing is left behind after going down."""
    url = f"sqlite:///{tmp_path}/x.sqlite3"
    upgrade(url, branch)
    command.downgrade(config(url, branch), "base")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    upgrade(url, branch)


@pytest.mark.parametrize("branch", ["main", "roll"])
def test_files_are_called_after_their_revisions(branch: Branch) -> None:
    """A start looks at the names alone to see whether there is something to do."""
    revisions = ScriptDirectory.from_config(config("sqlite://", branch))
    assert newest(branch) == revisions.get_current_head()
    for revision in revisions.walk_revisions():
        assert Path(revision.path).name.startswith(f"{revision.revision}_")


@pytest.mark.parametrize("noted", ["main_0009", "main_9999", None])
def test_only_a_database_at_the_newest_revision_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: str | None
) -> None:
    """Whatever else a database says of itself is Alembic's to judge."""
    url, asked = f"sqlite:///{tmp_path}/x.sqlite3", list[str]()
    upgrade(url, "main")
    monkeypatch.setattr(command, "upgrade", lambda _config, revision: asked.append(revision))
    upgrade(url, "main")
    assert asked == []
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if noted:
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (noted,))
    engine.dispose()
    upgrade(url, "main")
    assert asked == ["main@head"]


@pytest.mark.parametrize(("branch", "metadata"), BRANCHES)
def test_every_constraint_has_a_name(branch: Branch, metadata: MetaData) -> None:
    """Batch migrations on SQLite cannot change what has none."""
    assert metadata.tables
    for table in metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"


def test_the_two_databases_share_no_table() -> None:
    """No commit ever holds both an issue and an entry."""
    assert not set(Base.metadata.tables) & set(RollBase.metadata.tables)
    assert all(not table.foreign_keys for table in RollBase.metadata.tables.values())


@pytest.mark.parametrize("name", ["ballots", "questions", "supports", "responses"])
def test_anonymous_tables_have_no_rowid_and_no_time(tmp_path: Path, name: str) -> None:
    """Rule D1: no order of arrival, no time but the question's five minutes, no sequence."""
    url = f"sqlite:///{tmp_path}/x.sqlite3"
    upgrade(url, "main")
    engine = create_engine(url)
    with engine.connect() as connection:
        sql = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).scalar_one()
    columns = {column["name"]: str(column["type"]) for column in inspect(engine).get_columns(name)}
    engine.dispose()
    assert "WITHOUT ROWID" in sql
    assert [c for c, kind in columns.items() if "DATE" in kind or "TIME" in kind] in ([], ["asked_about"])
    assert "AUTOINCREMENT" not in sql
