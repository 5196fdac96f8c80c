"""What an error says of a message: that it can never be applied, or only not now."""

from typing import Final

import nats.errors
from pydantic import ValidationError

from shared.database import is_away, sql_class

_BAD_VALUE: Final = ("21", "22")
"""Classes of SQLSTATE of a value that PostgreSQL cannot take, now or later."""
_BAD_STATEMENT: Final = "42"
"""A table that is missing, say: a fault of the service, not of the fact."""


def is_permanent(error: Exception) -> bool:
    """Tell whether no waiting mends an error."""
    return isinstance(error, ValidationError) or sql_class(error) in _BAD_VALUE


def is_passing(error: Exception) -> bool:
    """Tell whether an error is nobody's fault inside: the same may succeed later."""
    return isinstance(error, nats.errors.Error) or is_away(error) or sql_class(error) == _BAD_STATEMENT
