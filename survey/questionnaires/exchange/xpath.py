"""The part of XPath that rules in XLSForm are written in, as plain tuples; the rest is said to be unread."""

from __future__ import annotations

import re
from typing import Any

# A node names what it is, then its parts: or and and with a list, not with one, cmp with sign, left and right, call with
# name and list, ref with a name, text and number with what is written, self with nothing.
Node = tuple[Any, ...]
LONGEST = 4_000  # characters of one expression
DEEPEST = 40
_GUARD = "$\u2060{"
_TOKEN = re.compile(
    r"""\s*(?:\$\{\s*(?P<ref>[^{}]+?)\s*\}|'(?P<one>[^']*)'|"(?P<two>[^"]*)"|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<op>!=|<=|>=|[=<>(),-])|(?P<name>[A-Za-z_][\w-]*)|(?P<self>\.))"""
)
OPPOSITE = {"=": "!=", "!=": "="}
FLIPPED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Unread(Exception):
    """An expression that is written otherwise than we read."""


def parse(text: str) -> Node:
    """The expression. Raises `Unread`."""
    if len(text) > LONGEST:
        raise Unread
    parser = _Parser(_tokens(text))
    node = parser.either(0)
    if parser.at < len(parser.tokens):
        raise Unread
    return node


def guarded(words: str) -> str:
    """Words that say ${, written so that no tool takes them for a reference."""
    return words.replace("${", _GUARD)


def unguarded(words: str) -> str:
    """The words as they were."""
    return words.replace(_GUARD, "${")


def quoted(words: str) -> str:
    """A text as a literal; XPath has no way to write a quote inside its own quotes."""
    words = guarded(words)
    if "'" not in words:
        return f"'{words}'"
    if '"' not in words:
        return f'"{words}"'
    pieces = [f"'{piece}'" for piece in words.split("'")]
    return "concat(" + ', "\'", '.join(pieces) + ")"


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or not match.lastgroup:
            raise Unread
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """By descent: or, and, comparison, value."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def either(self, depth: int) -> Node:
        return self._joined("or", depth)

    def _joined(self, word: str, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unread
        below = self._comparison if word == "and" else lambda deep: self._joined("and", deep)
        nodes = [below(depth + 1)]
        while self._take("name", word):
            nodes.append(below(depth + 1))
        return nodes[0] if len(nodes) == 1 else (word, nodes)

    def _comparison(self, depth: int) -> Node:
        left = self._value(depth)
        for op in FLIPPED:
            if self._take("op", op):
                return ("cmp", op, left, self._value(depth))
        return left

    def _value(self, depth: int) -> Node:
        if self.at >= len(self.tokens):
            raise Unread
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind in {"one", "two"}:
            return ("text", unguarded(text))
        if kind in {"ref", "number"}:
            return (kind, text)
        if kind == "self":
            return ("self",)
        if (kind, text) == ("op", "-") and self.at < len(self.tokens) and self.tokens[self.at][0] == "number":
            self.at += 1
            return ("number", f"-{self.tokens[self.at - 1][1]}")
        if (kind, text) == ("op", "("):
            node = self.either(depth + 1)
            self._must(")")
            return node
        if kind == "name":
            return self._call(text, depth)
        raise Unread

    def _call(self, name: str, depth: int) -> Node:
        self._must("(")
        arguments: list[Node] = []
        while not self._take("op", ")"):
            if arguments:
                self._must(",")
            arguments.append(self.either(depth + 1))
        if name == "not" and len(arguments) == 1:
            return ("not", arguments[0])
        if name == "concat" and arguments and all(node[0] == "text" for node in arguments):
            return ("text", "".join(node[1] for node in arguments))
        if name == "date" and len(arguments) == 1 and arguments[0][0] == "text":
            return arguments[0]
        return ("call", name, arguments)

    def _take(self, kind: str, text: str) -> bool:
        here = self.at < len(self.tokens) and self.tokens[self.at] == (kind, text)
        self.at += here
        return here

    def _must(self, text: str) -> None:
        if not self._take("op", text):
            raise Unread
