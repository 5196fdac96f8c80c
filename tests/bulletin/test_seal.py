"""The issuer's electronic signature: valid, appended to the page as printed, and the same every time."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.bulletin.pdf.press import BulletinPress
from services.bulletin.pdf.renderer import EditionRenderer
from services.bulletin.pdf.seal import Seal, SealUnavailable
from shared.printing import fonts
from tests.builders import ROOT
from tests.bulletin.editions import edition

PASSWORD = SecretStr("示例口令")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a certificate as a certification authority would hand it out, valid on the day of the campaign."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "鄂尔多斯市发展和改革委员会（示例）")])
    day = datetime(2022, 1, 1, tzinfo=UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        **dict.fromkeys(
            (
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        ),
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + timedelta(days=4000))
    signed = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    encryption = serialization.BestAvailableEncryption(PASSWORD.get_secret_value().encode())
    path = tmp_path_factory.mktemp("seal") / "drc.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"drc", key, signed, None, encryption))
    return path


@pytest.mark.row(60, 68)
async def test_a_signed_bulletin_is_valid_and_begins_with_the_page_as_printed(certificate: Path) -> None:
    seal, made = Seal(certificate, PASSWORD), edition(3)
    page = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts")).print(made)
    signed = await EditionRenderer(seal=seal).sign(made, page)
    assert signed is not None
    assert signed[: len(page)] == page
    assert signed == await EditionRenderer(seal=Seal(certificate, PASSWORD)).sign(made, page)
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    root = asn1.Certificate.load(signature.signer_cert.dump())
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=made.issued_at)
    status = await async_validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.signer_reported_dt == made.issued_at
    assert "鄂尔多斯市发展和改革委员会（示例）" in seal.subject
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        assert pdf.attachments["bulletin.json"].get_file().read_bytes() == made.canonical()


async def test_what_is_changed_after_signing_is_found_out(certificate: Path) -> None:
    made = edition(3)
    page = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts")).print(made)
    signed = await Seal(certificate, PASSWORD).signed(page, made.issued_at, "印发")
    forged = signed[:200] + bytes([signed[200] ^ 1]) + signed[201:]
    (signature,) = PdfFileReader(io.BytesIO(forged)).embedded_signatures
    root = asn1.Certificate.load(signature.signer_cert.dump())
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=made.issued_at)
    assert not (await async_validate_pdf_signature(signature, context)).bottom_line


def test_a_certificate_that_cannot_be_read_stops_the_service_at_once(certificate: Path) -> None:
    with pytest.raises(SealUnavailable, match="the certificate cannot be read"):
        Seal(certificate, SecretStr("wrong"))
