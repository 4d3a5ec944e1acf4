"""What a paper holds, apart from how a word processor lays it out: blocks in their order, and who signs."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

DOTS, FEW_DOTS = "." * 30, "." * 10  # room for a hand


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered part: "I. Danh sách"."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of the body."""

    text: str
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table. `widths` are in millimetres; columns in `numbers` stand to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...] = ()


Block = Heading | Text | Grid


@dataclass(frozen=True, slots=True)
class Signature:
    """A block at the end: capacity, post, and whether a name is known already."""

    capacity: str
    post: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the Youth Union. Number and date are left to the registry, so it is always a draft to be signed."""

    superior: str
    issuer: str
    sign: str  # the letters behind the number
    place: str
    kind: str
    about: str
    blocks: tuple[Block, ...]
    signatures: tuple[Signature, ...]
    recipients: tuple[str, ...] = field(default=())
