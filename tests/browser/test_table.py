"""The moderator's table in Chromium by keys alone, with a Vietnamese typing program running."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.client import member
from bench.server import Running
from survey.core.db import Database
from survey.core.ids import digest
from survey.dialogues.queries import by_code
from survey.dialogues.service import touch
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import staff
from tests.browser.telex import Telex

Figure = Callable[[str], None]
ALIKE = (
    "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?",
    "bao gio xa duoc thay may tinh cu o bo phan mot cua",
    "Khi nào xã được thay máy tính cũ ở bộ phận một cửa?",
)
UNLIKE = (
    "Phụ cấp bí thư chi đoàn có tăng trong năm nay không?", "Thanh niên muốn vay vốn khởi nghiệp thì hỏi ở đâu?",
    "Vì sao đường liên thôn sửa ba năm chưa xong?", "Đề nghị mở cửa nhà văn hóa vào buổi tối",
    "Cán bộ trẻ có được luân chuyển về tỉnh không?",
)  # fmt: skip
INSULT = "Ông trưởng phòng là đồ ngu, làm việc như súc vật"


@pytest.fixture
def main(server: Running) -> Database:
    """The database of the server, from outside."""
    return Database(f"sqlite:///{server.folder}/data/main.sqlite3")


def put(main: Database, server: Running, bodies: list[str]) -> list[str]:
    """Let questions wait, written by another process than the one that serves."""

    def add(session) -> list[str]:  # type: ignore[no-untyped-def]
        dialogue = by_code(session, server.sample["code"])
        made = [asking.add(session, dialogue.id, body, None, state=State.PENDING).id for body in bodies]
        touch(session, dialogue.id, public=False)
        return made

    return main.write(add)


def clear(main: Database, server: Running) -> None:
    """Nothing waits."""

    def hold(session) -> None:  # type: ignore[no-untyped-def]
        dialogue = by_code(session, server.sample["code"])
        for question in session.query(Question).filter_by(dialogue_id=dialogue.id, state="pending"):
            question.state = "held"
        touch(session, dialogue.id, public=False)

    main.write(hold)


def states(main: Database, ids: list[str]) -> list[str]:
    with main.reading() as session:
        return [session.get(Question, question_id).state for question_id in ids]  # type: ignore[union-attr]


def unlike(number: int) -> str:
    """Words of letters that are like nobody else's."""
    letters = digest(f"unlike {number}").hex().translate(str.maketrans("0123456789", "ghiklmnopr"))
    return " ".join(letters[at : at + 7] for at in range(0, 35, 7))


def chosen(page: Page) -> str:
    """The job on which the keys act; empty when nothing waits."""
    on = page.locator(".job-on")
    return str(on.first.get_attribute("id")) if on.count() else ""


def decide(page: Page, press: Callable[[], object]) -> None:
    """Press, and again if the typing program ate it, until the next job is chosen."""
    before = chosen(page)
    for _try in range(3):
        press()
        if page.locator(f"#{before}[aria-busy]").count() or chosen(page) != before:
            break
    page.wait_for_function("old => document.querySelector('.job-on')?.id !== old", arg=before)


@pytest.mark.browser
@pytest.mark.claim("moderation", "a typing program in a field, composing or rewriting decides nothing")
def test_a_typing_program_decides_nothing(opened: Opener, server: Running, main: Database, figure: Figure) -> None:
    """In the search and in the reason; while it composes; and what it sends without a place on the keyboard."""
    clear(main, server)
    ids = put(main, server, [*ALIKE, *UNLIKE])
    page = staff(opened(LAPTOP), server, "moderator", "moderate")
    page.locator(".job-on").wait_for()
    telex = Telex(page)
    page.locator("[name=q]").focus()
    telex.type("maays tinhs hoong ddang xoas mxz")
    assert "hông đang" in page.locator("[name=q]").input_value()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    why = page.locator(".job-on [name^=why-]")
    expect(page.locator(".job-on [name^=reason-]")).to_be_focused()
    why.focus()
    telex.away()
    telex.type("hoor aas haax m z s")
    typed = why.input_value()
    page.keyboard.press("Escape")
    for letter in "ahsmz":
        telex.compose(letter)
    telex.last = "a"
    telex.press("a")  # swallowed: Backspace, and "â" without a place
    telex.last = "a"
    telex.press("s")
    expect(page.locator("#said")).to_have_text("")
    assert states(main, ids) == ["pending"] * len(ids)
    assert typed.startswith("hổ")
    telex.away()
    telex.press("h")  # the control: the same keyboard decides
    expect(page.locator("#said")).to_contain_text("Đã giữ lại")
    figure(f"{telex.swallowed} rewritten letters and 5 composed keys: 0 decisions; the control: 1")


def triage(page: Page, many: int) -> int:
    """Approve, approve, hold, refuse with a reason, over and over; the next ones come up by themselves. How many keys."""
    keys = 0
    for done in range(many):
        page.locator(".job-on").wait_for()
        before = chosen(page)
        for key in (("a",), ("a",), ("h",), ("r", "ArrowDown", "Enter"))[done % 4]:
            page.keyboard.press(key)
            keys += 1
        page.wait_for_function("old => document.querySelector('.job-on')?.id !== old", arg=before)
    return keys


@pytest.mark.browser
@pytest.mark.claim("moderation", "of a queue of 200 forty are triaged by keys alone, and the next ones come up")
def test_a_long_queue_is_triaged_by_keys_alone(opened: Opener, server: Running, main: Database, figure: Figure) -> None:
    """More than the page shows at once; nothing is pressed but keys."""
    figure(work_off(opened, server, main, 40))


def work_off(opened: Opener, server: Running, main: Database, many: int) -> str:
    """Let 200 wait, decide so many of them by keys, and take the last one back."""
    clear(main, server)
    ids = put(main, server, [unlike(number) for number in range(200)])
    page = staff(opened(LAPTOP), server, "moderator", "moderate")
    expect(page.locator("#n-pending")).to_have_text("200")
    start = time.monotonic()
    keys = triage(page, many)
    expect(page.locator("#n-pending")).to_have_text(str(200 - many), timeout=30_000)
    took = time.monotonic() - start
    found = states(main, ids)
    by_state = {state: found.count(state) for state in ("pending", "approved", "held", "rejected")}
    assert by_state == {"pending": 200 - many, "approved": many // 2, "held": many // 4, "rejected": many // 4}
    page.keyboard.press("z")  # and the last one back
    expect(page.locator("#n-pending")).to_have_text(str(201 - many))
    return f"{many} of 200 decided by {keys} keys in {took:.0f} s, the last one taken back by one more"


@pytest.mark.night
@pytest.mark.browser
@pytest.mark.timeout(900)
@pytest.mark.claim("moderation", "a queue of 200 is triaged by keys alone")
def test_a_queue_of_two_hundred_is_triaged_by_keys_alone(
    opened: Opener, server: Running, main: Database, figure: Figure
) -> None:
    """All of it."""
    figure(work_off(opened, server, main, 200))


@pytest.mark.browser
@pytest.mark.claim("moderation", "three questions are merged by at most three keys, and taken apart by one")
def test_three_are_merged_by_three_keys_at_most(
    opened: Opener, server: Running, main: Database, figure: Figure
) -> None:
    """Alike ones by one key; ones that no machine would put together by three; somebody's half sentence stays all the while."""
    clear(main, server)
    page = staff(opened(LAPTOP), server, "moderator", "moderate")
    alone = put(main, server, [ALIKE[0]])
    lead = page.locator(f"#q-{alone[0]}")
    lead.wait_for()
    page.keyboard.press("r")
    lead.locator("[name^=why-]").press_sequentially("Đang viết dở")
    ids = alone + put(main, server, list(ALIKE[1:]))
    expect(page.locator(".bundle-n")).to_contain_text("3 câu có thể giống nhau")  # they come under the hand
    expect(lead.locator("[name^=why-]")).to_have_value("Đang viết dở")
    expect(lead.locator("[name^=why-]")).to_be_focused()
    page.keyboard.press("Escape")

    page.keyboard.press("a")
    expect(page.locator("#said")).to_contain_text("Đã duyệt và gộp 3 câu")
    expect(page.locator("#n-pending")).to_have_text("0")
    assert sorted(states(main, ids)) == ["approved", "merged", "merged"]
    page.keyboard.press("z")
    expect(page.locator("#said")).to_contain_text("Đã hoàn tác việc duyệt và gộp")
    expect(page.locator("#n-pending")).to_have_text("3")
    assert states(main, ids) == ["pending"] * 3

    expect(page.locator(".bundle-n .job-on")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    out = chosen(page)
    assert out != f"q-{alone[0]}"
    page.keyboard.press("s")  # one is taken out
    expect(page.locator(".bundle-n .job")).to_have_count(2)
    page.keyboard.press("z")
    expect(page.locator(".bundle-n .job")).to_have_count(3)

    clear(main, server)
    expect(page.locator("#n-pending")).to_have_text("0")
    ids = put(main, server, list(UNLIKE[:3]))
    expect(page.locator("#queue-live .job")).to_have_count(3)
    for key in "xxm":
        page.keyboard.press(key)
    expect(page.locator("#said")).to_contain_text("Đã gộp 3 câu")
    assert sorted(states(main, ids)) == ["merged", "merged", "pending"]
    expect(page.locator("[name=chosen]:checked")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("#n-pending")).to_have_text("3")
    figure("alike: 1 key, others: 3 keys (X X M), taken apart: 1 key; a half-typed reason stayed")


@pytest.mark.browser
def test_each_control_says_what_it_does_and_to_what(opened: Opener, server: Running, main: Database) -> None:
    """Accessible names word by word, and the question as the description; the veil, on a phone, by keyboard."""
    clear(main, server)
    put(main, server, [*ALIKE, UNLIKE[0]])
    page = opened(PHONE)
    staff(page, server, "moderator", "moderate")
    page.context.clear_cookies(name=f"own_screen_{server.sample['code']}")
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Màn hình này có đang chiếu ra hội trường không?")).to_be_visible()
    assert page.locator(".job [id^=b-]").count() == 0
    page.get_by_role("button", name="Màn hình này không chiếu ra hội trường").press("Enter")
    group = page.get_by_role("group", name="3 câu có thể giống nhau")
    expect(group).to_be_visible()
    lead = group.locator(".job").first
    body = lead.locator(".q-body").inner_text().strip()
    expect(lead).to_have_accessible_name(body)
    approve = lead.get_by_role("button", name="Duyệt và gộp 3 câu", exact=True)
    expect(approve).to_have_accessible_description(body)
    for name in ("Giữ", "Việc khác"):
        expect(lead.get_by_text(name, exact=True).or_(lead.get_by_label(name, exact=True)).first).to_be_visible()
    assert group.get_by_role("button", name="Lấy làm câu chính", exact=True).count() == 2
    assert group.get_by_role("button", name="Tách ra", exact=True).count() == 2
    expect(group.get_by_role("button", name=re.compile("^Không giống"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Hoàn tác"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Che lại"))).to_be_visible()
    keys = page.locator("#bar button:visible")
    # What came in the same five minutes stands in random order, so the job that is chosen may be the fourth question.
    lead.evaluate("one => { one.focus(); one.scrollIntoView({ block: 'center' }); }")
    expect(keys).to_have_text(["Không giống", "Giữ", "Duyệt và gộp 3 câu"], use_inner_text=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    keys.filter(has_text="Duyệt và gộp 3 câu").click()
    expect(page.get_by_role("status").filter(has_text="Đã duyệt và gộp 3 câu")).to_have_count(1)
    expect(keys).to_have_text(["Không đưa lên", "Giữ", "Duyệt"], use_inner_text=True)


def texts(many: int) -> list[str]:
    """What members type: a third of it alike, one of it an insult."""
    found = [ALIKE[number // 3 % 3] if number % 3 == 0 else unlike(1000 + number) for number in range(many)]
    found[many // 2 + (many // 2 % 3 == 0)] = INSULT
    return found


def wave(server: Running, bodies: list[str], seconds: float, sent: list[float]) -> None:
    """Each of them from a phone of its own that has entered the room; `sent` says when."""
    start, code = time.monotonic(), server.sample["code"]
    for number, body in enumerate(bodies):
        time.sleep(max(0.0, start + number * seconds / len(bodies) - time.monotonic()))
        phone = member(server.url, code)
        data = {"body": body, "client_id": f"wave{number}", "csrf_token": phone.csrf(f"/d/{code}"), "anyway": "1"}
        answer = phone.post(f"/d/{code}/questions", data, Accept="application/json")
        assert answer.status == 201, answer.text
        sent.append(time.monotonic())


def refuse(page: Page) -> None:
    """With the first of the published reasons."""
    for key in ("r", "ArrowDown", "Enter"):
        page.keyboard.press(key)


def waiting(main: Database, before: set[str]) -> int:
    """How many of the newcomers nobody has decided."""
    with main.reading() as session:
        return sum(row.id not in before for row in session.query(Question).filter_by(state="pending"))


def run(opened: Opener, server: Running, main: Database, many: int, seconds: float) -> tuple[float, int]:
    """One moderator by keys alone; how long the last one waited from sending to decision, and the keys that were eaten."""
    clear(main, server)
    page = staff(opened(LAPTOP), server, "moderator", "moderate")
    telex, sent, bodies = Telex(page), list[float](), texts(many)
    with main.reading() as session:
        before = {question_id for (question_id,) in session.query(Question.id)}
    typing = threading.Thread(target=wave, args=(server, bodies, seconds, sent))
    typing.start()
    while typing.is_alive() or waiting(main, before):
        if not chosen(page):
            page.wait_for_timeout(50)
        elif INSULT in str(page.locator(".job-on").text_content()):
            decide(page, lambda: refuse(page))
            telex.away()
        else:
            decide(page, lambda: telex.press("a"))
    typing.join()
    waited = time.monotonic() - sent[-1]
    with main.reading() as session:
        made = [row for row in session.query(Question) if row.id not in before]
    assert sorted(row.body for row in made) == sorted(bodies)
    assert [row.body for row in made if row.state == "rejected"] == [INSULT]
    assert [row.body for row in made if row.state == "pending"] == []
    return waited, telex.swallowed


@pytest.mark.browser
@pytest.mark.claim(
    "moderation", "8 questions in a minute: one moderator by keys decides the last within 90 s of its arrival"
)
def test_eight_in_a_minute(opened: Opener, server: Running, main: Database, figure: Figure) -> None:
    """Sent within 16 s, a third alike, one an insult; the typing program runs all the while."""
    waited, swallowed = run(opened, server, main, 8, 16)
    figure(f"the last of 8 decided {waited:.1f} s after it was sent; {swallowed} keys eaten and pressed again")
    assert waited < 90


@pytest.mark.night
@pytest.mark.browser
@pytest.mark.timeout(700)
@pytest.mark.claim(
    "moderation", "40 questions in 5 minutes: one moderator by keys decides the last within 90 s of its arrival"
)
def test_forty_in_five_minutes(opened: Opener, server: Running, main: Database, figure: Figure) -> None:
    """The same for five minutes."""
    waited, swallowed = run(opened, server, main, 40, 300)
    figure(f"the last of 40 decided {waited:.1f} s after it was sent; {swallowed} keys eaten and pressed again")
    assert waited < 90
