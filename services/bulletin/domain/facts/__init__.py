"""One session's facts, read into what the fold needs: the plan, and each aggregate's newest word."""

from services.bulletin.domain.facts.known import Case, IssueFacts, SessionFacts
from services.bulletin.domain.facts.reading import EARLIER, READS, at, at_closing, read

__all__ = ["EARLIER", "READS", "Case", "IssueFacts", "SessionFacts", "at", "at_closing", "read"]
