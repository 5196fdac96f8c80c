"""Rows of the database as the domain's values."""

from services.approvals.domain.state import Application
from shared.vocabulary import Formality, Level, Outcome, Scope


def application(row: object) -> Application:
    values = {name: getattr(row, name) for name in Application._fields}
    values["formality"] = Formality(values["formality"])
    values["level"] = Level(values["level"])
    values["scope"] = Scope(values["scope"])
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return Application(**values)
