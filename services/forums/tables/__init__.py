"""The forums service's tables, a file for each part of its work."""

from services.forums.tables.base import Campaign, Table
from services.forums.tables.forum import Forum
from services.forums.tables.issues import Issue, Question

__all__ = ["Campaign", "Forum", "Issue", "Question", "Table"]
