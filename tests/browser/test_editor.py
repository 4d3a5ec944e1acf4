"""A questionnaire of all kinds: built by keyboard alone, answered by phones with and without scripts, counted again by hand."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import Route
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
    assert page.evaluate(FOCUSED)[1] in {"Câu hỏi", "Đề mục"}  # where one begins to type
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
        form: dict[str, str | float | bool] = {"name": name, "csrf_token": str(token)}
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
    assert page.evaluate(FOCUSED)[1].startswith(
        "↓ Xuống “Bạn làm việc"
    )  # "up" cannot go on, so the other has the focus
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
    assert start
    assert goal
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
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    faults += check(page)
    page.goto(made)
    faults += check(page)
    assert faults == []
    figure("14 kinds built, moved, doubled, deleted and brought back by keyboard; 5 pages without a fault of axe")


ANSWERS: tuple[dict[str, str], ...] = (  # by question; what a phone with scripts, one without, and three programs send
    {"Bạn làm việc ở đâu?": "Xã", "Việc nào trước?": "Thể thao Học tập", "Bạn có đề xuất gì không?": "Có",
     "Bạn đề xuất gì?": "Thêm sách", "Bạn hài lòng đến đâu?": "4", "Bạn đã làm mấy năm?": "3"},
    {"Bạn làm việc ở đâu?": "Xã", "Việc nào trước?": "Thể thao", "Bạn có đề xuất gì không?": "Không",
     "Bạn hài lòng đến đâu?": "4", "Bạn đã làm mấy năm?": "5"},
)  # fmt: skip


def put(page: Page, label: str, text: str) -> None:
    """Answer one item as a thumb does."""
    item = page.locator("fieldset").filter(has=page.locator("legend", has_text=label))
    if label == "Việc nào trước?":
        scripts = item.locator(".grip").count() > 0
        for place, option in enumerate(re.findall(r"\S+ \S+", text), 1):
            row = item.locator("li").filter(has_text=option)
            if scripts:
                row.locator("span").click()
                expect(row.locator("select")).to_have_value(str(place))
            else:
                row.locator("select").select_option(str(place))
    elif item.locator("textarea, input[type=text]").count():
        item.locator("textarea, input[type=text]").first.fill(text)
    else:
        item.locator("label").filter(has_text=re.compile(rf"(^|\s){text}$")).first.click()


def answer_page(page: Page, answers: dict[str, str]) -> None:
    """Fill in what stands on this page, and shows."""
    shown = page.locator("legend").all_text_contents()
    for label, text in answers.items():
        if any(label in legend for legend in shown):
            put(page, label, text)


def drag_by_thumb(page: Page, grip: Locator, goal: Locator) -> None:
    """Touch, pull above `goal`, let go: as a phone does it, where the page itself could scroll instead."""
    held, top = grip.bounding_box(), goal.bounding_box()
    assert held
    assert top
    thumb, x, y = page.context.new_cdp_session(page), held["x"] + 20, held["y"] + 20
    for kind, at in (("touchStart", y), ("touchMove", y - 15), ("touchMove", y - 40), ("touchMove", top["y"] - 2)):
        thumb.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": at}]})
    thumb.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def stored(server: Running, survey_id: str) -> list[dict[str, object]]:
    """The responses as they lie in the database."""
    database = next(server.folder.rglob("main.sqlite3"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT answers FROM responses WHERE questionnaire_id = ?", [survey_id])
        return [json.loads(answers) for (answers,) in found]


@pytest.mark.browser
@pytest.mark.claim(
    "surveys",
    "all kinds are answered on a 360 px phone with and without scripts; a crash and a lost answer lose nothing",
)
def test_phones_answer_what_was_built(opened: Opener, server: Running, made: str, figure: Figure) -> None:
    """Order by thumb and drag, rules, pages, a crash on page two, a lost answer, a plain browser, closing."""
    desk = staff(opened(LAPTOP), server, "organiser", "surveys")
    desk.goto(made)
    desk.get_by_role("button", name="Mở phiếu cho đoàn viên").click()
    expect(desk.locator("main")).to_contain_text("Phiếu đang mở")
    survey_id, address = made.rsplit("/", 1)[1], made.replace("/s/", "/d/")

    phone = enter(opened(PHONE, has_touch=True, is_mobile=True, expected="net::ERR"), server)
    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("Chúng tôi lưu gì")
    first, *_rest = ANSWERS
    answer_page(phone, first)
    rows = phone.locator("[data-rank] li")
    rows.nth(3).scroll_into_view_if_needed()
    drag_by_thumb(phone, rows.nth(1).locator(".grip"), rows.nth(0))
    assert [text.split("\n")[-1] for text in rows.locator("span").all_text_contents()][:2] == ["Học tập", "Thể thao"]
    rows.nth(0).locator(".grip").press("ArrowDown")
    expect(rows.nth(0)).to_contain_text("Thể thao")
    phone.get_by_role("button", name="Tiếp tục").click()
    expect(phone.locator("#page")).to_contain_text("Trang 2/2")
    put(phone, "Bạn đề xuất gì?", first["Bạn đề xuất gì?"])
    again = phone.context.new_page()  # the page dies in the middle of page two, and is opened anew
    phone.close()
    again.goto(address)
    expect(again.locator("#page")).to_contain_text("Trang 2/2")
    expect(again.get_by_label("Bạn đề xuất gì?")).to_have_value(first["Bạn đề xuất gì?"])
    put(again, "Bạn đã làm mấy năm?", first["Bạn đã làm mấy năm?"])
    lost: list[int] = []

    def lose(route: Route) -> None:  # the server takes it, and the answer never comes
        lost.append(route.fetch().status)
        route.abort() if len(lost) == 1 else route.continue_()

    again.route(f"**/surveys/{survey_id}", lose)
    again.get_by_role("button", name="Gửi phiếu").click()
    expect(again.locator("main")).to_contain_text("Đã nhận phiếu của bạn")
    assert lost[0] == 201
    again.unroute_all()

    plain = enter(opened(PHONE, javascript=False), server)
    plain.goto(address)
    answer_page(plain, ANSWERS[1])
    plain.get_by_role("button", name="Tiếp tục").click()
    expect(plain.locator("#page")).to_contain_text("Trang 2/2")
    assert plain.get_by_label("Bạn đề xuất gì?").count() == 0  # decided on the page before
    answer_page(plain, ANSWERS[1])
    plain.get_by_role("button", name="Quay lại trang trước").click()
    expect(plain.get_by_role("radio", name="Xã", exact=True)).to_be_checked()
    plain.get_by_role("button", name="Xem tất cả trên một trang").click()
    assert plain.get_by_label("Bạn đã làm mấy năm?").input_value() == "5"
    plain.get_by_role("button", name="Gửi phiếu").click()
    expect(plain.locator("main")).to_contain_text("Đã nhận phiếu của bạn")

    names = dict(zip((label for _k, label, _m in BUILT), desk_ids(desk, made), strict=True))
    kept = sorted(stored(server, survey_id), key=lambda answers: str(answers[names["Bạn đã làm mấy năm?"]]))
    assert [answers[names["Bạn đã làm mấy năm?"]] for answers in kept] == [3, 5]
    assert [answers.get(names["Bạn đề xuất gì?"]) for answers in kept] == ["Thêm sách", None]
    assert [len(answers[names["Việc nào trước?"]]) for answers in kept] == [2, 1]  # type: ignore[arg-type]
    assert kept[0][names["Việc nào trước?"]][0] == kept[1][names["Việc nào trước?"]][0]  # type: ignore[index]

    late = enter(opened(PHONE, expected="403"), server)
    late.goto(address)
    answer_page(late, first)
    late.get_by_role("button", name="Tiếp tục").click()
    put(late, "Bạn đề xuất gì?", "Viết dở thì phiếu đóng")
    desk.reload()
    desk.get_by_role("button", name="Đóng phiếu").click()
    expect(desk.locator("main")).to_contain_text("Phiếu đã đóng")
    late.get_by_role("button", name="Gửi phiếu").click()
    expect(late.locator("#refused")).to_contain_text("đã đóng")
    expect(late.get_by_label("Bạn đề xuất gì?")).to_have_value("Viết dở thì phiếu đóng")
    assert len(stored(server, survey_id)) == 2
    figure(
        "12 items on two pages: 1 response each with and without scripts, after a crash, a lost answer and a late try"
    )


def desk_ids(desk: Page, made: str) -> list[str]:
    """The ids of the items in their order."""
    desk.goto(made)
    return [str(row.get_attribute("id"))[2:] for row in desk.locator("#list li.made").all()]


@pytest.mark.browser
@pytest.mark.claim("surveys", "first visit of an ordinary questionnaire: at most 35 kB without fonts")
def test_a_questionnaire_weighs_little(opened: Opener, server: Running, figure: Figure) -> None:
    """Encoded bytes with headers, cold cache, of the sample's own questionnaire."""
    inside = enter(opened(PHONE), server)
    address = inside.locator("a[href*='/surveys/']").first.get_attribute("href")
    page = opened(PHONE)
    page.context.add_cookies(inside.context.cookies())  # type: ignore[arg-type]
    line, names, sizes = page.context.new_cdp_session(page), {}, []  # type: ignore[var-annotated]
    line.send("Network.enable")
    line.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
    line.on("Network.loadingFinished", lambda e: sizes.append((names.get(e["requestId"], ""), e["encodedDataLength"])))
    page.goto(f"{server.url}{address}")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Gửi phiếu")).to_be_visible()
    weight = sum(size for name, size in sizes if not name.endswith(".woff2")) / 1000
    figure(f"{weight:.1f} kB without fonts")
    assert 20 < weight <= 35
