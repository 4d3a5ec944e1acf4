"""Telling another program: what is told, how it is signed, when it is tried again, and where nothing is ever sent."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import lifecycle
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.dialogues import service as dialogues
from survey.followups import attachments
from survey.followups import recommendations
from survey.followups import reports
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.tasks import Said
from survey.public import calling
from survey.public import said
from survey.public import webhooks
from survey.public.calling import Refused
from survey.public.models import Webhook
from survey.public.models import WebhookDelivery
from tests.conftest import Cast
from tests.conftest import csrf
from tests.public.conftest import Scene


class Receiver(HTTPServer):
    """A portal on this machine: keeps what came, answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/tin"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", self.server.url + "/khac")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Be quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def look(cast: Cast, moment: dt.datetime | None = None, *, loopback: bool = True) -> int:
    """What the program does by itself every few seconds."""
    db, key = cast.app.extensions["survey"]["db"], cast.app.extensions["survey"]["settings"].secret_key
    return webhooks.look(db, key, "https://doithoai.example", moment or now(), loopback=loopback)


def rows(cast: Cast) -> list[WebhookDelivery]:
    with cast.reading() as session:
        found = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.at)).all()
        session.expunge_all()
        return list(found)


def turn_on(cast: Cast, url: str) -> None:
    cast.write(webhooks.settle, cast.organisation_id, url, active=True, loopback=True)


def signed(cast: Cast, headers: dict[str, str], body: bytes) -> bool:
    """What the documentation tells a receiver to do."""
    with cast.reading() as session:
        hook = session.scalars(select(Webhook)).one()
        secret = said.secret(cast.app.extensions["survey"]["settings"].secret_key, hook.id, hook.epoch)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mine = base64.b64encode(hmac.new(key, wanted, hashlib.sha256).digest()).decode()
    fresh = abs(now().timestamp() - int(headers["webhook-timestamp"])) < webhooks.TOLERANCE
    return fresh and hmac.compare_digest(f"v1,{mine}", headers["webhook-signature"])


@pytest.mark.claim("followup", "each public change is told once, signed, and tried again until it was heard")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_changes_are_told_signed_and_tried_again(
    request: pytest.FixtureRequest, kind: str, receiver: Receiver, figure: Any
) -> None:
    """Steps of the dialogue and published recommendations; nothing of what is not published."""
    cast: Cast = request.getfixturevalue("cast_on_postgres" if kind == "postgresql" else "cast")
    assert look(cast) == 0, "off by default"
    turn_on(cast, receiver.url)
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    made = cast.write(recommendations.create, cast.dialogue_id, body="Việc chưa công bố", actor="test")
    assert look(cast) == 1
    assert look(cast) == 0, "once"
    receiver.status = 500
    cast.write(recommendations.publish, made, True, actor="test")
    cast.write(recommendations.step, made, "solved", answer="Đã xong <b>", actor="test")
    assert look(cast) == 0
    assert look(cast) == 0, "not before its time"
    assert {(row.kind, row.state, row.tries, row.status) for row in rows(cast)[1:]} == {
        ("recommendation.published", "waiting", 1, 500), ("recommendation.changed", "waiting", 1, 500),
    }  # fmt: skip
    receiver.status = 200
    assert look(cast, now() + dt.timedelta(minutes=2)) == len(rows(cast)) - 1
    assert {row.state for row in rows(cast)} == {"sent"}
    assert look(cast, now() + dt.timedelta(days=2)) == 0
    told = [json.loads(body) for _headers, body in receiver.came]
    assert told[0]["data"]["dialogue"] == {
        "code": cast.code, "theme": "Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ", "state": "closed",
        "url": f"https://doithoai.example/p/{cast.code}",
    }  # fmt: skip
    assert told[-1]["data"]["recommendation"]["answer"] == "Đã xong <b>"
    assert all(signed(cast, *one) for one in receiver.came)
    headers, body = receiver.came[0]
    assert not signed(cast, headers, body + b" "), "the control"
    assert not signed(cast, {**headers, "webhook-timestamp": "1000000000"}, body), "an old one is no longer good"
    figure(f"{len(receiver.came)} requests for {len(rows(cast))} changes, every signature good")


def test_nothing_withdrawn_is_told_and_a_withdrawal_is(cast: Cast, receiver: Receiver) -> None:
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    made = cast.write(recommendations.create, cast.dialogue_id, body="Nội dung rút lại", actor="test")
    turn_on(cast, receiver.url)
    cast.write(recommendations.publish, made, True, actor="test")
    cast.write(recommendations.publish, made, False, actor="test")
    look(cast)
    assert [json.loads(body)["type"] for _headers, body in receiver.came] == ["recommendation.withdrawn"]
    assert "Nội dung rút lại" not in str(receiver.came)


def test_a_withdrawal_is_told_by_its_number_whatever_became_of_the_row(cast: Cast, receiver: Receiver) -> None:
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    made = cast.write(recommendations.create, cast.dialogue_id, body="Nội dung rút lại", actor="test")
    turn_on(cast, receiver.url)
    receiver.status = 500
    cast.write(recommendations.publish, made, True, actor="test")
    cast.write(recommendations.publish, made, False, actor="test")
    assert look(cast) == 0
    receiver.status = 200
    receiver.came.clear()

    def lose(session: Any) -> None:
        session.execute(delete(RecommendationEvent).where(RecommendationEvent.recommendation_id == made))
        session.execute(delete(Recommendation).where(Recommendation.id == made))

    cast.write(lose)
    look(cast, now() + dt.timedelta(minutes=2))
    ((_headers, body),) = receiver.came
    assert (json.loads(body)["type"], json.loads(body)["data"]["recommendation"]) == (
        "recommendation.withdrawn", {"number": 1},
    )  # fmt: skip


def test_what_a_unit_reports_is_nobodys_before_it_is_approved(fresh: Scene, receiver: Receiver) -> None:
    """No delivery and no later day of change tells that something came; what everybody can read is told."""
    cast, one = fresh.cast, fresh.recommendations[1]
    cast.write(_long_ago, one)
    turn_on(cast, receiver.url)
    assert fresh.get("/recommendations/2.json").json["state"] == "new", "the premise"
    before = fresh.get("/recommendations/2.json").json["updated_at"]
    with cast.reading() as session:
        unit_id = str(session.get_one(Recommendation, one).unit_id)
    found = cast.write(
        reports.take, cast.dialogue_id, unit_id, {one: Said("answered", "Đã mua")}, actor="unit", via="link"
    )
    assert list(found.kept) == [one], "the premise"
    folder = cast.app.extensions["survey"]["settings"].data_dir
    draft = cast.write(attachments.add, one, attachments.keep(folder, "nháp.pdf", b"%PDF-1.7\nx"), actor="test")
    cast.write(attachments.remove, draft, actor="test")
    assert look(cast) == 0
    assert fresh.get("/recommendations/2.json").json["updated_at"] == before
    cast.write(reports.approve, cast.dialogue_id, list(found.kept.values()), actor="test")
    look(cast)
    assert {json.loads(body)["type"] for _headers, body in receiver.came} == {"recommendation.changed"}
    assert fresh.get("/recommendations/2.json").json["updated_at"] > before
    told = len(receiver.came)
    cast.write(attachments.remove, fresh.seen_file, actor="test")
    assert look(cast) == 1, "a file that everybody could read is gone"
    assert len(receiver.came) == told + 1


def _long_ago(session: Session, recommendation_id: str) -> None:
    own = RecommendationEvent.recommendation_id == recommendation_id
    session.execute(update(RecommendationEvent).where(own).values(at=now() - dt.timedelta(days=1)))
    session.execute(
        update(Recommendation).where(Recommendation.id == recommendation_id).values(due=now().date() + dt.timedelta(9))
    )
    dialogues.touch(session, session.get_one(Recommendation, recommendation_id).dialogue_id, public=True)


def test_it_gives_up_in_the_end_and_may_be_told_again(cast: Cast, receiver: Receiver) -> None:
    receiver.status, moment = 302, now()
    turn_on(cast, receiver.url)
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    for wait in (dt.timedelta(), *webhooks.WAITS):
        moment += wait + dt.timedelta(seconds=30)
        look(cast, moment)
    (row,) = rows(cast)
    assert (row.state, row.tries, row.status) == ("failed", len(webhooks.WAITS) + 1, 302)
    assert {json.loads(body)["type"] for _headers, body in receiver.came} == {"dialogue.state"}
    assert len(receiver.came) == row.tries, "a redirect leads nowhere"
    receiver.status = 200
    cast.write(webhooks.again, cast.organisation_id, row.id, moment)
    assert look(cast, moment) == 1


INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "240.0.0.1", "fec0::1",
)  # fmt: skip
OUTSIDE = ("113.160.1.1", "8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8")


def test_only_addresses_of_the_open_network_are_called() -> None:
    assert [one for one in INSIDE if calling.is_outside(ipaddress.ip_address(one))] == []
    assert [one for one in OUTSIDE if not calling.is_outside(ipaddress.ip_address(one))] == []
    for name in ("localhost", "127.1", "0x7f000001", "2130706433"):
        with pytest.raises(Refused):
            calling.post(f"http://{name}:9/", b"", {})


def test_a_name_is_asked_once_and_all_its_addresses_are_looked_at(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS that answers first well and then with an address of the inside: the second answer is never asked for."""
    asked: list[str] = []
    answers = {"hai.example": ["8.8.8.8", "10.0.0.1"], "trong.example": ["10.0.0.1"], "vong.example": ["127.0.0.1"]}

    genuine = socket.getaddrinfo

    def lookup(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host not in answers:  # in digits already
            return genuine(host, port, *rest, **more)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers[host]]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    for host in ("hai.example", "trong.example", "vong.example"):
        with pytest.raises(Refused, match="inside"):
            calling.post(f"http://{host}/", b"", {})
    asked.clear()
    reached: list[Any] = []
    original = socket.create_connection

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        reached.append(address)
        return original(address, timeout)

    monkeypatch.setattr(socket, "create_connection", connect)
    port = receiver.server_address[1]
    assert calling.post(f"http://vong.example:{port}/", b"{}", {}, loopback=True) == 204
    assert (asked, reached) == (["vong.example"], [("127.0.0.1", port)])
    assert receiver.came[0][0]["host"] == f"vong.example:{port}"


@pytest.mark.parametrize("url", [
    "ftp://cong.example/", "https://a:b@cong.example/", "https://cong.example/#x", "javascript:alert(1)", "", "https://",
    "http://127.0.0.1/", "http://[::1]/", "http://192.168.1.1/", "https://cong.example/\r\nX: y", "https://" + "a" * 600,
    "http://cong.example:99999/", "http://[::ffff:10.0.0.1]/",
])  # fmt: skip
def test_an_address_that_cannot_be_is_refused_with_what_was_typed(cast: Cast, url: str) -> None:
    with pytest.raises(Invalid):
        cast.write(webhooks.settle, cast.organisation_id, url, active=True)
    assert rows(cast) == []


def test_the_desk_page_sets_tries_and_tells(fresh: Scene, receiver: Receiver) -> None:
    """Off until it is turned on; a refused address stays in its field; a test goes out at once; the secret can change."""
    cast, browser = fresh.cast, fresh.cast.staff("organiser", whole_organisation=True)
    token = csrf(browser, "/s/webhooks")

    def send(path: str = "", **data: str) -> Any:
        return browser.post(f"/s/webhooks{path}", data={"csrf_token": token, **data})

    refused = send(url="http://10.0.0.1/x", active="1")
    assert refused.status_code == 422
    assert 'value="http://10.0.0.1/x"' in refused.text
    assert "mạng nội bộ" in refused.text
    assert send(url=receiver.url, active="1").status_code == 422, "not this machine either"
    cast.app.config["WEBHOOKS_LOOPBACK"] = True
    assert send(url=receiver.url).status_code == 303
    page = browser.get("/s/webhooks").text
    assert "whsec_" in page
    assert "checked" not in page
    assert send("/test").status_code == 303
    assert [json.loads(body)["type"] for _headers, body in receiver.came] == ["test"]
    assert signed(cast, *receiver.came[0])
    assert "Đã nhận" in browser.get("/s/webhooks").text
    before = page.split("whsec_")[1][:20]
    assert send("/secret").status_code == 303
    assert before not in browser.get("/s/webhooks").text
    outsider = fresh.cast.outsider()
    assert receiver.url not in outsider.get("/s/webhooks").text
