"""The spine every service stands on: contracts, intake, outbox, relay, stream, consumer, keys, clock, logs, web."""
