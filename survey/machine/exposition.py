"""The figures in the text format of Prometheus. Counters without the moment of their first act (`_created`)."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from survey.machine.readings import Machine
from survey.machine.readings import Reading

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "doithoai_"
_GAUGES = {
    "loop_lag_seconds": ("Longest delay of the event loop within a minute.", "lag"),
    "writer_waiting": ("Writes that wait, in steps of five.", "waiting"),
    "slow_readers": ("Streams that have not taken what was sent, in steps of five.", "slow"),
    "bus_connected": ("Whether other processes are heard (only with REDIS_URL).", "bus"),
    "backup_age_seconds": ("Age of the last backup; missing where there was none.", "backup"),
    "spare_age_seconds": ("Age of what the spare has; missing where there is none.", "spare"),
    "box_fillings": ("Fillings of ballot boxes that wait and hold at least five.", "box"),
    "disk_free_bytes": ("Bytes free under DATA_DIR.", "disk"),
}
_COUNTERS = {
    "commits": ("Commits of both databases, in steps of five.", "commits"),
    "jobs": ("Writes that were done, in steps of five.", "jobs"),
    "writes_refused": ("Writes that were answered with 503, in steps of five.", "refused"),
    "renders": ("Renderings for streams, in steps of five.", "renders"),
    "sent_bytes": ("Bytes of changes sent to streams, in steps of 64 KiB.", "sent"),
    "processor_seconds": ("Time on the processor, whole seconds.", "processor"),
}


class _Collector(Collector):
    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def collect(self) -> Iterator[Metric]:
        """All families of this moment."""
        return _families(self._machine.read())


def text(machine: Machine) -> bytes:
    """What /metrics answers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(machine))
    return generate_latest(registry)


def _families(reading: Reading) -> Iterator[Metric]:
    streams = GaugeMetricFamily(f"{PREFIX}streams", "Open streams; of members in steps of five.", labels=["audience"])
    for audience, number in reading.streams.items():
        streams.add_metric([audience], number)
    yield streams
    pending = GaugeMetricFamily(f"{PREFIX}pending", "What staff wait for: exports, webhooks.", labels=["what"])
    for what, number in reading.pending.items():
        pending.add_metric([what], number)
    yield pending
    for name, (words, field) in _GAUGES.items():
        value = getattr(reading, field)
        if value is not None:
            yield GaugeMetricFamily(PREFIX + name, words, value=float(value))
    for name, (words, field) in _COUNTERS.items():
        yield CounterMetricFamily(PREFIX + name, words, value=float(getattr(reading, field)))
