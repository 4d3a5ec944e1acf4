"""Reading an uploaded list in a process of its own, where it is more than a few lines.

`python -m survey.roll.importing.upload` reads one line of JSON and then the file from its standard input, prints JSON.
The plan travels packed, so that the serving process signs it and never takes it apart before it is confirmed.
"""

from __future__ import annotations

import base64
import json
import sys
import zlib
from typing import Any

from survey.core import apart
from survey.roll.importing.doubles import Entry
from survey.roll.importing.found import unhurried
from survey.roll.importing.growing import Node
from survey.roll.importing.plan import Now
from survey.roll.importing.plan import Plan
from survey.roll.importing.plan import plan
from survey.roll.importing.reading import read_file
from survey.roll.importing.roster import Known

MODULE = "survey.roll.importing.upload"
LIGHT = 500  # members and units that another process need not be started for
Packed = tuple[str, dict[str, Any]]  # entries and view for a form to carry, and the view to show now


def read_upload(data: bytes, file_name: str, unit: str, now: Now) -> Packed:
    """What this file would do to the roll, without holding anybody up. Raises `Invalid`, and `NotRead` when busy."""
    if apart.is_light(data) and len(now.members) + len(now.nodes) <= LIGHT:
        return packed(plan(read_file(data, file_name, unit), now))
    text, view = apart.run(MODULE, _order(file_name, unit, now) + b"\n" + data)
    return text, view


def packed(made: Plan) -> Packed:
    """The plan as a text that a form can carry, and its view."""
    content = json.dumps([[_row(entry) for entry in made.entries], made.view], ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(content.encode(), 6)).decode(), made.view


def unpacked(text: str) -> Plan:
    """What `packed` made."""
    rows, view = json.loads(zlib.decompress(base64.urlsafe_b64decode(text)))
    return Plan([Entry(*row) for row in unhurried(rows)], view)


def _row(entry: Entry) -> list[Any]:
    return [getattr(entry, name) for name in Entry.__slots__]


def _order(file_name: str, unit: str, now: Now) -> bytes:
    """What the other process must know, in one line; the streams have their turn while a long roll is written down."""
    members = [json.dumps([getattr(member, name) for name in Known.__slots__]) for member in unhurried(now.members)]
    nodes = [[node.id, node.parent_id, node.name] for node in now.nodes]
    head = json.dumps([file_name[:200], unit, now.frozen, nodes])
    return f"[{head}, [{', '.join(members)}]]".encode()


def _work(data: bytes) -> Packed:
    order, _, content = data.partition(b"\n")
    (file_name, unit, frozen, nodes), members = json.loads(order)
    known = [Known(*six, tuple(further)) for *six, further in members]  # type: ignore[call-arg]
    return packed(plan(read_file(content, file_name, unit), Now([Node(*node) for node in nodes], known, frozen)))


if __name__ == "__main__":
    sys.exit(apart.serve(_work))
