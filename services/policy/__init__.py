"""Policy teams that visit enterprises. Accepts the teams assigned and the end of their visits; publishes them as facts.

Keeps each banner session's teams; reacts to CampaignPlanned, KeyIssued and KeyRevoked.
"""
