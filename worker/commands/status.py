"""``hotline status``: counts of what there is, and whether broker and workers are alive. Nothing personal."""

from __future__ import annotations

import argparse
import json
from typing import Any

from intake import alarms
from intake.settings import Settings
from worker import broker, figures
from worker.clock import utc_now
from worker.commands.common import database_of, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """As words, or as JSON for other programs."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the figures."""
    found = look(settings_of(args))
    open_alarms = found.pop("alarms")
    # other programs rely on the keys of the object; alarms are told to them in /metrics
    print(json.dumps(found) if args.json else "\n".join(_lines(found | {"alarms": open_alarms})))
    return 0


def look(settings: Settings) -> dict[str, Any]:
    """What there is in the record, the alarms that are open, and who is alive."""
    database = database_of(settings)
    with database.read() as session:
        counts, open_alarms = figures.collect(session, utc_now()), alarms.counts(session, utc_now())
    database.close()
    workers = broker.count_workers(settings.redis_url)
    counts["broker"] = "down" if workers is None else "up"
    counts["workers"] = workers or 0
    return counts | {"alarms": open_alarms}


def _lines(counts: dict[str, Any]) -> list[str]:
    return [f"{name:<10} {_words(value)}" for name, value in counts.items()]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items()) or "none"
    return str(value)
