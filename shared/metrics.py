"""Prometheus metrics of the spine, one set per process."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_POSTED = Counter("chunfeng_events_posted", "Posted events by answer", ["service", "type", "status"])
GROUP_SIZE = Histogram(
    "chunfeng_intake_group_size", "Events per transaction", ["service"], buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
REQUESTS = Counter("chunfeng_http_requests", "HTTP requests", ["service", "method", "status"])
FACTS_PUBLISHED = Counter("chunfeng_facts_published", "Facts acknowledged by the stream", ["service"])
OUTBOX_LAG = Gauge("chunfeng_outbox_lag", "Facts recorded and not yet in the stream", ["service"])
FACTS_CONSUMED = Counter("chunfeng_facts_consumed", "Facts received", ["service", "result"])
QUARANTINED = Counter("chunfeng_quarantined", "Messages put into quarantine", ["service"])
CONNECTIONS_OPEN = Gauge(
    "chunfeng_connections_open",
    "Connections held open, in all and by the key that holds most",
    ["service", "kind", "by"],
)
CONNECTIONS_LIMIT = Gauge("chunfeng_connections_limit", "Connections that may be held open", ["service", "kind", "by"])
RELAY_LEADER = Gauge("chunfeng_relay_leader", "1 while this process relays", ["service"])
