"""Cards as a file, where WeasyPrint and Pango are; without them nothing else changes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from survey.core.paths import resources
from survey.desk import pdf
from survey.desk import pdf_worker
from survey.dialogues import sites
from survey.room import tickets
from survey.room import voiding
from survey.room.tickets import Count
from tests.conftest import make_cast
from tests.conftest import need
from tests.desk.test_cards import send


@pytest.fixture
def cast(app):
    """A hall that is open to cards."""
    return make_cast(app, "open_hall", entry="tickets")


def text_of(content: bytes, folder: Path) -> list[str]:
    """The words of each page."""
    need(shutil.which("pdftotext"), "pdftotext (poppler-utils)")
    file = folder / "cards.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True)
    return done.stdout.removesuffix("\f").split("\f")


def fonts_of(content: bytes, folder: Path) -> bytes:
    """What `pdffonts` says of the file."""
    file = folder / "cards.pdf"
    file.write_bytes(content)
    return subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.replace(b"-", b"")


def count(cast, site=None):
    with cast.reading() as session:
        return tickets.count(session, cast.dialogue_id, site)


def test_the_file_has_the_sheets_with_their_codes(cast, tmp_path):
    need(pdf.available(), "WeasyPrint with Pango (pip install .[pdf], libpango-1.0-0, libpangoft2-1.0-0)")
    organiser, page = cast.staff("organiser"), f"{cast.desk}/cards"
    assert f'formaction="{page}/pdf"' in organiser.get(page).text
    answer = send(organiser, f"{page}/pdf", page, cards="20")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"the-{cast.code}-to-1-3.pdf" in answer.headers["Content-Disposition"]
    pages = text_of(answer.data, tmp_path)
    assert [len(re.findall(r"\b[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}\b", one)) for one in pages] == [8, 8, 4]
    assert "Tờ 3" in pages[2]
    assert "Không ai ghi ai đã rút thẻ nào." in pages[0]
    assert b"BeVietnamPro" in fonts_of(answer.data, tmp_path), "our own letters, whatever this machine has"
    key = cast.keys.get(cast.dialogue_id, "ticket")
    codes = re.findall(r"\b[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}\b", "".join(pages))
    answers = cast.write(voiding.void_returned, key, cast.dialogue_id, codes, actor="test")
    assert {state for _line, state in answers} == {"voided"}, "they are the cards that were written"
    assert count(cast) == Count(20, 0, 20)


def test_a_host_makes_a_file_of_the_own_share(cast):
    need(pdf.available(), "WeasyPrint with Pango (pip install .[pdf], libpango-1.0-0, libpangoft2-1.0-0)")
    cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 8)
    host, page = cast.staff("host", site=1), f"{cast.desk}/sites/1"
    assert send(host, f"{page}/cards/pdf", page, cards="9").status_code == 422
    assert send(host, f"{page}/cards/pdf", page, cards="8").data.startswith(b"%PDF")
    assert count(cast, 1) == Count(8, 0, 0)


def test_a_file_that_cannot_be_made_leaves_no_good_card(cast, monkeypatch):
    """The process dies: nobody has seen the codes, so they are void, and the page says what to do."""
    monkeypatch.setattr(pdf, "available", lambda: True)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    organiser, page = cast.staff("organiser"), f"{cast.desk}/cards"
    answer = send(organiser, f"{page}/pdf", page, cards="12")
    assert answer.status_code == 503
    assert "lô vừa làm đã hủy" in answer.text
    assert 'value="12"' in answer.text
    assert count(cast) == Count(12, 0, 12)


def test_too_many_for_one_file_print_nothing(cast, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: True)
    organiser, page = cast.staff("organiser"), f"{cast.desk}/cards"
    answer = send(organiser, f"{page}/pdf", page, cards=str(pdf.MOST_CARDS + 1))
    assert (answer.status_code, "Một tệp PDF nhiều nhất 800 thẻ" in answer.text) == (422, True)
    assert count(cast) == Count()


def test_without_the_extra_the_page_offers_no_file(cast, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    organiser, page = cast.staff("organiser"), f"{cast.desk}/cards"
    assert "/pdf" not in organiser.get(page).text
    answer = send(organiser, f"{page}/pdf", page, cards="8")
    assert (answer.status_code, "chưa cài phần làm PDF" in answer.text) == (403, True)
    assert count(cast) == Count()


def test_the_style_takes_its_fonts_from_the_disk():
    style = pdf_worker.style(resources("static"))
    assert style.count("@font-face") == 2
    assert set(re.findall(r"url\((\w+):", style)) == {"file"}
