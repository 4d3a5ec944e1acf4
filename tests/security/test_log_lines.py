"""LOG_FORMAT=json over a whole journey: each line is an object, and none holds an address, a person's code or a text."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from dataclasses import replace
from pathlib import Path

from survey import factory
from survey.core.settings import Settings
from survey.web.logs import OWN
from survey.web.logs import JsonLines
from tests.conftest import make_cast
from tests.security.test_scrub import QUESTION
from tests.security.test_scrub import Travelled
from tests.security.test_scrub import journey
from tests.security.test_traces import ADDRESS
from tests.security.test_traces import addresses_in
from tests.security.test_traces import spellings


def travelled(settings: Settings, tmp_path: Path) -> Travelled:
    """The journey of `test_scrub` in a program that writes JSON, with every logger at its loudest."""
    printed, root, own = io.StringIO(), logging.getLogger(), logging.getLogger(OWN)
    before = (root.level, list(root.handlers), list(own.handlers), own.propagate)
    with contextlib.redirect_stderr(printed):
        app = factory.create_app(replace(settings, log_format="json"))
        app.testing, app.config["PROPAGATE_EXCEPTIONS"] = True, False
        root.setLevel(logging.DEBUG)
        try:
            found = Travelled(make_cast(app, "collect", entry="roll", strong=True), settings, b"", tmp_path / "copy")
            journey(found)
            logging.getLogger("library").warning("GET /%s from %s", QUESTION, ADDRESS)
            logging.getLogger(OWN).error("the last line")
        finally:
            root.setLevel(before[0])
            root.handlers[:], own.handlers[:], own.propagate = before[1], before[2], before[3]
    found.said = printed.getvalue().encode()
    return found


def test_no_line_of_a_journey_holds_anything_of_a_person(settings: Settings, tmp_path: Path) -> None:
    found = travelled(settings, tmp_path)
    lines = [json.loads(line) for line in found.said.decode().splitlines()]
    own = [line for line in lines if line["logger"] == OWN]
    assert own[-1]["message"] == "the last line"
    assert [line["message"].split(" at ")[0] for line in own if "ValueError" in line["message"]] == ["ValueError"]
    assert [line for line in lines if line["logger"] == "library"], "a library said it all, and its line is there"
    words = {form for one in found.names | found.content for form in spellings(one)}
    assert list(addresses_in(found.said)) == []
    assert [one for one in words | found.secrets if one in found.said] == []
    assert len(found.secrets) > 60
    assert not any(isinstance(one.formatter, JsonLines) for one in logging.getLogger().handlers)
