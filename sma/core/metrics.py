"""Prometheus counters and gauges: a dozen numbers about the machine, none about a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

registry = CollectorRegistry()

requests = Counter("sma_requests_total", "Answered requests", ["method", "status"], registry=registry)
bookings = Counter("sma_bookings_total", "Booking attempts by outcome", ["outcome"], registry=registry)
messages = Counter("sma_messages_total", "Messages by outcome", ["outcome"], registry=registry)
outbox_age = Gauge("sma_outbox_oldest_seconds", "Age of the longest-waiting due effect", registry=registry)
outbox_buried = Gauge("sma_outbox_buried", "Effects that need a person", registry=registry)


def text() -> bytes:
    """Return the exposition text (Prometheus text format 0.0.4)."""
    return generate_latest(registry)
