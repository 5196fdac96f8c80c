"""Forums and site surveys. Accepts rosters, meetings, issues and surveys, and what becomes of issues; publishes facts.

Keeps each banner session's forum, its issues until they are closed out, its survey; reacts to the plan, its sessions,
policy teams, needs and questions left open, and to keys.
"""
