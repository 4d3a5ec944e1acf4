"""A private window: a browser without JavaScript that comes with no cookie and keeps its own."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

from survey.core import blinding
from survey.dialogues.entry import Way

_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


class Refused(Exception):
    """The server said no; the text is its sentence."""


class Window:
    """What one person does in one window, by the public URLs alone."""

    def __init__(self, base: str, code: str) -> None:
        self.base, self.code = base, code
        self._held: dict[str, str] = {}
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def enter(self, way: Way, means: str) -> bool:
        """Try to get in; whether this window now holds a ballot."""
        try:
            if way == Way.ROLL:
                self._post(f"/m/{self.code}/session", f"/m/{self.code}", token=means)
                given = self._post(f"/m/{self.code}/credential", f"/m/{self.code}")
                self._post(f"/d/{self.code}/entry", f"/d/{self.code}", **{"pass": given["pass"]})
            else:
                self._post(f"/d/{self.code}/entry", f"/d/{self.code}", **({"ticket": means} if means else {}))
        except Refused:
            return False
        return True

    def take_ballot(self, means: str) -> bool:
        """Make a ballot and have it signed unseen, as phones do; whether this window now holds one."""
        try:
            self._post(f"/m/{self.code}/session", f"/m/{self.code}", token=means)
            public = base64.b64decode(json.loads(self._send(f"/d/{self.code}/key", None, asks_json=True))["key"])
            asked = blinding.conceal(public, blinding.new_message(public))
            given = self._post(f"/m/{self.code}/credential", f"/m/{self.code}", blinded=blinding.b64(asked.request))
        except Refused:
            return False
        signature = blinding.reveal(public, asked, blinding.unb64(given["signature"]))
        self._held = {"msg": blinding.b64(asked.message), "sig": blinding.b64(signature)}
        return True

    def knock(self) -> bool:
        """Ask to be let in with that ballot; whether this window is in."""
        return bool(self._post(f"/d/{self.code}/entry", f"/d/{self.code}", **self._held)["entered"])

    def ask(self, body: str) -> str:
        """Ask, and the id of the question."""
        return str(self._post(f"/d/{self.code}/questions", f"/d/{self.code}", body=body)["id"])

    def support(self, question_id: str) -> None:
        """Support one question."""
        self._post(f"/d/{self.code}/questions/{question_id}/vote", f"/d/{self.code}")

    def supporters(self, question_id: str) -> int:
        """How many support it, as anybody can read."""
        board = json.loads(self._send(f"/d/{self.code}/board.json", None))
        return next(int(q["supporters"]) for q in board["questions"] if q["id"] == question_id)

    def _post(self, path: str, page: str, **form: str) -> dict[str, Any]:
        found = _TOKEN.search(self._send(page, None))
        token = found.group(1) if found else ""
        answer = self._send(path, urlencode({**form, "csrf_token": token}).encode())
        return dict(json.loads(answer)) if answer.startswith("{") else {}

    def _send(self, path: str, data: bytes | None, *, asks_json: bool = False) -> str:
        headers = {"Accept": "application/json"} if asks_json or data is not None or path.endswith(".json") else {}
        request = urllib.request.Request(self.base + path, data, {**headers, "Origin": self.base})  # noqa: S310
        try:
            with self._opener.open(request, timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            raise Refused(error.read().decode(errors="replace")) from error
