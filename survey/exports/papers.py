"""What a paper holds, apart from how it is written: header, blocks in their order, who signs, who gets it.

The DOCX and the PDF of a paper are two prints of one such description, so that they cannot say different things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

DOTS, FEW_DOTS = "." * 30, "." * 10  # room for a hand


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line. A `gap` is what the office must still write; both prints mark it."""

    text: str
    bold: bool = False
    italic: bool = False
    red: bool = False
    gap: bool = False


Words = str | tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered part: "I. Danh sách" at level 1, "1. Lương" at level 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of the body; its line breaks stay. `centred` ones have no indent."""

    text: Words
    italic: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Across:
    """A row of a table that is one cell: the heading of the rows below it."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table. `widths` are in millimetres; columns in `numbers` stand to the right, `centred` in the middle."""

    head: tuple[str, ...]
    rows: tuple[tuple[Words, ...] | Across, ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...] = ()
    centred: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars under its title: a label and a figure each."""

    title: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with what stands below it."""

    content: str
    caption: str


@dataclass(frozen=True, slots=True)
class Break:
    """The next block begins a page."""


Block = Heading | Text | Grid | Bars | Code | Break


@dataclass(frozen=True, slots=True)
class Signature:
    """A block at the end: capacity, post, and whether a name is known already."""

    capacity: str
    post: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document. Number and date are left to the registry, so it is always a draft to be signed.

    `sign` are the letters behind the number; without them there is no line for one. `right` are the lines at the top
    right; empty: those of the regime. A letter has a `subject` and whom it is sent `to`, and no kind.
    """

    superior: str
    issuer: str
    sign: str
    place: str
    kind: str
    about: str
    blocks: tuple[Block, ...]
    signatures: tuple[Signature, ...]
    recipients: tuple[str, ...] = field(default=())
    regime: str = "union"  # see `regimes`
    right: tuple[str, ...] = ()
    subject: str = ""
    to: tuple[str, ...] = ()
    landscape: bool = False
    draft: bool = False  # framed under the number
    plain: bool = False  # a handout: without a header of the office


def gap(what: str) -> Run:
    """A place where the office must write something, named."""
    return Run(f"[Bổ sung: {what}]", gap=True)


def runs(words: Words) -> tuple[Run, ...]:
    """The pieces of a line."""
    return (Run(words),) if isinstance(words, str) else words


def plain(words: Words) -> str:
    """The line without its looks."""
    return "".join(run.text for run in runs(words))


def gaps(paper: Paper) -> dict[str, int]:
    """What is still missing in it, and in how many places, in the order in which it comes."""
    found = (run.text for words in _lines(paper) for run in runs(words) if run.gap)
    return dict(Counter(text.removeprefix("[Bổ sung: ").removesuffix("]") for text in found))


def weight(paper: Paper) -> int:
    """About how much work it is to write it: its blocks and rows."""
    return sum(len(block.rows) if isinstance(block, Grid) else 1 for block in paper.blocks)


def _lines(paper: Paper) -> Iterator[Words]:
    for block in paper.blocks:
        if isinstance(block, Text):
            yield block.text
        elif isinstance(block, Grid):
            for row in block.rows:
                yield from row if isinstance(row, tuple) else ()
