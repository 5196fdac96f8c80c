"""The code at the end of a brochure's short address: short, hard to misread, never used for another brochure.

Six characters of the hash of what the brochure is, and a check character: the same brochure has the same code after
any rebuild, and a code copied by hand with one wrong character or two swapped is told from a right one.
"""

import hashlib
from collections.abc import Container
from typing import Final

ALPHABET: Final = "234679ACDEFGHJKMNPRTWXY"
"""No 0/O, 1/I/L, 5/S, 8/B, 2/Z, U/V, Q; 23 characters, a prime, so that the check finds what people do wrong."""
_LENGTH: Final = 6


def _check(body: str) -> str:
    total = sum((place + 2) * ALPHABET.index(character) for place, character in enumerate(body))
    return ALPHABET[-total % len(ALPHABET)]


def code_of(subject: str, taken: Container[str]) -> str:
    """Return the first code of a brochure that no other brochure has."""
    attempt = 0
    while (code := _code(subject, attempt)) in taken:
        attempt += 1
    return code


def candidates(subject: str, count: int = 8) -> list[str]:
    """List the codes a brochure may get, for the store to look up."""
    return [_code(subject, attempt) for attempt in range(count)]


def _code(subject: str, attempt: int) -> str:
    number = int.from_bytes(hashlib.sha256(f"{subject}#{attempt}".encode()).digest()[:8])
    body = ""
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        body += ALPHABET[rest]
    return body + _check(body)


def read_code(text: str) -> str | None:
    """Return the code somebody scanned or typed, in whatever case; None when it cannot be one."""
    code = text.strip().upper()
    if len(code) != _LENGTH + 1 or any(character not in ALPHABET for character in code):
        return None
    return code if _check(code[:-1]) == code[-1] else None
