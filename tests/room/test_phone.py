"""The phone's own lists survive the way through a cookie."""

from __future__ import annotations

import pytest

from survey.core.ids import new_id
from survey.room import phone


@pytest.mark.parametrize("numbers", [set(), {0}, {1, 7, 8, 9, 64}, set(range(1, 2001, 2)), {7999}])
def test_skipped_numbers_come_back(numbers):
    assert phone.read_skipped(phone.write_skipped(numbers)) == numbers


def test_two_thousand_skipped_questions_fit_a_cookie():
    assert len(phone.write_skipped(range(1, 2001))) < 400


@pytest.mark.parametrize("cookie", [None, "", "a", "%%%", "===", "ễ" * 9, "A" * 4096])
def test_a_broken_skipped_cookie_is_read_without_error(cookie):
    assert all(0 <= number < phone.LARGEST_NUMBER for number in phone.read_skipped(cookie))


def test_numbers_beyond_the_cookie_are_left_out():
    assert phone.read_skipped(phone.write_skipped({5, 8_000, 10**9, -1})) == {5}


def test_own_questions_keep_their_order_and_the_latest_forty():
    client_ids = [new_id() for _ in range(60)]
    assert phone.read_mine(phone.write_mine(client_ids)) == client_ids[-40:]


def test_a_client_id_is_listed_once():
    assert phone.read_mine(phone.write_mine(["client-a", "client-b", "client-a"])) == ["client-a", "client-b"]


def test_a_forged_own_list_yields_only_what_can_be_a_client_id():
    assert phone.read_mine("<script>.ok-client-1..a b." + "x" * 65) == ["ok-client-1"]
