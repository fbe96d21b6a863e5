"""Certificates as an authority would give them to an office."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID


def give(
    folder: Path, name: str, office: str, *, now: datetime | None = None, days: int = 365, signs: bool = True
) -> None:
    """Put `name.p12` and its passphrase there, valid for so many days from the day before `now`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, office)])
    since = (now or datetime.now(UTC)) - timedelta(days=1)
    usage = x509.KeyUsage(signs, signs, not signs, False, False, False, False, False, False)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .add_extension(usage, critical=True)
    )
    locked = serialization.BestAvailableEncryption(b"open sesame")
    content = pkcs12.serialize_key_and_certificates(b"office", key, built.sign(key, hashes.SHA256()), None, locked)
    (folder / f"{name}.p12").write_bytes(content)
    (folder / f"{name}.pass").write_text("open sesame\n")
