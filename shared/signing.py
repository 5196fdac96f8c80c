"""Signed requests: a key's holder proves that he has the secret without sending it (row 75).

The proof is the secret veiled by an HMAC of the request, keyed with the secret's hash (the proof of SCRAM, RFC 5802):

    message = CHUNFENG1 ⏎ service ⏎ method ⏎ path?query ⏎ seconds since 1970 ⏎ nonce ⏎ SHA-256 of the body, in hex
    proof   = base64( secret XOR HMAC-SHA256(SHA-256(secret), message) )

Only the hash is kept here, and it proves nothing by itself: who reads the database or the stream can sign no request.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text

from shared import keys
from shared.database import Database
from shared.keys import Keys
from shared.problems import Refused

SCHEME: Final = "CHUNFENG1-HMAC-SHA256"
SKEW_SECONDS: Final = 300
_HEADER = re.compile(
    rf"{SCHEME} key=(?P<key>[a-z0-9]{{8}}), ?time=(?P<time>[0-9]{{1,12}}), ?"
    r"nonce=(?P<nonce>[A-Za-z0-9_-]{8,64}), ?proof=(?P<proof>[A-Za-z0-9+/]{43}=)"
)
_SECRET = re.compile(rb"[A-Za-z0-9]{32}")
_SEEN: Final = text("""
    INSERT INTO proof (key, nonce, seen_at) VALUES (:key, :nonce, :now) ON CONFLICT DO NOTHING RETURNING nonce
""")
_FORGET: Final = text("DELETE FROM proof WHERE seen_at < :before")
_FORGET_EVERY_SECONDS: Final = 60


class BadSignature(Refused):
    """The signature is not that of this request by this key."""

    status = 401
    row = 75
    zh = "请求签名无效：{reason}"
    en = "The request's signature is not valid: {reason_en}"


class Replayed(Refused):
    """The very same signed request has been let in before."""

    status = 401
    row = 75
    zh = "该签名请求已用过，请换 nonce 重新签名"
    en = "This signed request was used before; sign it again with another nonce"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signed request says of itself."""

    key: str
    time: int
    nonce: str
    proof: bytes


def message(service: str, method: str, target: str, signature: Signature, body: bytes) -> bytes:
    """Return what is signed of a request."""
    digest = hashlib.sha256(body).hexdigest()
    lines = ("CHUNFENG1", service, method, target, str(signature.time), signature.nonce, digest)
    return "\n".join(lines).encode()


def veil(secret_or_proof: bytes, stored: bytes, signed: bytes) -> bytes:
    """Return the proof of a secret, or the secret of a proof: veiling twice is unveiling."""
    pad = hmac.new(stored, signed, hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(secret_or_proof, pad, strict=True))


def read(header: str) -> Signature:
    """Read the header; raises BadSignature."""
    found = _HEADER.fullmatch(header.strip())
    if found is None:
        raise BadSignature(reason="Authorization 头格式不对", reason_en="the Authorization header is malformed")
    try:
        proof = base64.b64decode(found["proof"], validate=True)
    except binascii.Error:
        raise BadSignature(reason="proof 不是 base64", reason_en="the proof is not base64") from None
    return Signature(found["key"], int(found["time"]), found["nonce"], proof)


class Signatures:
    """Checks signed requests for one service."""

    def __init__(self, service: str, known: Keys, database: Database) -> None:
        """Take the keys, and where it is kept what was let in."""
        self._service = service
        self._keys = known
        self._database = database
        self._forgotten_at = 0.0

    async def begun(self, header: str) -> tuple[Signature, bytes]:
        """Return what a header says, and the hash of its key's secret; raises BadSignature or BadKey.

        Nobody's body is read who cannot say so much.
        """
        signature = read(header)
        now = datetime.now(UTC)
        if abs(skew := signature.time - int(now.timestamp())) > SKEW_SECONDS:
            fast, slow = ("快", "ahead") if skew > 0 else ("慢", "behind")
            reason = f"时间比系统{fast}{abs(skew)}秒，不得超过{SKEW_SECONDS}秒"
            reason_en = f"its time is {abs(skew)} s {slow}, at most {SKEW_SECONDS} s are allowed"
            raise BadSignature(reason=reason, reason_en=reason_en)
        return signature, bytes.fromhex(await self._keys.secret_sha256(signature.key))

    async def token(self, header: str, method: str, target: str, body: bytes) -> str:
        """Return the token whose holder signed this request; raises BadSignature, Replayed or BadKey."""
        signature, stored = await self.begun(header)
        signed = message(self._service, method, target, signature, body)
        secret = veil(signature.proof, stored, signed)
        if not (hmac.compare_digest(hashlib.sha256(secret).digest(), stored) and _SECRET.fullmatch(secret)):
            reason = f"与所签内容不符，应签 {signed.decode(errors='replace')!r}"
            reason_en = f"it is not of this request, which reads {signed.decode(errors='replace')!r}"
            raise BadSignature(reason=reason, reason_en=reason_en)
        await self._once(signature, datetime.now(UTC))
        return keys.token(signature.key, secret.decode())

    async def _once(self, signature: Signature, now: datetime) -> None:
        """Refuse what was let in before; what is too old to be let in again is forgotten."""
        async with self._database.transaction() as session:
            connection = await session.connection()
            values = {"key": signature.key, "nonce": signature.nonce, "now": now}
            if (await connection.execute(_SEEN, values)).first() is None:
                raise Replayed
            if now.timestamp() - self._forgotten_at > _FORGET_EVERY_SECONDS:
                self._forgotten_at = now.timestamp()
                await connection.execute(_FORGET, {"before": now - timedelta(seconds=3 * SKEW_SECONDS)})
