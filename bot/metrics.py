"""What is counted for Prometheus: kinds and outcomes; never a person, a channel, a pulse.

Form submissions are one number, whatever the form: a count for each would tell, scraped often enough, when
somebody answered a pulse. Several processes over HTTP share their numbers through files of the Prometheus
library; whichever of them is asked tells the sum.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bot import clock
from bot.pages import Environ, Page, Response
from storage import Database, NoAnswer, answering
from storage.outbox import oldest_due

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # the library reads it when it is imported, so `python -m bot` sets it before
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

OURS = CollectorRegistry()
DELIVERIES = Counter(
    "candor_deliveries",
    "Attempts to deliver, by what became of them.",
    ["kind", "outcome"],
    registry=OURS,
)
ACKS = Histogram(
    "candor_ack_seconds",
    "From a request's arrival to its acknowledgement; Slack waits three seconds.",
    ["request"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5),
    registry=OURS,
)
LATENESS = Histogram(
    "candor_ring_lateness_seconds",
    "How long after its time a schedule was started.",
    buckets=(1, 2, 5, 10, 30, 60, 300, 1_800, 7_200),
    registry=OURS,
)


class QueueAge(Collector):
    """How long the oldest delivery has been due, looked up when it is asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = clock.now()
        with suppress(NoAnswer), answering(), self._database.reading() as session:
            oldest = oldest_due(session, now)
            age = (now - oldest).total_seconds() if oldest is not None else 0.0
            words = "How long the oldest delivery that is due has waited."
            yield GaugeMetricFamily("candor_queue_age_seconds", words, value=age)


def page(database: Database) -> Page:
    """/metrics, for Prometheus alone: the proxy in front of us doesn't pass it on.

    Without the queue's age while the database doesn't answer.
    """
    queue = CollectorRegistry()
    queue.register(QueueAge(database))

    def answer(_environ: Environ) -> Response:
        counted: Any = OURS
        if SHARED in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        told = generate_latest(counted) + generate_latest(queue)
        return Response(HTTPStatus.OK, told.decode(), CONTENT_TYPE)

    return answer
