"""Templates that are remembered over a restart: taken where they are ours and unchanged, made anew everywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from survey.web.compiled import FILE
from survey.web.compiled import compile_all

KEY = bytes(32)


@pytest.fixture
def program(tmp_path: Path) -> Flask:
    """Two templates, in a program that has compiled nothing yet."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.html").write_text("một {{ 1 + 1 }}", encoding="utf-8")
    (folder / "b.html").write_text("hai", encoding="utf-8")
    return Flask("x", template_folder=str(folder))


def again(program: Flask, data: Path, key: bytes = KEY) -> tuple[int, str]:
    """As a process that has just started: how many it compiled, and what the first says."""
    started = Flask("x", template_folder=program.template_folder)
    return compile_all(started, data, key), started.jinja_env.get_template("a.html").render()


def test_a_second_start_compiles_nothing(program: Flask, tmp_path: Path) -> None:
    assert again(program, tmp_path) == (2, "một 2")
    assert again(program, tmp_path) == (0, "một 2")


def test_a_text_that_changed_is_compiled_anew(program: Flask, tmp_path: Path) -> None:
    again(program, tmp_path)
    Path(str(program.template_folder), "a.html").write_text("ba", encoding="utf-8")
    assert again(program, tmp_path) == (1, "ba")
    assert again(program, tmp_path) == (0, "ba")


@pytest.mark.parametrize("harm", ["torn", "changed", "of another key", "empty"])
def test_what_is_not_whole_and_ours_is_never_run(program: Flask, tmp_path: Path, harm: str) -> None:
    again(program, tmp_path)
    kept = tmp_path / FILE
    content = kept.read_bytes()
    harmed = {"torn": content[:-7], "changed": content[:-1] + bytes([content[-1] ^ 1]), "empty": b""}
    kept.write_bytes(harmed.get(harm, content))
    assert again(program, tmp_path, bytes(31) + b"x" if harm == "of another key" else KEY) == (2, "một 2")


def test_a_folder_that_takes_nothing_holds_no_start_up(program: Flask, tmp_path: Path) -> None:
    assert again(program, tmp_path / "not there") == (2, "một 2")


def test_a_running_program_keeps_the_words_that_it_was_started_with(program: Flask, tmp_path: Path) -> None:
    """Also of a page that nobody has asked for yet, when the next version is laid in its place."""
    compile_all(program, tmp_path, KEY)
    for name in ("a.html", "c.html"):
        Path(str(program.template_folder), name).write_text("bốn", encoding="utf-8")
    assert program.jinja_env.get_template("a.html").render() == "một 2"
    assert program.jinja_env.get_template("c.html").render() == "bốn", "what was not there is read when it is asked for"


def test_no_template_is_loaded_twice(program: Flask, tmp_path: Path) -> None:
    for number in range(401):  # Jinja by itself keeps 400
        Path(str(program.template_folder), f"{number}.html").write_text(f"{number}", encoding="utf-8")
    compile_all(program, tmp_path, KEY)
    names = program.jinja_env.list_templates()
    assert len(names) == 403
    loaded = [program.jinja_env.get_template(name) for name in names]
    assert all(program.jinja_env.get_template(name) is one for name, one in zip(names, loaded, strict=True))
