"""Policy visits to enterprises (notice §二(四)). Accepts policies, brochures, needs, teams and visits; publishes them.

Keeps the policy library, brochures with their QR codes, and each banner session's needs, teams, visits and questions;
reacts to CampaignPlanned, SessionScheduled, what books the teams' people elsewhere, and answers to open questions.
"""
