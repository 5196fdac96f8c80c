"""Concentrated approval. Accepts the campaign's plan, sessions, dockets, decisions; publishes them as facts.

Keeps campaigns, sessions, duties, applications, licences and the units' keys; tells units of moved sessions; reacts to
what shows a duty done, BrochurePublished say, and to BulletinIssued.
"""
