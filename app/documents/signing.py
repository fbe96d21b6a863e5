"""What is put into the finished PDF of a letter: the picture of a seal under its text, then the office's signature.

The signature comes last and is the first (certifying) one: whoever changes a byte afterwards breaks it.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from asn1crypto import x509
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.images import pil_image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from app.documents.certificates import Certificate
from app.documents.isolated import Place
from app.outside import Refused

SEAL_WIDTH = 42 / 25.4 * 72
"""Points: the seals of counties and townships are 42 mm wide."""
_LOWER = 0.1
"""Name and date stand a little below the middle of a seal (GB/T 9704 7.3.5.1): by this share of its height."""
_USAGES = {"digital_signature", "non_repudiation"}


class Paper:
    """A PDF that is added to; what it held before stays byte by byte."""

    def __init__(self, pdf: bytes) -> None:
        self._writer = IncrementalPdfFileWriter(io.BytesIO(pdf))

    def put_seal(self, png: bytes, place: Place) -> None:
        """Under the text, so that it covers none of it, and within the page."""
        with Image.open(io.BytesIO(png), formats=("PNG",)) as found:
            picture = found.convert("RGBA")
        width, height = SEAL_WIDTH, SEAL_WIDTH * picture.height / picture.width
        left = min(max(place.x - width / 2, 0), place.width - width)
        bottom = min(max(place.y - height / 2 + height * _LOWER, 0), place.height - height)
        drawn = f"/Artifact BMC q {width:.2f} 0 0 {height:.2f} {left:.2f} {bottom:.2f} cm /DoudiSeal Do Q EMC\n"
        stream = self._writer.add_object(generic.StreamObject(stream_data=drawn.encode()))
        known = {pdf_name("/XObject"): {pdf_name("/DoudiSeal"): pil_image(picture, self._writer)}}
        resources = generic.DictionaryObject(
            {name: generic.DictionaryObject(objects) for name, objects in known.items()}
        )
        self._writer.add_stream_to_page(place.page, stream, resources, prepend=True)

    def sign(self, certificate: Certificate, office: str, now: datetime) -> tuple[bytes, str]:
        """The signed PDF, and whom the certificate names. Raises Refused where it cannot sign today."""
        signer = _signer(certificate, now)
        meta = signers.PdfSignatureMetadata(
            field_name="Signature", name=office, reason="出具文书", md_algorithm="sha256", certify=True,
            subfilter=fields.SigSeedSubFilter.PADES, docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )  # fmt: skip
        signed = signers.PdfSigner(meta, signer).sign_pdf(self._writer)
        return signed.getvalue(), named(signer.signing_cert)

    def unsigned(self) -> bytes:
        buffer = io.BytesIO()
        self._writer.write(buffer)
        return buffer.getvalue()


def named(found: x509.Certificate) -> str:
    """Whom a certificate names and who vouches for that: ``农安县民政局（某某 CA 颁发）``."""
    subject, issuer = (_common_name(each) for each in (found.subject, found.issuer))
    return f"{subject}（{'自己' if issuer == subject else issuer}颁发）"[:200]


def checked(certificate: Certificate, now: datetime) -> x509.Certificate:
    """The certificate of the file, which can sign today. Raises Refused."""
    return _signer(certificate, now).signing_cert


def _signer(certificate: Certificate, now: datetime) -> Any:
    where = f"签名证书 {certificate.name}.p12 "
    try:
        signer = signers.SimpleSigner.load_pkcs12_data(certificate.content, [], certificate.passphrase)
    except Exception as fault:  # whatever a file holds that is no such certificate
        told = "打不开：口令不对、文件损坏，或者是本系统还不支持的国密（SM2）证书"
        raise Refused(f"{where}{told}") from fault
    found = signer.signing_cert
    if not found.not_valid_before <= now <= found.not_valid_after:
        raise Refused(f"{where}不在有效期内（{found.not_valid_before:%Y-%m-%d} 至 {found.not_valid_after:%Y-%m-%d}）")
    usage = found.key_usage_value
    if usage is not None and not _USAGES & usage.native:
        raise Refused(f"{where}不是签名用的证书，请换成签名证书")
    return signer


def _common_name(name: x509.Name) -> str:
    found = name.native.get("common_name") or name.native.get("organization_name") or name.human_friendly
    return found if isinstance(found, str) else "、".join(found)
