"""Two moderators in real Chromium: keys, undo, and nothing of one that disturbs the other's hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff

Figure = Callable[[str], None]
UNLIKE = (
    "Bao giờ xã được thay máy tính cũ?", "Đề nghị mở cửa nhà văn hóa vào buổi tối", "Phụ cấp bí thư chi đoàn có tăng không?",
    "Thanh niên vay vốn khởi nghiệp ở đâu?", "Vì sao đường liên thôn chưa sửa xong?",
)  # fmt: skip


@pytest.fixture
def queue(opened: Opener, server: Running) -> list[str]:
    """Five members ask; their questions wait."""
    bodies = list(UNLIKE)
    for body in bodies:
        phone = enter(opened(PHONE), server)
        phone.goto(f"{server.sample['url']}/ask")
        phone.locator("textarea[name=body]").fill(body)
        phone.get_by_role("button", name="Gửi câu hỏi").click()
        expect(phone.locator("main")).to_contain_text("Chờ duyệt")
    return bodies


def shown(page: Page) -> list[str]:
    """The jobs of the queue in their order."""
    return [str(job.get_attribute("id")) for job in page.locator("#queue-live .job").all()]


def chosen(page: Page) -> str:
    """The job on which the keys act."""
    return str(page.locator(".job-on").get_attribute("id"))


@pytest.mark.browser
@pytest.mark.claim("moderation", "a colleague's decisions move nothing under my hand and eat no half-typed reason")
@pytest.mark.usefixtures("queue")
def test_keys_decide_and_a_colleague_is_not_disturbed(opened: Opener, server: Running, figure: Figure) -> None:
    """J, A, Z, R by one; the other has a reason box open and half a sentence in it all the while."""
    first = staff(opened(LAPTOP), server, "moderator", "moderate")
    other = staff(opened(PHONE), server, "secretary", "moderate")
    order = shown(first)
    assert shown(other) == order
    mine = other.locator(f"#{order[-1]}")
    mine.locator("summary").last.click()
    mine.locator("[name^=why-]").press_sequentially("Đang viết dở")

    first.keyboard.press("j")
    decided = chosen(first)
    assert decided == order[1]
    first.keyboard.press("a")
    expect(other.locator(f"#{decided}")).to_have_count(0, timeout=5_000)
    expect(first.locator(f"#{decided}")).to_have_count(0, timeout=5_000)
    assert chosen(first) == order[2]
    first.keyboard.press("z")
    expect(first.locator(f"#{decided}")).to_be_visible(timeout=5_000)
    expect(other.locator(f"#{decided}")).to_be_visible(timeout=5_000)
    assert shown(first) == shown(other) == order
    assert chosen(first) == decided

    first.keyboard.press("r")
    expect(first.locator(f"#{decided} [name^=reason-]")).to_be_focused()
    first.keyboard.press("a")  # a key in a field is a letter
    first.locator(f"#{decided} [name^=reason-]").select_option("off_topic")
    first.keyboard.press("Enter")
    expect(other.locator(f"#{decided}")).to_have_count(0, timeout=5_000)

    expect(mine.locator("[name^=why-]")).to_have_value("Đang viết dở")
    expect(mine.locator("[name^=why-]")).to_be_focused()
    assert shown(other) == [job for job in order if job != decided]
    figure("order, focus, open box and typed text unchanged over three decisions")


@pytest.mark.browser
@pytest.mark.usefixtures("queue")
def test_slower_colleague_reads_a_sentence(opened: Opener, server: Running) -> None:
    """Both look at the same question; the second comes too late and is told so."""
    first = staff(opened(LAPTOP), server, "moderator", "moderate")
    late = staff(opened(LAPTOP, expected="403", javascript=False), server, "organiser", "moderate")
    job = shown(first)[0]
    first.locator(f"#{job} [data-act=approve]").click()
    expect(first.locator(f"#{job}")).to_have_count(0, timeout=5_000)
    late.locator(f"#{job} [data-act=hold]").click()
    expect(late.locator("main")).to_contain_text("Người khác vừa xử lý câu hỏi này")


@pytest.mark.browser
def test_note_waits_for_who_is_writing(opened: Opener, server: Running) -> None:
    """Another question is called while the secretary still writes about the one of the sample."""
    secretary = staff(opened(LAPTOP), server, "secretary", "moderate")
    moderator = staff(opened(LAPTOP), server, "moderator", "moderate")
    before = secretary.locator("#note .cap").first.inner_text()
    secretary.locator("#note textarea").fill("Giao Sở Nội vụ rà soát")
    moderator.locator("#stage .mini button").first.click()
    expect(secretary.locator("#stage .now-k")).not_to_have_text(f"Câu {before.rsplit(' ', 1)[1]}", timeout=5_000)
    expect(secretary.locator("#note textarea")).to_have_value("Giao Sở Nội vụ rà soát")
    secretary.get_by_role("button", name="Lưu ghi chú").click()
    expect(secretary.locator("#note .cap").first).not_to_have_text(before, timeout=5_000)
