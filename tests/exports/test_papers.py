"""Papers: measured in the XML against the tables of the two regimes, the same in both prints, opened by another program."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from survey.exports import making_papers
from survey.exports import measure
from survey.exports import minutes
from survey.exports import packing
from survey.exports import paper_list
from survey.exports import paper_tables
from survey.exports import papers
from survey.exports import write_docx
from survey.exports import write_html
from survey.exports.papers import Paper
from survey.exports.scene import Scene
from survey.followups.steps import State as Step
from survey.questions.state import State
from tests.conftest import need
from tests.exports import paper_scenes as scenes

SCENES = {"sample": scenes.sample, "empty": scenes.empty, "extreme": lambda regime="union": scenes.extreme(regime, 8)}
# What the guidance of the Union and the decree of the state say, in points; (size, bold, italic).
RULES: dict[str, dict[str, Any]] = {
    "union": {
        "right": [("ĐOÀN TNCS HỒ CHÍ MINH", (15, True, False))], "superior": (14, False, False), "issuer": (14, True, False),
        "number": ("Số:        -TB/CĐ", (14, False, False)), "date": (13, False, True), "kind": (16, True, False),
        "about": (14, True, False), "capacity": (14, True, False), "post": (14, False, False), "to": (13, True, False),
        "letter": "Số:        -CV/CĐ",
    },
    "state": {
        "right": [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (13, True, False)), ("Độc lập - Tự do - Hạnh phúc", (14, True, False))],
        "superior": (13, False, False), "issuer": (13, True, False), "number": ("Số:        /TB-SNV", (13, False, False)),
        "date": (14, False, True), "kind": (14, True, False), "about": (14, True, False), "capacity": (14, True, False),
        "post": (14, True, False), "to": (12, True, True), "letter": "Số:        /SNV",
    },
}  # fmt: skip


def opened(paper: Paper) -> Any:
    """The DOCX as python-docx reads it."""
    return docx.Document(io.BytesIO(write_docx.write(paper)))


def all_of(scene: Scene) -> Iterator[Paper]:
    """Every paper of a scene, the letters of reminder among them."""
    yield from (kind.make(scene) for kind in paper_list.KINDS)
    yield from (paper_tables.reminder(scene, unit_id) for unit_id in making_papers.owing(scene))


def looks(where: Any) -> dict[str, tuple[float, bool, bool]]:
    """The looks of each line that has one piece."""
    found = ((line.text, line.runs[0]) for line in where.paragraphs if len(line.runs) == 1)
    return {text: (run.font.size.pt, bool(run.bold), bool(run.italic)) for text, run in found if text}


def drawn(paragraph: Any) -> float:
    """The length of the rule that the paragraph draws, as what its indents take away."""
    return float(paragraph.paragraph_format.left_indent.mm + paragraph.paragraph_format.right_indent.mm)


@pytest.mark.claim("followup", "margins, fonts and blocks of the papers agree with the tables of both regimes")
@pytest.mark.parametrize("regime", ["union", "state"])
def test_papers_are_set_as_their_regime_says(regime: str, figure: Any) -> None:
    rules, document = RULES[regime], opened(paper_list.BY_NAME["notice"].make(scenes.sample(regime)))
    (section,) = document.sections
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(edge.mm) for edge in edges] == [20, 20, 30, 20]
    normal = document.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt) == ("Times New Roman", 14)
    named = {value for one in document.element.iter(qn("w:rFonts")) for value in one.attrib.values()}
    assert named == set(), "no line has a font of its own"
    left, right = document.tables[0].rows[0].cells
    header = looks(left) | looks(right)
    assert header["ĐOÀN KHỐI CÁC CƠ QUAN TỈNH"] == rules["superior"]
    assert header["CHI ĐOÀN SỞ NỘI VỤ"] == rules["issuer"]
    assert [(line.text, header[line.text]) for line in right.paragraphs[: len(rules["right"])]] == rules["right"]
    assert ("***" in header) is (regime == "union")
    number, look = rules["number"]
    assert header[number] == look
    assert header["Cà Mau, ngày      tháng      năm"] == rules["date"]
    assert header["DỰ THẢO"] == (13.0, True, False)
    body = looks(document)
    assert body["THÔNG BÁO"] == rules["kind"]
    assert next(look for text, look in body.items() if text.startswith("Kết luận của")) == rules["about"]
    assert ("-------" in body) is (regime == "union")
    lines = [line for line in document.paragraphs if line.text.startswith("1. Các đơn vị được giao")]
    how = lines[0].paragraph_format
    assert (round(how.first_line_indent.mm, 1), how.space_after.pt, lines[0].runs[0].font.size.pt) == (12.7, 6, 14)
    assert 1.0 <= normal.paragraph_format.line_spacing <= 1.2
    assert str(lines[0].alignment) == "JUSTIFY (3)"
    recipients, signer = document.tables[-1].rows[0].cells
    assert looks(recipients)["Nơi nhận:"] == rules["to"]
    assert {look for text, look in looks(recipients).items() if text.startswith("- ")} == {(11, False, False)}
    listed = [line.text for line in recipients.paragraphs if line.text.startswith("- ")]
    assert [line[-1] for line in listed] == [*";" * (len(listed) - 1), "."]
    found = looks(signer)
    capacity, post = [line.text for line in signer.paragraphs if line.text]
    assert (found[capacity], found[post]) == (rules["capacity"], rules["post"])
    assert section.different_first_page_header_footer
    assert 'w:instr="PAGE"' in section.header._element.xml
    assert 'w:sz w:val="26"' in section.header._element.xml, "13 points"
    figure(f"{regime}: margins, font, 12 kinds of lines")


@pytest.mark.parametrize("regime", ["union", "state"])
def test_rules_are_drawn_as_long_as_the_text_above(regime: str) -> None:
    document = opened(paper_list.BY_NAME["notice"].make(scenes.sample(regime)))
    left, right = document.tables[0].rows[0].cells
    share = {"union": 0.55, "state": 0.62}[regime]
    text, (size, *_rest) = RULES[regime]["right"][-1]
    below = next(line for line in right.paragraphs if line.paragraph_format.left_indent)
    assert 160 * share - drawn(below) == pytest.approx(measure.millimetres(text, size), abs=0.5)
    if regime == "state":
        short = next(line for line in left.paragraphs if line.paragraph_format.left_indent)
        above = measure.millimetres("CHI ĐOÀN SỞ NỘI VỤ", 13)
        assert above / 3 <= 160 * 0.38 - drawn(short) <= above / 2


def test_tables_lie_across_and_overdue_is_red_and_bold() -> None:
    for name in ("summary", "tracking"):
        (section,) = opened(paper_list.BY_NAME[name].make(scenes.sample())).sections
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    table = opened(paper_list.BY_NAME["tracking"].make(scenes.sample())).tables[1]
    assert [cell.text for cell in table.rows[0].cells] == list(paper_tables.TRACKING)
    marked = [
        all(run.bold and str(run.font.color.rgb) == "C00000" for cell in row.cells
            for line in cell.paragraphs for run in line.runs)
        for row in table.rows[1:]
    ]  # fmt: skip
    assert marked == [True, True, False, False]
    assert [row.cells[6].text for row in table.rows[1:3]] == ["Quá hạn (đã giao)", "Quá hạn (đã giao)"]
    assert table.rows[3].cells[7].text == "Đã sửa.\nVăn bản: 15/TB-SNV ngày 12/4/2026"


def test_summary_goes_by_topic_and_adds_up() -> None:
    table = opened(paper_list.BY_NAME["summary"].make(scenes.sample())).tables[1]
    assert [cell.text for cell in table.rows[0].cells] == list(paper_tables.SUMMARY)
    heads = [row.cells[0].text for row in table.rows if row.cells[0].text == row.cells[6].text != ""]
    assert heads == [f"{part}. {topic} (3 câu)" for part, topic in zip(("I", "II", "III"), scenes.TOPICS, strict=True)]
    total = [cell.text for cell in table.rows[-1].cells]
    assert total[1:] == [
        "Tổng cộng: 9 câu", "", str(sum(100 - n for n in range(1, 10))), "Trả lời trực tiếp 7; chuyển đơn vị, bằng văn bản 1",
        "4 kiến nghị", "",
    ]  # fmt: skip


def test_letters_go_to_each_unit_that_owes_and_to_nobody_else() -> None:
    scene = scenes.sample()
    assert list(making_papers.owing(scene).values()) == ["Phòng Tổ chức cán bộ", "Văn phòng Sở"]
    for regime in ("union", "state"):
        letter = opened(paper_tables.reminder(scenes.sample(regime), "u2"))
        header = looks(letter.tables[0].rows[0].cells[0])
        assert RULES[regime]["letter"] in header
        assert header["V/v đôn đốc giải quyết kiến nghị sau đối thoại"] == (12.0, False, regime == "union")
        assert letter.paragraphs[0].text == "Kính gửi: Văn phòng Sở"
        assert [row.cells[1].text for row in letter.tables[1].rows[1:]] == ["Sửa phòng máy số 7 (kiến nghị 7)"]
        assert [row.cells[3].text for row in letter.tables[1].rows[1:]] == ["10"]


def test_minutes_are_signed_left_by_the_secretary_and_right_by_the_chair() -> None:
    document = opened(paper_list.BY_NAME["minutes"].make(scenes.sample()))
    assert [cell.text.split("\n")[0] for cell in document.tables[-1].rows[0].cells] == ["THƯ KÝ", "CHỦ TỌA"]
    text = "\n".join(line.text for line in document.paragraphs)
    assert "Thời gian bắt đầu: 8 giờ 00, ngày 26 tháng 3 năm 2026." in text
    assert "Hội nghị kết thúc vào 10 giờ 00, ngày 26 tháng 3 năm 2026./." in text
    assert "Câu hỏi (Chi đoàn Văn phòng; 91 lượt ủng hộ)" in text
    assert "Trả lời (Đ/c B): Đã ghi nhận." in text
    assert "1. “Thông qua quy chế”. Biểu quyết: 30/34 tán thành." in text


def test_gaps_are_named_and_marked_and_nothing_else_is() -> None:
    notice = paper_list.BY_NAME["notice"].make(scenes.sample())
    assert papers.gaps(notice) == {
        "thành phần dự": 1, "nhận xét chung của người chủ trì": 1, "đơn vị chủ trì": 1, "thời hạn": 1,
        "tóm tắt trả lời": 1, "kết luận, đơn vị và thời hạn": 1, "đơn vị theo dõi, đôn đốc": 1,
    }  # fmt: skip
    document = opened(notice)
    marked = [run.text for line in document.paragraphs for run in line.runs if run.font.highlight_color]
    assert len(marked) == 7
    assert all(text.startswith("[Bổ sung: ") for text in marked)
    assert write_html.write(notice).count('<span class="gap">') == 7


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
def test_units_of_askers_stay_out_where_entry_is_anonymous(entry: str) -> None:
    board = (
        scenes.asked(1, State.ANSWERED, source="paper", unit="Chi đoàn Mật"),
        scenes.asked(2, State.ANSWERED, site="Huyện Cái Nước"),
        scenes.asked(3, State.ANSWERED, source="spoken", unit="Chi đoàn Nói"),
    )  # fmt: skip
    scene = scenes.sample(board=board, dialogue=scenes.dialogue(entry=entry), recommended=())
    said = " ".join(write_html.write(paper) for paper in all_of(scene))
    assert ("Chi đoàn Mật" in said) is (entry == "open")
    assert "Chi đoàn Nói" in said
    assert [scene.asker(row) for row in board[1:]] == ["Huyện Cái Nước", "Chi đoàn Nói"]


class _Words(HTMLParser):
    """What a page says, and the looks of each cell are not its business."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.skipped = [], False  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Style and title are not on the paper, nor are the figures beside drawn bars, which a chart holds by itself."""
        self.skipped = (
            tag in {"style", "title"}
            or (tag == "table" and ("class", "bars") in attrs)
            or (self.skipped and tag != "p")
        )

    def handle_endtag(self, tag: str) -> None:
        """The paper goes on."""
        self.skipped = self.skipped and tag not in {"style", "title", "table"}

    def handle_data(self, data: str) -> None:
        """Take the words."""
        if not self.skipped:
            self.said.append(data)


def words_of_docx(paper: Paper) -> list[str]:
    """Every word of the DOCX, in no order; a cell that lies across is one."""
    document = opened(paper)
    cells = [
        cell
        for table in document.tables
        for cell in {id(one._tc): one for row in table.rows for one in row.cells}.values()
    ]
    lines = [line.text for where in (document, *cells) for line in where.paragraphs]
    return sorted(" ".join(lines).split())


def words_of_html(paper: Paper) -> list[str]:
    """Every word of the page from which the PDF is printed."""
    words = _Words()
    words.feed(write_html.write(paper))
    return sorted(re.sub(r"\s+", " ", " ".join(words.said).replace("\u00a0", " ")).split())


@pytest.mark.parametrize("regime", ["union", "state"])
@pytest.mark.parametrize("name", list(SCENES))
def test_both_prints_say_the_same_words(name: str, regime: str) -> None:
    for paper in all_of(SCENES[name](regime)):
        ours, theirs = words_of_docx(paper), words_of_html(paper)
        assert "".join(sorted("".join(ours))) == "".join(sorted("".join(theirs))), paper.kind
        assert len(ours) > 40, "the control: there is something to say"


def test_a_paper_comes_out_of_its_packet_as_it_went_in() -> None:
    for paper in all_of(scenes.sample()):
        assert packing.unpack(packing.pack(paper)) == paper


def test_charts_hold_the_figures_that_were_published() -> None:
    document = opened(paper_list.BY_NAME["surveys"].make(scenes.sample()))
    parts = [part.blob.decode() for part in document.part.package.iter_parts() if "chart" in str(part.partname)]
    assert len(parts) == 2
    assert re.findall(r"<c:v>([^<]*)</c:v>", parts[0]) == ["Lương", "Đào tạo", "Nhà ở", "15", "5", "0"]
    table = document.tables[1]
    assert [[cell.text for cell in row.cells] for row in table.rows[1:]] == [
        ["Lương", "15", "75,0 %"], ["Đào tạo", "5", "25,0 %"], ["Nhà ở", "dưới 5", "–"],
    ]  # fmt: skip
    few = opened(paper_list.BY_NAME["surveys"].make(scenes.sample(surveys=(scenes.survey(4),))))
    assert "Chưa đủ năm phiếu trả lời nên không có số liệu." in "\n".join(line.text for line in few.paragraphs)


def convert(folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    """What LibreOffice reads in each of these DOCX, once it has printed them."""
    need(shutil.which("soffice") and Path("/usr/lib/libreoffice/program/libswdlo.so").exists(), "LibreOffice Writer")
    need(shutil.which("pdftotext"), "poppler-utils")
    for name, content in files.items():
        (folder / f"{name}.docx").write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir",
               str(folder), *(str(folder / f"{name}.docx") for name in files)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return {name: printed((folder / f"{name}.pdf").read_bytes()) for name in files}


def printed(content: bytes) -> str:
    """The words of a PDF in one line."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, check=True, capture_output=True, timeout=60)
    return " ".join(done.stdout.decode().split())


@pytest.mark.claim("followup", "every paper opens in LibreOffice without repair")
def test_libreoffice_opens_every_paper(tmp_path: Path, figure: Any) -> None:
    made = {f"{name}-{at}": one for name in ("sample", "empty") for at, one in enumerate(all_of(SCENES[name]()))}
    made |= {
        name: paper_list.BY_NAME[name].make(scenes.extreme(questions=6)) for name in ("minutes", "summary", "tracking")
    }
    read = convert(tmp_path, {name: write_docx.write(paper) for name, paper in made.items()})
    for name, paper in made.items():
        assert (paper.signatures[-1].capacity if paper.signatures else paper.kind.upper()) in read[name], name
    figure(f"{len(made)} papers of three scenes")


@pytest.mark.night
@pytest.mark.claim(
    "followup", "papers of 500 questions with answers of 2,000 characters open in LibreOffice and print as PDF"
)
def test_libreoffice_opens_the_largest_papers(tmp_path: Path, figure: Any) -> None:
    scene = scenes.extreme()
    wanted = {name: paper_list.BY_NAME[name].make(scene) for name in ("minutes", "notice", "ranking")}
    read = convert(tmp_path, {name: making_papers.written(paper, "docx") for name, paper in wanted.items()})
    assert all(paper.signatures[-1].capacity in read[name] for name, paper in wanted.items() if paper.signatures)
    pages = making_papers.written(wanted["notice"], "pdf")
    assert pages.startswith(b"%PDF")
    figure(f"{sum(map(len, read.values())):,} characters read")


@pytest.mark.claim("followup", "PDF papers embed their font, which has every Vietnamese letter")
def test_pdf_embeds_its_letters(tmp_path: Path, figure: Any) -> None:
    need(making_papers.can_print() and shutil.which("pdffonts"), "WeasyPrint and poppler-utils")
    low = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
    toned = "".join(
        f"{base}{tone}" for base in "aăâeêioôơuưy" for tone in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    )
    letters = sorted({*unicodedata.normalize("NFC", low + toned + (low + toned).upper())})
    text = " ".join(letters)
    looks = tuple(papers.Run(text, bold=bold, italic=italic) for bold in (False, True) for italic in (False, True))
    paper = replace(
        paper_list.BY_NAME["notice"].make(scenes.sample()), blocks=tuple(papers.Text((run,)) for run in looks)
    )
    content = making_papers.written(paper, "pdf")
    (tmp_path / "a.pdf").write_bytes(content)
    done = subprocess.run(["pdffonts", str(tmp_path / "a.pdf")], check=True, capture_output=True, timeout=60)
    fonts = [line.split() for line in done.stdout.decode().splitlines()[2:]]
    assert {font[0].split("+")[1] for font in fonts} == {"Tinos", "Tinos-Bold", "Tinos-Italic", "Tinos-Bold-Italic"}
    assert {tuple(font[-5:-3]) for font in fonts} == {("yes", "yes")}, "embedded, cut down"
    said = printed(content)
    assert {letter for letter in letters if said.count(letter) < len(looks)} == set()
    figure(f"{len(letters)} letters in 4 cuts")


def test_the_guide_of_members_fills_one_page(tmp_path: Path) -> None:
    need(making_papers.can_print() and shutil.which("pdfinfo"), "WeasyPrint and poppler-utils")
    scene = replace(
        scenes.extreme(questions=3), dialogue=scenes.dialogue(entry="roll+tickets", theme=scenes.LONG[:160])
    )
    content = making_papers.make(scene, "guide", "pdf")[0]
    done = subprocess.run(["pdfinfo", "-"], input=content, check=True, capture_output=True, timeout=60)
    assert re.search(rb"Pages:\s+1\n", done.stdout)


EVERY_WAY: dict[str, dict[str, object]] = {
    "open": {"entry": "open"}, "tickets": {"entry": "tickets"}, "roll": {"entry": "roll"},
    "roll+tickets": {"entry": "roll+tickets"}, "blind": {"entry": "roll", "issue_key": b"k"},
    "blind+tickets": {"entry": "roll+tickets", "issue_key": b"k"},
}  # fmt: skip


@pytest.mark.claim("followup", "papers say of the ballot what is true in the way in that the dialogue has")
@pytest.mark.parametrize("way", list(EVERY_WAY))
def test_papers_say_of_the_ballot_what_is_true_in_every_way_in(way: str, figure: Any) -> None:
    """Each sentence that is true of some ways only, against the ways in which it may stand."""
    dialogue = scenes.dialogue(**EVERY_WAY[way])
    scene = scenes.sample(dialogue=dialogue)
    made = {name: paper_list.BY_NAME[name].make(scene) for name in ("plan", "invitation", "rules", "guide", "script")}
    said = {name: spoken(paper.blocks) for name, paper in made.items()} | {"count": spoken(minutes._opening(dialogue))}
    weak, by_roll = way.startswith("roll"), not way.startswith(("open", "tickets"))
    whole = [name for name in said if name not in {"guide", "script"}]
    assert {name: "chế độ yếu" in said[name].lower() for name in said} == dict.fromkeys(said, weak)
    assert {name: "ký mù" in said[name] for name in whole} == dict.fromkeys(whole, way.startswith("blind"))
    linked = "nối được phiếu với người nhận bằng đường dẫn" in said["rules"] + said["guide"] + said["invitation"]
    assert linked is weak
    assert ("không ai biết ai đã hỏi" in said["invitation"]) is not weak
    assert ("Người hỏi được giữ kín" in said["plan"]) is not weak
    assert ("Máy chủ chỉ biết có một phiếu" in said["guide"]) is not weak
    one = {"open": "mỗi thiết bị một phiếu", "tickets": "mỗi thẻ một phiếu"}.get(way, "mỗi người một phiếu")
    others = {"mỗi thiết bị một phiếu", "mỗi thẻ một phiếu", "mỗi người một phiếu"} - {one}
    for name in ("plan", "invitation", "rules", "count"):
        assert one in said[name].lower(), name
        assert not [other for other in others if other in said[name].lower()], name
    assert ("gửi câu hỏi trước" in said["invitation"]) is (way != "tickets"), "a card is dead until the hall opens"
    assert ("đường dẫn cá nhân" in said["rules"]) is by_roll
    figure(f"{way}: {len(said)} papers")


def spoken(blocks: Iterable[papers.Block]) -> str:
    """The sentences among these blocks."""
    return " ".join(papers.plain(block.text) for block in blocks if isinstance(block, papers.Text))


def test_properties_of_tables_stand_in_the_order_of_the_schema() -> None:
    """ECMA-376, CT_TblPr: a strict reader repairs a file in which one comes too late."""
    order = ("tblStyle", "tblpPr", "tblOverlap", "bidiVisual", "tblStyleRowBandSize", "tblStyleColBandSize", "tblW", "jc",
             "tblCellSpacing", "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook")  # fmt: skip
    seen = set()
    for paper in all_of(scenes.sample()):
        for held in opened(paper).element.iter(qn("w:tblPr")):
            places = [order.index(one.tag.rpartition("}")[2]) for one in held]
            assert places == sorted(places), paper.kind
            seen |= {order[place] for place in places}
    assert "tblCellMar" in seen, "the control: some have margins of their own"


def test_a_deadline_stands_on_its_day_and_minutes_know_nothing_of_later() -> None:
    """Refused, passed up, made the day after, made in the hall: who stands in the minutes, the notice and the table."""
    due, later = dt.date(2026, 12, 1), scenes.START + dt.timedelta(days=1)
    todo = tuple(
        replace(one, due=due, overdue=False)
        for one in (
            scenes.wanted(1, scenes.UNITS[0], due), scenes.wanted(2, scenes.UNITS[0], due, state=Step.REFUSED, done_at=later),
            scenes.wanted(3, scenes.UNITS[1], due, state=Step.PASSED_UP, done_at=later),
            scenes.wanted(7, scenes.UNITS[1], due, created_at=later),
            scenes.wanted(8, scenes.UNITS[1], due, state=Step.SOLVED, done_at=later),
        )
    )  # fmt: skip
    scene = scenes.sample(recommended=todo, held_until=scenes.START.date())
    said = {name: spoken(paper_list.BY_NAME[name].make(scene).blocks) for name in ("minutes", "notice", "tracking")}
    for name, numbers in (("minutes", [1, 8]), ("notice", [1, 7, 8])):
        assert [n for n in (1, 2, 3, 7, 8) if f"Sửa phòng máy số {n}." in said[name]] == numbers, name
        assert said[name].count("hoàn thành chậm nhất ngày 1/12/2026") == len(numbers), name
        assert "trước ngày 1/12" not in said[name]
    open_ = replace(scene, held_until=None)
    assert "Sửa phòng máy số 7." in spoken(paper_list.BY_NAME["minutes"].make(open_).blocks), "the hall is not over"
    assert "2 câu chưa giao" not in said["notice"], "what was refused was given to somebody"
    assert (
        "Tổng số 5 kiến nghị; đã trả lời, giải quyết 1; chuyển cấp trên 1; không chấp nhận 1; quá hạn 0."
        in said["tracking"]
    )
