"""The little of NATS' own identities that is needed to let units in: nkeys and the JWTs signed with them.

An nkey is an Ed25519 key in base32 with a prefix and a checksum; a JWT of NATS names its algorithm `ed25519-nkey`.
"""

import base64
import binascii
import hashlib
import json
import time
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ACCOUNT: Final = 0
"""The prefix byte of an account's public key: `A` in base32."""
_HEADER: Final = {"typ": "JWT", "alg": "ed25519-nkey"}


def private(seed: str) -> Ed25519PrivateKey:
    """Return the key of a seed of 32 bytes, written in hex."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def public_account(seed: str) -> str:
    """Return the public nkey of the account a seed stands for, as nats.conf names its `issuer`."""
    raw = bytes([_ACCOUNT]) + private(seed).public_key().public_bytes_raw()
    checksum = binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    return base64.b32encode(raw + checksum).decode().rstrip("=")


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def claims_of(jwt: str) -> dict[str, Any]:
    """Read the claims of a JWT; raises ValueError. Who may send it here is the server's business."""
    try:
        body = jwt.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, binascii.Error) as error:
        raise ValueError("this is no JWT") from error
    if not isinstance(claims, dict):
        raise ValueError("this JWT claims nothing")  # noqa: TRY004  (one error for whatever is none)
    return claims


def signed(seed: str, claims: dict[str, Any]) -> str:
    """Write and sign a JWT."""
    whole = {"iat": int(time.time()), "iss": public_account(seed)} | claims
    digest = hashlib.new("sha512_256", json.dumps(whole).encode()).digest()
    whole["jti"] = base64.b32encode(digest).decode().rstrip("=")
    text = f"{_encoded(json.dumps(_HEADER).encode())}.{_encoded(json.dumps(whole).encode())}"
    return f"{text}.{_encoded(private(seed).sign(text.encode()))}"
