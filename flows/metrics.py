"""What Prometheus may ask: counters of this process, and the queue as the store knows it. No labels from faxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

FRESH_SECONDS = 15.0
REGISTRY = CollectorRegistry()
ARRIVED = Counter("casebinder_arrived", "Drops taken in by this process.", registry=REGISTRY)
ENDED = Counter("casebinder_faxes", "Faxes this process worked on, by how it ended.", ["end"], registry=REGISTRY)
SECONDS = Histogram(
    "casebinder_fax_seconds", "Seconds of work a fax.", registry=REGISTRY,
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600),
)  # fmt: skip
LOOKED = Gauge("casebinder_last_look_timestamp_seconds", "When the inbox was last looked at.", registry=REGISTRY)

Picture = Callable[[], dict[str, Any]]


class StoreCollector(Collector):
    """Gauges from `picture` at every scrape; none while the store does not answer."""

    def __init__(self, picture: Picture, troubles: Callable[[], list[str]]) -> None:
        self.picture, self.troubles = picture, troubles
        self._last: tuple[float, dict[str, Any]] | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauges."""
        wrong = GaugeMetricFamily("casebinder_trouble", "1 while something around us is wrong.", labels=["kind"])
        for kind in self.troubles():
            wrong.add_metric([kind], 1)
        yield wrong
        try:
            row = self._picture()
        except Exception:
            return
        for name, value in row["queue"].items():
            if isinstance(value, (int, float)):
                yield GaugeMetricFamily(f"casebinder_queue_{name}", f"Queue: {name}.", value)
        yield GaugeMetricFamily("casebinder_set_aside", "Faxes set aside for a person.", row["faxes"]["set_aside"])
        yield GaugeMetricFamily("casebinder_clocks_at_risk", "Clocks that end soon.", len(row["clocks_at_risk"]))

    def _picture(self) -> dict[str, Any]:
        """The picture, asked of the store at most every `FRESH_SECONDS`."""
        if self._last is None or monotonic() - self._last[0] > FRESH_SECONDS:
            self._last = monotonic(), self.picture()
        return self._last[1]
