"""The check of the English catalogue sees each way of being incomplete, and `--update` mends what a tool can mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_catalogue

PYTHON = 'from survey.core.text import N_\nREFUSED = N_("Câu hỏi còn ngắn quá.")\n'
TEMPLATE = '<p>{{ _("Chào %(name)s", name=name) }}</p>{% trans n=n %}{{ n }} phiếu{% endtrans %}'
MESSAGES = {"Câu hỏi còn ngắn quá.", "Chào %(name)s", "%(n)s phiếu"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A program with three messages and a catalogue that has them all, translated."""
    for name, text in {"survey/questions/service.py": PYTHON, "templates/pages/home.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = tmp_path / check_catalogue.CATALOGUE
    check_catalogue.update(path, check_catalogue.extract(tmp_path))
    text = path.read_text(encoding="utf-8")
    for ours, english in {
        "ngắn quá.": "Too short.",
        "Chào %(name)s": "Hello %(name)s",
        "phiếu": "%(n)s ballots",
    }.items():
        text = text.replace(f'{ours}"\nmsgstr ""', f'{ours}"\nmsgstr "{english}"')
    path.write_text(text, encoding="utf-8")
    return tmp_path


def faults(tree: Path) -> list[str]:
    """What the check says of this tree."""
    kept = check_catalogue.read(tree / check_catalogue.CATALOGUE)
    return check_catalogue.faults(kept, check_catalogue.extract(tree))


def change(path: Path, old: str, new: str) -> None:
    """Replace the one place where `old` stands."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_messages_come_from_code_and_templates(tree):
    assert {message.id for message in check_catalogue.extract(tree) if message.id} == MESSAGES


def test_complete_catalogue_has_no_faults(tree):
    assert faults(tree) == []


def test_reworded_message_is_new_and_its_translation_unused(tree):
    change(tree / "survey/questions/service.py", "ngắn quá", "hơi ngắn")
    assert faults(tree) == [
        "no longer used: 'Câu hỏi còn ngắn quá.'",
        "not in the catalogue: 'Câu hỏi còn hơi ngắn.'",
    ]


def test_update_drops_the_old_and_asks_for_the_new(tree):
    change(tree / "survey/questions/service.py", "ngắn quá", "hơi ngắn")
    check_catalogue.update(tree / check_catalogue.CATALOGUE, check_catalogue.extract(tree))
    assert faults(tree) == ["not translated: 'Câu hỏi còn hơi ngắn.'"]


def test_update_without_news_leaves_the_file_alone(tree):
    path = tree / check_catalogue.CATALOGUE
    before = path.read_bytes()
    check_catalogue.update(path, check_catalogue.extract(tree))
    assert path.read_bytes() == before


def test_missing_translation_is_seen(tree):
    change(tree / check_catalogue.CATALOGUE, '"Too short."', '""')
    assert faults(tree) == ["not translated: 'Câu hỏi còn ngắn quá.'"]


def test_fuzzy_translation_is_seen(tree):
    change(tree / check_catalogue.CATALOGUE, 'msgid "Câu hỏi', '#, fuzzy\nmsgid "Câu hỏi')
    assert faults(tree) == ["marked fuzzy: 'Câu hỏi còn ngắn quá.'"]


def test_lost_placeholder_is_seen(tree):
    change(tree / check_catalogue.CATALOGUE, '"Hello %(name)s"', '"Hello %(nam)s"')
    assert [line.split(": ")[-1] for line in faults(tree)] == ["'Chào %(name)s'"]


def test_left_out_placeholder_is_seen(tree):
    change(tree / check_catalogue.CATALOGUE, '"Hello %(name)s"', '"Hello"')
    assert faults(tree) == ["other placeholders than the Vietnamese: 'Chào %(name)s'"]
