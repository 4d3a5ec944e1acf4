"""In by a credential: one a member, the same ballot however often, and nothing that is forged."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import lifecycle
from survey.core import blind
from survey.core import blinding
from survey.core import phrase
from survey.core.blinding import b64
from survey.core.blinding import unb64
from survey.roll import removal
from survey.roll import service
from survey.roll.models import Issue
from survey.room.models import Ballot
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

JSON = {"Accept": "application/json"}


@dataclass
class Strong:
    """A dialogue whose roll signs ballots without seeing them, and the phone's half in Python."""

    cast: Cast
    mai: str = ""
    binh: str = ""
    ba: str = ""

    @property
    def public(self) -> bytes:
        """The key as every phone gets it."""
        said = self.cast.stranger().get(f"{self.cast.base}/key", headers=JSON).get_json()
        return base64.b64decode(said["key"])

    def opened(self, member: str) -> FlaskClient:
        """A browser that has opened this member's link."""
        phone = self.cast.stranger()
        token = csrf(phone, f"/m/{self.cast.code}")
        sent = {"csrf_token": token, "token": self.cast.personal(member).token}
        assert phone.post(f"/m/{self.cast.code}/session", data=sent, headers=JSON).status_code == 200
        return phone

    def ask(self, phone: FlaskClient, request: bytes) -> TestResponse:
        """Have a request signed."""
        token = csrf(phone, f"/m/{self.cast.code}")
        data = {"csrf_token": token, "blinded": b64(request)}
        return phone.post(f"/m/{self.cast.code}/credential", data=data, headers=JSON)

    def credential(self, member: str) -> dict[str, str]:
        """What a member's phone holds in the end."""
        blinded = blinding.conceal(self.public, blinding.new_message(self.public))
        answer = self.ask(self.opened(member), blinded.request)
        assert answer.status_code == 200, answer.text
        signed = blinding.reveal(self.public, blinded, unb64(answer.get_json()["signature"]))
        return {"msg": b64(blinded.message), "sig": b64(signed)}

    def enter(self, phone: FlaskClient, sent: dict[str, str]) -> TestResponse:
        """Come in, as the room's script does: with those who wait at the gate, where it is asked to wait."""
        answer = phone.post(f"{self.cast.base}/entry", data=sent, headers=JSON)
        if answer.status_code != 202:
            return answer
        self.cast.let_in()
        return phone.post(f"{self.cast.base}/entry", data=sent, headers=JSON)

    def counts(self) -> tuple[int, int]:
        """Places taken, ballots in."""
        with self.cast.stores.roll.reading() as roll, self.cast.reading() as room:
            return (
                roll.scalar(select(func.count()).select_from(Issue)) or 0,
                room.scalar(select(func.count()).select_from(Ballot)) or 0,
            )


@pytest.fixture
def strong(app: Flask) -> Strong:
    """Mai, Bình and Ba on a frozen roll, before the opening."""
    cast = make_cast(app, "collect", entry="roll", strong=True)
    members = [cast.enrol(name) for name in ("Mai", "Bình", "Ba")]
    cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
    return Strong(cast, *members)


def _open(strong: Strong) -> None:
    lifecycle.take(strong.cast.stores, strong.cast.dialogue_id, "live", actor="test")


def test_the_way_in_over_http(strong: Strong) -> None:
    """Signed before the opening, in after it; the roll's browser and the room's are strangers to each other."""
    held = strong.credential(strong.mai)
    early, phone = strong.enter(strong.cast.stranger(), held), strong.cast.stranger()
    assert (early.status_code, early.get_json()["error"], strong.counts()) == (403, "not_now", (1, 0))
    _open(strong)
    for _again in range(2):
        answer = strong.enter(phone, held)
        assert (answer.status_code, answer.get_json()["entered"]) == (200, True)
    assert strong.counts() == (1, 1)
    kept = phone.get_cookie("ballot", path=strong.cast.base)
    assert kept is not None
    assert kept.http_only
    assert strong.enter(strong.cast.stranger(), held).status_code == 200  # another phone with it: the same ballot
    assert strong.counts() == (1, 1)
    assert strong.enter(phone, strong.credential(strong.binh)).status_code == 409  # another's ballot on this phone
    assert strong.counts() == (2, 1)


def test_the_same_request_has_one_answer_and_another_none(strong: Strong) -> None:
    """Lost answers cost nothing, a second request is refused, nothing that is no request is signed or binds."""
    phone, public = strong.opened(strong.mai), strong.public
    for wrong in (b"", b"\1" * 255, bytes(256), b"\xff" * 256):
        assert strong.ask(phone, wrong).status_code == 422
    assert strong.counts() == (0, 0)
    first = blinding.conceal(public, blinding.new_message(public)).request
    answers = [strong.ask(browser, first) for browser in (phone, phone, strong.opened(strong.mai))]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.text for answer in answers}) == 1
    again = blinding.conceal(public, blinding.new_message(public)).request
    assert strong.ask(phone, again).status_code == 409
    assert strong.counts() == (1, 0)


@pytest.mark.claim("anonymity", "forged, altered, replayed, other-dialogue and wrong-key credentials: none enters")
def test_nothing_forged_enters(strong: Strong, figure) -> None:  # type: ignore[no-untyped-def]
    """Neither a changed bit, nor another key, nor another dialogue's; and the good one does."""
    _open(strong)
    held, private = strong.credential(strong.mai), blind.new_key()
    other = blind.public_of(private)
    foreign, ours = blinding.conceal(other, blinding.new_message(other)), blinding.new_message(strong.public)
    wrong = blinding.conceal(other, ours)
    signed = blinding.reveal(other, foreign, blind.sign(private, foreign.request))
    false = blinding.reveal(other, wrong, blind.sign(private, wrong.request))
    msg, sig = unb64(held["msg"]), unb64(held["sig"])
    bad = [
        (foreign.message, signed), (ours, false), (ours, sig), (msg, secrets.token_bytes(256)), (msg, b""), (b"", sig),
        (msg[:-1], sig), (msg, sig + b"\0"), (msg + b"\0", sig),
        *((_flipped(msg, place), sig) for place in (0, 31, 32, 39, 40, 71, 72, 103)),
        *((msg, _flipped(sig, place)) for place in (0, 100, 255)),
    ]  # fmt: skip
    answers = [strong.enter(strong.cast.stranger(), {"msg": b64(m), "sig": b64(s) or "x"}) for m, s in bad]
    assert {answer.status_code for answer in answers} == {422}
    assert strong.counts() == (1, 0)
    assert strong.enter(strong.cast.stranger(), held).status_code == 200
    figure(f"{len(bad)} refused, 1 entered")


def _flipped(raw: bytes, place: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def test_the_key_is_the_same_for_programs_and_people(strong: Strong) -> None:
    """JSON for a phone, six syllables for its owner; a dialogue in the weak mode has none."""
    said = strong.cast.stranger().get(f"{strong.cast.base}/key", headers=JSON).get_json()
    assert said["fingerprint"] == blind.fingerprint(strong.public).hex()
    assert said["phrase"] == phrase.of(strong.public)
    assert len(said["phrase"].split()) == phrase.SYLLABLES
    page = strong.cast.stranger().get(f"{strong.cast.base}/key").text
    assert said["phrase"].split() == re.findall(
        "<li>(.*?)</li>", page.split('<ol class="phrase">')[1].split("</ol>")[0]
    )
    assert strong.cast.stranger().get(f"/d/{strong.cast.other_code}/key").status_code == 404


def test_nothing_is_minted_after_closing(strong: Strong) -> None:
    """Closed: no signature for anybody; later the key is gone and nobody can make one, whoever asks."""
    _open(strong)
    held, late = strong.credential(strong.mai), strong.credential(strong.ba)
    assert strong.enter(strong.cast.stranger(), held).status_code == 200
    lifecycle.take(strong.cast.stores, strong.cast.dialogue_id, "closed", actor="test")
    public = strong.public
    request = blinding.conceal(public, blinding.new_message(public)).request
    assert strong.ask(strong.opened(strong.binh), request).status_code == 403
    assert strong.enter(strong.cast.stranger(), late).status_code == 403
    assert strong.enter(strong.cast.stranger(), held).status_code == 200  # who is in may read on, on another phone too
    assert strong.counts() == (2, 1)


def test_everybody_can_count_roll_issued_and_entered(strong: Strong) -> None:
    """Three on the roll, two signed, one in; before the opening no figure moves with a single person."""
    held = strong.credential(strong.mai)
    before = strong.cast.stranger().get(strong.cast.base).text
    assert "phiếu kín và thẻ đã vào phòng" not in before
    _open(strong)
    assert strong.enter(strong.cast.stranger(), held).status_code == 200
    strong.credential(strong.binh)
    page = strong.cast.stranger().get(strong.cast.base).text
    facts = {words: figure for figure, words in re.findall(r'<dt class="n">(.*?)</dt><dd>(.*?)</dd>', page)}
    assert facts["người trong danh sách đã chốt"] == "3"
    assert facts["phiếu kín đã phát qua đường dẫn"] == "2 / 3"
    assert facts["phiếu kín và thẻ đã vào phòng"] == "1 / 2"
    assert facts["phiếu đã ký cho người sau đó bị rút tên, không thu lại được"] == "0"
    assert f'href="{strong.cast.base}/key"' in page


def test_who_is_struck_off_keeps_the_ballot_and_everybody_reads_so(strong: Strong) -> None:
    """Nobody knows which ballot it is; the number of such ballots is public. Struck off before taking one, there is none."""
    held, opened = strong.credential(strong.mai), strong.opened(strong.binh)
    public = strong.public
    for member in (strong.mai, strong.binh):
        strong.cast.stores.roll.write(removal.remove, strong.cast.dialogue_id, member, "not_entitled", actor="test")
    blinded = blinding.conceal(public, blinding.new_message(public))
    assert strong.ask(opened, blinded.request).status_code == 401
    _open(strong)
    assert strong.enter(strong.cast.stranger(), held).status_code == 200
    page = strong.cast.stranger().get(strong.cast.base).text
    facts = {words: figure for figure, words in re.findall(r'<dt class="n">(.*?)</dt><dd>(.*?)</dd>', page)}
    assert facts["người rút khỏi danh sách sau khi chốt"] == "2"
    assert facts["phiếu đã ký cho người sau đó bị rút tên, không thu lại được"] == "1"
