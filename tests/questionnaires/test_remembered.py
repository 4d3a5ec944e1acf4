"""The form that is remembered for all phones: each gets its own token, and every change of the questionnaire is seen at once."""

from __future__ import annotations

import re

from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import csrf


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_two_phones_read_one_form_with_their_own_tokens(poll):
    pages = [phone.get(poll.path).get_data(as_text=True) for phone in (poll.cast.member(), poll.cast.member())]
    tokens = [token_of(page) for page in pages]
    assert tokens[0] != tokens[1]
    assert pages[0].replace(tokens[0], "") == pages[1].replace(tokens[1], "")
    assert "\0" not in pages[1]


def test_a_remembered_form_is_taken_from_the_phone_that_reads_it(poll):
    first, second = poll.cast.member(), poll.cast.member()
    for phone in (first, second):
        sent = phone.post(poll.path, data={"csrf_token": csrf(phone, poll.path), **poll.form(1), "counter": "1"})
        assert sent.status_code == 303


def test_a_change_is_in_the_next_form(poll):
    phone = poll.cast.member()
    assert "Bạn nói gì?" in phone.get(poll.path).get_data(as_text=True)
    poll.cast.write(items.change_item, poll.cast.dialogue_id, poll.id, poll.text, {"label": "Bạn mong điều gì?"})
    assert "Bạn mong điều gì?" in phone.get(poll.path).get_data(as_text=True)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    assert "<textarea" not in phone.get(poll.path).get_data(as_text=True)


def test_a_form_is_remembered_in_each_language_by_itself(poll):
    phone, seen = poll.cast.member(), []
    for lang in ("vi", "en", "vi", "en"):
        phone.get(f"{poll.path}?lang={lang}")
        seen.append(re.search(r'<html lang="(..)"', phone.get(poll.path).get_data(as_text=True))[1])  # type: ignore[index]
    assert seen == ["vi", "en", "vi", "en"]
