"""The forums service's tables, a file for each part of its work."""

from services.forums.tables.base import Campaign, Table
from services.forums.tables.forum import Forum
from services.forums.tables.issues import Issue, Notice, Question
from services.forums.tables.meeting import Arrangement, Consultation, Minutes, Need, Participant, Speech, Team
from services.forums.tables.surveys import Choice, Finding, Photo, Site, Survey

__all__ = [
    "Arrangement",
    "Campaign",
    "Choice",
    "Consultation",
    "Finding",
    "Forum",
    "Issue",
    "Minutes",
    "Need",
    "Notice",
    "Participant",
    "Photo",
    "Question",
    "Site",
    "Speech",
    "Survey",
    "Table",
    "Team",
]
