"""Logging: JSON lines on standard error, with nothing in them that could be somebody's number."""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Six digits or more, however they are grouped: a telephone number, or what could be one.
_LIKE_A_NUMBER = re.compile(r"\+?\d(?:[ \u00a0()/.-]{0,2}\d){5,}")
_HIDDEN = "[digits]"

#: What this module writes itself, and so may carry many digits.
_KNOWN = frozenset({"timestamp", "pid"})

#: These tell of each message at the usual level, which would bury what matters.
_TALKATIVE = (
    "celery.beat",
    "celery.app.trace",
    "celery.worker.strategy",
    "kombu",
    "alembic",
    "twilio",
    "urllib3",
)


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
]


def hide_numbers(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put ``[digits]`` in place of whatever looks like a telephone number, in every value not our own."""
    for key, value in event.items():
        if key in _KNOWN or value is None or isinstance(value, bool):
            continue
        text = value if isinstance(value, str) else str(value)
        hidden = _LIKE_A_NUMBER.sub(_HIDDEN, text)
        if hidden != text or not isinstance(value, int | float):
            event[key] = hidden
    return event


def configure(level: int = logging.INFO) -> None:
    """Send structlog's lines and everybody else's through one handler, as JSON lines on standard error."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_as_json(logging.StreamHandler(sys.stderr))]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def keep(error: Exception, home: Path) -> Path:
    """Write an unexpected error, with its traceback, into the home's log; the file it went to."""
    path = home / "log" / "errors.log"
    with private_log(path) as file:
        handler = _as_json(logging.StreamHandler(file))
        trace = (type(error), error, error.__traceback__)
        handler.emit(logging.LogRecord("hotline", logging.ERROR, "", 0, "unexpected", None, trace))
    return path


def private_log(path: Path) -> TextIO:
    """A log file opened for appending that its owner alone may read, made with its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8")


def _as_json(handler: logging.Handler) -> logging.Handler:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_numbers,  # last before rendering: it must see the traceback's text too
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    return handler
