"""What the server tells about itself: structured logs, Prometheus figures, and Sentry where an address is set.

None of it carries a value: no query string, no body, no header, no local variable, no exception's own text (which may
quote what it choked on), no token (addresses are logged as their route). An exception is its type and its frames.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import sentry_sdk
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from pythonjsonlogger.json import JsonFormatter

REQUESTS = Counter("lentera_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "lentera_request_seconds", "Time to answer", ["route"], buckets=(0.01, 0.05, 0.15, 0.5, 1, 2, 5, 10, 30, 60)
)
RECEIVED = Counter("lentera_submissions_received", "Submissions stored for the first time")


class ValuelessFormatter(JsonFormatter):
    """One JSON object a line; an exception is written without its text."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Write the types of an exception and its causes, and where each was raised."""
        return describe(ei[1])


def describe(error: BaseException | None) -> str:
    """Tell where an error was raised, and of what type it and its causes are, without their texts."""
    parts = []
    while error is not None:
        frames = _frames(error.__traceback__)
        parts.append(f"{type(error).__module__}.{type(error).__qualname__} at {frames}")
        error = error.__cause__ or error.__context__
    return " <- ".join(parts)


def _frames(trace: TracebackType | None) -> str:
    summary = traceback.extract_tb(trace)
    return " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in summary[-12:])


def configure_logging() -> None:
    """Send every logger of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ValuelessFormatter(
            "{asctime}{levelname}{name}{message}", style="{", rename_fields={"asctime": "time", "levelname": "level"}
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # pyxform explains itself at length, with the cells' contents.
    logging.getLogger("pyxform").setLevel(logging.CRITICAL)


def configure_sentry(dsn: str | None, release: str) -> None:
    """Report errors to Sentry where an address is given; each report is stripped of every value first."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        before_send=strip,
    )


def strip(event: Any, _hint: Any) -> Any:
    """Take out of a Sentry event whatever could hold a value: users, texts of errors, the request but its method."""
    for name in (
        "user",
        "extra",
        "breadcrumbs",
        "logentry",
        "message",
        "server_name",
        "transaction",
        "modules",
        "contexts",
    ):
        event.pop(name, None)
    event["request"] = {"method": event.get("request", {}).get("method")}
    for error in event.get("exception", {}).get("values", ()):
        error.pop("value", None)
        for frame in error.get("stacktrace", {}).get("frames", ()):
            frame.pop("vars", None)
    return event


def figures(folder: str | None) -> bytes:
    """Give the figures in Prometheus' text format: all workers' where `folder` holds them, else this process's."""
    if folder is None:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
