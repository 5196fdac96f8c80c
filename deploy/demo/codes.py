"""Codes that pass their checks and belong to nobody: org blocks MB0XX… and MA0XX…, project blocks 99xxx."""

from typing import Final

from stdnum.cn import uscc

from shared.identifiers import with_check_digit

_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_REMAINDERS: Final = "0123456789X0"


def _org_code(eight: str) -> str:
    """Append the check character of GB 11714 to the first eight characters of an organisation code."""
    total = sum(weight * int(character, 36) for weight, character in zip(_ORG_WEIGHTS, eight, strict=True))
    return eight + _REMAINDERS[11 - total % 11]


def _credit_code(head: str, division: str, eight: str) -> str:
    body = head + division + _org_code(eight)
    return body + uscc.calc_check_digit(body)


def organ_code(division: str, serial: int) -> str:
    """Return the credit code of a government organ: authority 1, type 1."""
    return _credit_code("11", division, f"MB0XX{serial:03d}")


def company_code(division: str, serial: int) -> str:
    """Return the credit code of a company: authority 9, type 1."""
    return _credit_code("91", division, f"MA0XX{serial:03d}")


def project_code(division: str, serial: int) -> str:
    """Return an investment project code of March 2022 with a random block of 99xxx."""
    return with_check_digit(f"2203-{division}-04-01-99{serial:03d}")
