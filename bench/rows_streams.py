"""Rows of the table about streams: an update, who joins, a whole country (#4 #5 #7 #8 #9 #14 #17)."""

from __future__ import annotations

import shutil

from bench import behind_nginx
from bench import crowd
from bench import fanout
from bench import joining
from bench import lively
from bench.row import Measurement
from bench.row import Row
from bench.row import missing


def fan_out(quick: bool) -> list[Row]:
    """#4 and #8."""
    sizes = (100,) if quick else (1_000, 10_000)
    found = fanout.measure(sizes)
    rows = [
        Row(
            "4", f"CPU of an update, {size:,} streams", found[f"us_{size}"], "us", 1.3, found[f"floor_{size}"], times=True,
            note=f"p50 {found[f'p50_{size}']:.0f} ms, p99 {found[f'p99_{size}']:.0f} ms",
        )
        for size in sizes
    ]  # fmt: skip
    size = sizes[-1]
    return [
        *rows, _proxied(size // 10),
        Row("8", f"memory of a stream, {size:,}", found[f"kib_{size}"], "KiB", 3, 1),
    ]  # fmt: skip


def _proxied(size: int) -> Row:
    what = f"the same behind nginx with TLS and HTTP/2, {size:,}"
    if not shutil.which(behind_nginx.program()):
        return missing("4", what, "nginx is not installed")
    found = behind_nginx.fan_out(size)
    note = f"of it nginx {found['nginx_us']:.0f} us, {found['nginx_kib']:.0f} KiB a stream"
    return Row("4", what, found["us"] + found["nginx_us"], "us", None, found["us"], note=note)


def received(quick: bool) -> list[Row]:
    """#5 and #17."""
    seconds = 4.0 if quick else 60.0
    found = lively.measure(seconds)
    return [
        Row("5", "bytes of a vote", found["vote"], "B", 60, 37),
        Row("5", "bytes of a further count", found["further"], "B", 25),
        Row("5", "bytes of a new question", found["question"], "B", 400),
        Row("17", "two lively hours, one phone", found["mb"], "MB", 2, note=f"{seconds:.0f} s at that pace, scaled"),
    ]


def tapped(quick: bool) -> list[Row]:
    """#7."""
    found = crowd.measure(100 if quick else 1_000, 3 if quick else 10)
    note = f"{found['votes']:.0f} votes beside, 200/s; lost {found['lost']:.0f}, failed {found['failed']:.0f}"
    return [
        Row("7", "tap to stream p50, 1,000 streams", found["p50"] * 1000, "ms", 300, 250, note=note),
        Row("7", "tap to stream p99, 1,000 streams", found["p99"] * 1000, "ms", 600, 500),
    ]


def joined(quick: bool) -> list[Row]:
    """#9."""
    sizes = (10, 100) if quick else joining.SIZES
    found = joining.measure(sizes, 20 if quick else joining.JOINERS)
    rows = [
        Row(
            "9", f"CPU of a phone that joins {size:,}", found[f"ms_{size}"], "ms", 3, found[f"noop_{size}"],
            note=f"entering before it {found[f'enter_{size}']:.1f} ms",
        )
        for size in sizes
    ]  # fmt: skip
    few, many = (found[f"ms_{size}"] / found[f"noop_{size}"] for size in sizes)
    return [*rows, Row("9", "the same, many against few", many, "x floor", 1.2, few, times=True)]


def country(quick: bool) -> list[Row]:
    """#14."""
    found = crowd.measure(200, 3) if quick else crowd.measure()
    errors = found["failed"] + found["lost"]
    note = (
        f"{found['votes']:.0f} votes, p50 {found['p50']:.2f} s, {found['mib']:.0f} MiB, {found['busy']:.0%} of a core"
    )
    return [
        Row("14", f"{found['streams']:,.0f} streams, 200 votes/s: p99", found["p99"], "s", 1.5, note=note),
        Row("14", "errors and lost streams of it", errors, "", 0),
        *_proxied_country(200 if quick else 5_000),
    ]


def _proxied_country(size: int) -> list[Row]:
    what = f"{size:,} behind nginx with TLS and HTTP/2: p99"
    if not shutil.which(behind_nginx.program()):
        return [missing("14", what, "nginx is not installed")]
    found = behind_nginx.crowded(size)
    note = f"{found['votes']:.0f} votes, {found['busy']:.0%} and nginx {found['nginx_busy']:.0%} of a core"
    errors = found["failed"] + found["lost"]
    return [
        Row("14", what, found["p99"], "s", 1.5, note=note),
        Row("14", "errors and lost streams of it behind nginx", errors, "", 0),
    ]


MEASUREMENTS = (
    Measurement(("4", "8"), fan_out), Measurement(("5", "17"), received), Measurement(("7",), tapped),
    Measurement(("9",), joined), Measurement(("14",), country),
)  # fmt: skip
