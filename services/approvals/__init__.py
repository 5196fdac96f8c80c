"""Concentrated approval. Accepts the campaign's plan, dockets, decisions and licences; publishes them as facts.

Keeps campaigns, sessions, applications, licences and the units' keys; reacts to nothing yet.
"""
