"""The hint before sending, by a phone with scripts and by one without: one tap leaves it out, one tap sends."""

from __future__ import annotations

import pytest

from bench.server import Running
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.test_every_page import check

TEXT = "Máy tính cũ quá, gọi em số 0912 345 678 để trao đổi thêm nhé"
SHORTER = "Máy tính cũ quá, gọi em số để trao đổi thêm nhé"


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_one_tap_leaves_it_out_and_one_tap_sends(opened: Opener, server: Running, javascript: bool) -> None:
    page = enter(opened(PHONE, javascript=javascript, bypass_csp=True), server)
    page.goto(server.sample["url"] + "/ask")
    page.get_by_role("textbox").fill(TEXT)
    page.get_by_role("button", name="Gửi câu hỏi").click()
    page.get_by_text("Câu này nhắc «0912 345 678», người đọc có thể đoán ra bạn.").wait_for()
    assert page.get_by_role("textbox").input_value() == TEXT
    if javascript:
        assert check(page) == []
    page.get_by_role("button", name="Bỏ những chữ ấy").click()
    page.get_by_role("button", name="Gửi câu hỏi").wait_for()
    assert page.get_by_role("textbox").input_value() == SHORTER
    page.get_by_role("textbox").fill(TEXT)
    page.get_by_role("button", name="Gửi câu hỏi").click()
    page.get_by_role("button", name="Vẫn gửi").click()
    page.wait_for_url("**sent=1")
    page.goto(server.sample["url"] + "/ask")
    assert page.get_by_role("textbox").input_value() == "", "what was sent has left the phone"
