"""One session's facts, read into what the fold needs: the plan, and each aggregate's newest word."""

from services.bulletin.domain.facts.known import Case, SessionFacts
from services.bulletin.domain.facts.reading import at_closing, read

__all__ = ["Case", "SessionFacts", "at_closing", "read"]
