"""Counters and gauges for ``/metrics``. Labels are statuses and kinds, never anything of a person."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from intake import alarms, promises
from intake.kinds import AlarmKind
from intake.services import Job, Services
from worker import figures

#: The type of what ``render`` gives.
CONTENT_TYPE = CONTENT_TYPE_LATEST

_NUDGES_DROPPED = Counter(
    "hotline_nudges_dropped",
    "Nudges the broker did not take; the sweep finds the rows",
    ["job"],
    registry=None,
)

#: From the figures' names to the gauges': name, help, and the label that tells the values apart.
_GAUGES: dict[str, tuple[str, str, str]] = {
    "calls": ("hotline_calls", "Calls by outcome", "outcome"),
    "requests": ("hotline_requests", "Requests by status", "status"),
    "callbacks": ("hotline_callbacks", "Callbacks by status", "status"),
    "proposals": ("hotline_proposals", "Proposals by status", "status"),
    "skips": ("hotline_skips", "Callbacks left to somebody else, by reason", "reason"),
    "missions": ("hotline_missions", "Missions by status", "status"),
    "alarms": ("hotline_alarms", "Alarms that nobody has seen yet, by kind", "kind"),
    "promises": ("hotline_promises_today", "Promises whose window ended today, by result", "result"),
    "due": ("hotline_due", "What should have been begun by now, by kind", "kind"),
}


def count_dropped(job: Job) -> None:
    """One more nudge for ``job`` that the broker did not take."""
    _NUDGES_DROPPED.labels(job=job.value).inc()


class _Figures(Collector):
    """Reads the database when somebody asks, so that every process tells the same."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        with self._services.db.read() as session:
            now, profile = self._services.clock(), self._services.profile
            counts, stuck = figures.collect(session, now), figures.stuck_calls(session, now)
            counts["alarms"] = {kind.value: 0 for kind in AlarmKind} | alarms.counts(session, now)
            counts["skips"] = figures.skips(session)
            today = promises.on_day(session, profile, now.astimezone(profile.tz).date())
            counts["promises"] = {result.value: today[result] for result in promises.RESULTS}
        for key, (name, text, label) in _GAUGES.items():
            gauge = GaugeMetricFamily(name, text, labels=[label])
            for value, count in counts[key].items():
                gauge.add_metric([value], count)
            yield gauge
        yield GaugeMetricFamily("hotline_leads", "Unfinished calls nobody has looked at", counts["leads"])
        yield GaugeMetricFamily(
            "hotline_calls_stuck",
            "Calls without an outcome an hour after their last turn",
            stuck,
        )
        yield GaugeMetricFamily("hotline_attempts", "Diallings of callbacks", counts["attempts"])


def make_registry(services: Services) -> CollectorRegistry:
    """A registry with the house's figures and this process's dropped nudges."""
    registry = CollectorRegistry()
    registry.register(_Figures(services))
    registry.register(_NUDGES_DROPPED)
    return registry


def render(registry: CollectorRegistry) -> bytes:
    """The registry's text in Prometheus' format."""
    return generate_latest(registry)
