"""X.509 certificates: whom they name, for how long, and whether they may vouch for others.

Files hold them as PEM (RFC 7468), as bare DER (X.690), in OpenSSL's "TRUSTED CERTIFICATE" form (a certificate with more behind it:
openssl-x509(1), "Trust Settings"), or in p11-kit's persistence format (pemblocks among `key: value` lines, trust(1)).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit.stores import ParseError

if TYPE_CHECKING:
    from cryptography import x509

_PEM = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]{1,200000})-----END (?:TRUSTED |X509 )?CERTIFICATE-----"
)
_OBJECT = re.compile(rb"^\[p11-kit-object-v1\]", re.MULTILINE)
_DISTRUSTED = re.compile(rb"^x-distrusted:\s*true", re.MULTILINE)
_MOST = 2000
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Certificate:
    """`name` is the subject's common name, else its unit or organisation. `fingerprint`: SHA-256 of the DER, in hexadecimal.

    `authority`: it may vouch for others (basic constraints say CA; those of version 1 that sign themselves always may).
    """

    name: str
    organisation: str
    fingerprint: str
    since: datetime
    until: datetime
    authority: bool


def ders(data: bytes) -> list[bytes]:
    """The DER of each certificate in a file, without those that p11-kit says are distrusted. A text may hold none. Raises ParseError."""
    if data[:1] == b"\x30":
        return [outer(data)]
    if b"\0" in data:
        raise ParseError("not a certificate")
    parts = (part for part in _OBJECT.split(data) if not _DISTRUSTED.search(part))
    blocks = [match.group(1) for part in parts for match in itertools.islice(_PEM.finditer(part), _MOST + 1)]
    if len(blocks) > _MOST:
        raise ParseError("too many entries")
    if not blocks and b"-----BEGIN CERTIFICATE" in data and not _OBJECT.search(data):
        raise ParseError("not a certificate")
    try:
        return [outer(base64.b64decode(b"".join(block.split()), validate=True)) for block in blocks]
    except binascii.Error as error:
        raise ParseError("not a certificate") from error


def outer(data: bytes) -> bytes:
    """The first DER SEQUENCE of some bytes, without what stands behind it. Raises ParseError."""
    if len(data) < 4 or data[0] != 0x30:
        raise ParseError("not a certificate")
    size, start = data[1], 2
    if size >= 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(data[2:start], "big")
    if start > 6 or start + size > len(data):
        raise ParseError("not a certificate")
    return data[: start + size]


def fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def read(der: bytes) -> Certificate:
    """What one certificate says. Raises ParseError."""
    from cryptography import x509  # large: only a device that holds an unknown certificate pays for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old forms that real authorities still have
            found = x509.load_der_x509_certificate(der)
            common, unit, whole = (
                _part(found, oid)
                for oid in (
                    x509.NameOID.COMMON_NAME,
                    x509.NameOID.ORGANIZATIONAL_UNIT_NAME,
                    x509.NameOID.ORGANIZATION_NAME,
                )
            )
            return Certificate(
                name=common or unit or whole,
                organisation=whole,
                fingerprint=fingerprint(der),
                since=found.not_valid_before_utc.astimezone(UTC),
                until=found.not_valid_after_utc.astimezone(UTC),
                authority=_vouches(found),
            )
    except (ValueError, TypeError, OverflowError, x509.DuplicateExtension, x509.InvalidVersion) as error:
        raise ParseError("not a certificate") from error


def _part(found: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    for attribute in found.subject.get_attributes_for_oid(oid):
        value = attribute.value
        text = value if isinstance(value, str) else value.decode("utf-8", "replace")
        if text.strip():
            return " ".join(text.split())[:_LONGEST_NAME]
    return ""


def _vouches(found: x509.Certificate) -> bool:
    """RFC 5280, 4.2.1.9 and 6.1.4(k): version 1 has no such mark, and programs take one that signs itself as an authority."""
    from cryptography import x509

    if found.version is x509.Version.v1:
        return found.issuer == found.subject
    try:
        return found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
