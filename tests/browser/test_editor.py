"""A questionnaire of all kinds: built by keyboard alone, answered by phones with and without scripts, counted again by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from bench.server import running
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff
from tests.browser.test_every_page import check
from tests.browser.test_keyboard import FOCUSED

Figure = Callable[[str], None]
# Kind as the builder names it, the question, and what is typed into the other fields by their labels.
BUILT: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Một lựa chọn", "Bạn làm việc ở đâu?", {"Các lựa chọn": "Xã\nPhường\nSở"}),
    ("Nhiều lựa chọn", "Bạn dùng những gì?", {"Các lựa chọn": "Máy tính\nĐiện thoại\nMáy in"}),
    ("Có hoặc không", "Bạn có đề xuất gì không?", {}),
    ("Thang điểm", "Bạn hài lòng đến đâu?", {"Mức 1 nghĩa là": "kém", "Mức cao nhất nghĩa là": "tốt"}),
    ("Mức giới thiệu 0–10", "Bạn có khuyên đồng nghiệp dự không?", {}),
    ("Bảng thang điểm", "Chấm từng việc", {"Các dòng để chấm điểm": "Lương\nĐào tạo"}),
    ("Xếp thứ tự ưu tiên", "Việc nào trước?", {"Các điều để xếp thứ tự": "Nhà ở\nHọc tập\nThể thao\nVăn nghệ"}),
    ("Trả lời ngắn", "Một từ về đơn vị bạn?", {}),
    ("Phần (đề mục)", "Phần hai", {"Bắt đầu một trang mới": "x"}),
    ("Tự luận", "Bạn đề xuất gì?", {"rule": "Có"}),
    ("Số", "Bạn đã làm mấy năm?", {}),
    ("Ngày", "Ngày bạn vào ngành?", {}),
    ("Đơn vị", "Bạn thuộc đơn vị nào?", {}),
    ("Đoạn chữ", "Cảm ơn bạn", {}),
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A hall of its own, whose questionnaires nobody else counts."""
    with running("province", "--members", "12", "--questions", "1", "--votes", "1") as made:
        yield made


def press_to(page: Page, name: str, role: str = "", most: int = 150) -> None:
    """Tab to what has this name; the focus must be seen."""
    passed = []
    for _press in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        passed.append(found)
        if re.search(name, found[1]) and role in ("", found[0]):
            return
    raise AssertionError(f"no “{name}” among {passed[-40:]}")


def build(page: Page, kind: str, label: str, more: dict[str, str]) -> None:
    """Add one item with the keyboard."""
    press_to(page, f"^{re.escape(kind)}$", "a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/new**")
    press_to(page, "^Câu hỏi$|^Đề mục$")
    page.keyboard.type(label)
    for field, text in more.items():
        if field == "rule":
            press_to(page, "Chỉ hỏi khi")
            page.keyboard.press("Enter")
            press_to(page, "^Điều kiện 1")
            for _press in range(60):  # a list is chosen from by arrows
                page.keyboard.press("ArrowDown")
                chosen = "e => e.options[e.selectedIndex].text.replace(/\\s+/g, ' ').trim()"
                if page.locator(":focus").evaluate(chosen) == f"là “{text}”":
                    break
            continue
        press_to(page, f"^{field}")
        page.keyboard.press("Space") if text == "x" else page.keyboard.type(text)
    press_to(page, "^Lưu mục$")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.wait_for_function("location.hash || document.querySelector('.err,[role=alert]')")
    assert "#i-" in page.url, page.locator(".err,[role=alert]").all_inner_texts()


def labels(page: Page) -> list[str]:
    return page.locator("#list h3").all_text_contents()


@pytest.fixture(scope="module")
def made(browser: object, server: Running) -> str:
    """The questionnaire, built without a pointer; its path on the desk."""
    context = browser.new_context(viewport=LAPTOP, locale="vi-VN", bypass_csp=True)  # type: ignore[attr-defined]
    page = staff(context.new_page(), server, "organiser", "surveys")
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    for name in ("Chi đoàn Một", "Chi đoàn Hai"):
        form = {"name": name, "csrf_token": str(token)}
        assert page.request.post(f"{server.url}/s/units", form=form, headers={"Origin": server.url}).ok
    press_to(page, "^Tên phiếu$")
    page.keyboard.type("Đủ mọi loại mục")
    press_to(page, "Soạn phiếu trống")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/surveys/\w+$"))
    for kind, label, more in BUILT:
        build(page, kind, label, more)
    path = page.url.partition("#")[0]
    context.close()
    return path


@pytest.mark.browser
@pytest.mark.claim("surveys", "the editor passes axe and is fully usable by keyboard; a deleted item comes back")
def test_the_builder_needs_no_pointer(opened: Opener, server: Running, made: str, figure: Figure) -> None:
    """All fourteen kinds were made by keys; now they move, are doubled, deleted and brought back."""
    page = staff(opened(LAPTOP, bypass_csp=True), server, "organiser", "surveys")
    page.goto(made)
    first = [label for _kind, label, _more in BUILT]
    assert labels(page) == first
    faults = check(page)

    press_to(page, "Xuống “Bạn làm việc ở đâu")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("“Bạn làm việc ở đâu?” đứng thứ 2 trên 14.")
    assert page.evaluate(FOCUSED)[1].startswith("↓ Xuống “Bạn làm việc")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#said")).to_have_text("“Bạn làm việc ở đâu?” đứng thứ 3 trên 14.")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text("“Bạn làm việc ở đâu?” đứng thứ 1 trên 14.")
    assert page.evaluate(FOCUSED)[1].startswith("↓ Xuống “Bạn làm việc")  # "up" cannot go on, so the other has the focus
    press_to(page, "^Nhân đôi “Bạn làm việc")
    page.keyboard.press("Enter")
    expect(page.locator("#list h3")).to_have_count(15)
    press_to(page, "^Xóa “Bạn làm việc")
    page.keyboard.press("Enter")
    expect(page.locator("#list h3")).to_have_count(14)
    assert "Đưa lại" in page.evaluate(FOCUSED)[1]
    page.keyboard.press("Enter")
    expect(page.locator("#list h3")).to_have_count(15)
    press_to(page, "^Xóa “Bạn làm việc")
    page.keyboard.press("Enter")
    expect(page.locator("#list h3")).to_have_count(14)
    page.reload()
    assert labels(page) == first

    held = page.locator("#list li.made").nth(4).locator("[data-grip]")
    held.scroll_into_view_if_needed()
    start, goal = held.bounding_box(), page.locator("#list li.made").nth(2).bounding_box()
    assert start and goal
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, goal["y"] + 5, steps=6)
    page.mouse.up()
    expect(page.locator("#said")).to_have_text(re.compile("“Bạn có khuyên .* đứng thứ 3 trên 14"))
    page.reload()
    assert labels(page)[2] == "Bạn có khuyên đồng nghiệp dự không?"
    page.locator("#list li.made").nth(2).locator("[data-act=down]").focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#said")).to_have_text(re.compile("đứng thứ 5 trên 14"))

    page.get_by_role("link", name="Sửa “Việc nào trước").click()
    faults += check(page)
    page.get_by_label("Giải thích thêm").fill("Viết dở thì máy sập")
    page.goto(page.url)
    expect(page.get_by_label("Giải thích thêm")).to_have_value("Viết dở thì máy sập")
    page.get_by_role("link", name="Hủy").click()
    page.get_by_role("link", name="Xem thử").click()
    faults += check(page)
    page.set_viewport_size(PHONE)
    faults += check(page)
    page.goto(made)
    faults += check(page)
    assert faults == []
    figure("14 kinds built, moved, doubled, deleted and brought back by keyboard; 5 pages without a fault of axe")
