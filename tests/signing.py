"""A client that signs its requests, written from docs/integrate.md alone: nothing of ours is imported."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any


def authorization(  # noqa: PLR0913  (what is signed)
    token: str, service: str, method: str, target: str, body: bytes = b"", *, at: float | None = None, nonce: str = ""
) -> str:
    """Return the Authorization header of a request."""
    _, key, secret, _ = token.split("_")
    seconds, nonce = str(int(at or time.time())), nonce or secrets.token_urlsafe(12)
    lines = ["CHUNFENG1", service, method, target, seconds, nonce, hashlib.sha256(body).hexdigest()]
    pad = hmac.new(hashlib.sha256(secret.encode()).digest(), "\n".join(lines).encode(), hashlib.sha256).digest()
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(secret.encode(), pad, strict=True))).decode()
    return f"CHUNFENG1-HMAC-SHA256 key={key},time={seconds},nonce={nonce},proof={proof}"


def body_of(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event).encode()
