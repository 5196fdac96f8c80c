"""Rows of the database as the domain's values."""

from collections.abc import Sequence
from typing import Any, Final

from services.approvals.domain.state import Application
from shared.vocabulary import Formality, Level, Outcome, Scope

_FORMALITIES: Final = {word.value: word for word in Formality}
_LEVELS: Final = {word.value: word for word in Level}
_SCOPES: Final = {word.value: word for word in Scope}
_OUTCOMES: Final[dict[str | None, Outcome | None]] = {None: None, **{word.value: word for word in Outcome}}


def application(row: Sequence[Any]) -> Application:
    """Read a row in the order of Application's fields; words by table, an enumeration's own look-up costs ten times."""
    subject, session, code, formality, level, name, scope, owner, owner_name, withdrawn, outcome, *rest = row
    words = (_FORMALITIES[formality], _LEVELS[level], name, _SCOPES[scope], owner, owner_name, withdrawn)
    return Application(subject, session, code, *words, _OUTCOMES[outcome], *rest)
