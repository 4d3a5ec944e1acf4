"""A real server in a process of its own, with the sample of a department in it; shared by the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.server import Running
from bench.server import running


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A hall that is open, with 20 ballots, 12 questions and 60 votes."""
    with running("department", "--members", "20", "--questions", "12", "--votes", "60") as made:
        yield made
