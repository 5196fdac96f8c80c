"""Chaos: seeded random kills of every process under load, then an offline check that nothing was lost or doubled."""
