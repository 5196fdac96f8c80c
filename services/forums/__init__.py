"""Forums of government and enterprises. Accepts the issues raised there and the forum's end; publishes them as facts.

Keeps each banner session's forum and its issues; reacts to CampaignPlanned, KeyIssued and KeyRevoked.
"""
