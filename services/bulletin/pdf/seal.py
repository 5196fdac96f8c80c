"""The issuer's electronic signature on a printed bulletin (PAdES, ETSI EN 319 142): appended to the page, never in it.

The page as printed is the signed file's beginning, byte for byte, so that its hash can still be checked, and a bulletin
printed again is compared with it whatever certificate is in force by then. With an RSA key the same page gives the same
signature; an ECDSA signature differs every time.
"""

import hashlib
import io
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession

from shared.clock import SHANGHAI

FIELD = "Issuer"


class SealUnavailable(Exception):  # noqa: N818  (named for what is the case)
    """The certificate that settings name cannot be used."""


class _At(PdfSigner):
    """Signs at a moment that is given, and not at the moment of the clock."""

    moment: datetime

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002  (pyHanko's)
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


class _Appendix(IncrementalPdfFileWriter):
    """What is appended leaves the page's own particulars as they are: it was issued then, and not now."""

    def _update_meta(self) -> None:
        """Do not note the moment of the clock."""


class Seal:
    """Signs with one certificate and its key (PKCS #12)."""

    def __init__(self, certificate: Path, password: SecretStr | None) -> None:
        """Load the certificate; one that cannot be read stops the service at once, and not at the first bulletin."""
        passphrase = password.get_secret_value().encode() if password else None
        signer = SimpleSigner.load_pkcs12(pfx_file=str(certificate), passphrase=passphrase)  # type: ignore[no-untyped-call]
        if signer is None:
            message = f"无法读取签名证书 {certificate} (the certificate cannot be read: wrong file or password)"
            raise SealUnavailable(message)
        self._signer = signer

    @property
    def subject(self) -> str:
        """Whose signature it is."""
        return str(self._signer.signing_cert.subject.human_friendly)

    async def signed(self, pdf: bytes, at: datetime, reason: str) -> bytes:
        """Return the PDF with the signature appended."""
        writer = _Appendix(io.BytesIO(pdf))
        # Its second half names this version of the file; pyHanko draws it by lot.
        writer._document_id[1] = ByteStringObject(hashlib.sha256(pdf).digest()[:16])  # noqa: SLF001
        particulars = PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", reason=reason, subfilter=SigSeedSubFilter.PADES
        )
        signer = _At(particulars, signer=self._signer)
        signer.moment = at.astimezone(SHANGHAI)
        signed = await signer.async_sign_pdf(writer)
        return bytes(signed.getbuffer())
