from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stores import ParseError, certificate
from tests.certificates import SINCE, UNTIL, der, pem

ROOT = der("Example Root", organisation="Example Filter")


def test_what_a_certificate_says() -> None:
    found = certificate.read(ROOT)
    assert (found.name, found.organisation) == ("Example Root", "Example Filter")
    assert (found.since, found.until, found.authority) == (SINCE, UNTIL, True)
    assert found.fingerprint == certificate.fingerprint(ROOT)


def test_who_is_no_authority() -> None:
    assert not certificate.read(der("nas.home.arpa", authority=False)).authority
    assert not certificate.read(der("nas.home.arpa", authority=None)).authority


def test_without_a_common_name_the_organisation_stands_in() -> None:
    assert certificate.read(der("", organisation="Some Company")).name == "Some Company"


def test_a_long_name_is_cut_and_lines_are_joined() -> None:
    assert certificate.read(der("a\nb" * 20)).name == "a b" * 20
    assert len(certificate.read(der("x" * 64)).name) <= 120


def test_every_form_of_a_file() -> None:
    one, two = pem("One"), pem("Two")
    assert certificate.ders(one + b"# words\n" + two) == [der("One"), der("Two")]
    assert certificate.ders(ROOT + b"trailing") == [ROOT]
    trusted = base64.encodebytes(ROOT + b"\x30\x03\x0c\x01x")
    wrapped = b"-----BEGIN TRUSTED CERTIFICATE-----\n" + trusted + b"-----END TRUSTED CERTIFICATE-----\n"
    assert certificate.ders(wrapped) == [ROOT]


def test_what_p11_kit_distrusts_is_left_out() -> None:
    head = b'[p11-kit-object-v1]\nlabel: "x"\n'
    text = head + b"trusted: true\n" + pem("One") + head + b"x-distrusted: true\n" + pem("Two")
    assert certificate.ders(text) == [der("One")]
    assert certificate.ders(head + b"x-distrusted: true\n" + pem("Two")) == []


@pytest.mark.parametrize("text", [b"", b"# only words\n", b"\n"])
def test_a_text_may_hold_none(text: bytes) -> None:
    assert certificate.ders(text) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x89" + bytes(9),
        b"\x00\x01",
        b"-----BEGIN CERTIFICATE-----\nAAAA",
        b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        certificate.ders(data)


def test_too_many_are_refused() -> None:
    with pytest.raises(ParseError):
        certificate.ders(b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" * 2001)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for each in (data, b"\x30" + data, b"-----BEGIN CERTIFICATE-----" + data + b"-----END CERTIFICATE-----"):
        with suppress(ParseError):
            for found in certificate.ders(each):
                certificate.read(found)


@given(st.data())
def test_damaged_certificates_are_read_or_refused(data: st.DataObject) -> None:
    image = bytearray(ROOT)
    for _ in range(data.draw(st.integers(1, 6))):
        image[data.draw(st.integers(0, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        assert len(certificate.read(bytes(image)).name) <= 120
