from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import syncthing
from audit.artifacts.base import ParseError
from audit.artifacts.sync import Peer, SyncFolder
from tests.artifacts.devices import device, see, system

# Made with Syncthing 1.19.2, `syncthing generate`; the identity is what `syncthing --device-id` said of it.
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIICHDCCAaKgAwIBAgIITHxUoebxWLMwCgYIKoZIzj0EAwIwSjESMBAGA1UEChMJ
U3luY3RoaW5nMSAwHgYDVQQLExdBdXRvbWF0aWNhbGx5IEdlbmVyYXRlZDESMBAG
A1UEAxMJc3luY3RoaW5nMB4XDTI2MTEyMTAwMDAwMFoXDTQ2MTExNjAwMDAwMFow
SjESMBAGA1UEChMJU3luY3RoaW5nMSAwHgYDVQQLExdBdXRvbWF0aWNhbGx5IEdl
bmVyYXRlZDESMBAGA1UEAxMJc3luY3RoaW5nMHYwEAYHKoZIzj0CAQYFK4EEACID
YgAEDK+BhayPkpXvxq/4u1z+KMecQAWf0sRpzzzYpaEhxihCEvFkDxEvGwAxE0+6
9caULtA5mbqpcuIMW3DA3Iji3OhftCp3QjDMLC5vhbCWA15NjpOLTFD/4eDhmUTO
Q476o1UwUzAOBgNVHQ8BAf8EBAMCBaAwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsG
AQUFBwMCMAwGA1UdEwEB/wQCMAAwFAYDVR0RBA0wC4IJc3luY3RoaW5nMAoGCCqG
SM49BAMCA2gAMGUCMQCQvt8cwtLc+F9zCpCklTUdzYsJM6CjrVg6PL1u3IzUa8va
0VKeFMCkgqmfy+FHZogCMAEfdd4Gl9AnK0/lNYtqU4EI6xp8WnpdProUAHO4u3ZB
rQyG8l8wpoaQR7U/qmKCAQ==
-----END CERTIFICATE-----
"""
OWN = "FQFP7P7-LT6XFNH-PMIXXPF-5EDY42Y-SMWLJ2O-7EYCDZJ-LBM2RTC-74OXBQY"
PHONE = "ABCDEFG-2222222-3333333-4444444-5555555-6666666-7777777-AAAAAAA"


def config(folders: str, devices: tuple[str, ...] = (OWN, PHONE), defaults: str = "") -> str:
    listed = "".join(
        f'<device id="{each}" name="{each[:3].lower()}"><paused>false</paused></device>' for each in devices
    )
    return f'<configuration version="37">{folders}{listed}<gui><apikey>SECRET</apikey></gui>{defaults}</configuration>'


def folder(
    path: str = "~/Sync", devices: tuple[str, ...] = (OWN, PHONE), inner: str = "", kind: str = "sendreceive"
) -> str:
    listed = "".join(
        f'<device id="{each}" introducedBy=""><encryptionPassword></encryptionPassword></device>'
        for each in devices
    )
    return f'<folder id="x" label="L" path="{path}" type="{kind}">{listed}{inner}</folder>'


def seen(tmp_path: Path, text: str, certificate: str | None = CERTIFICATE) -> list[SyncFolder]:
    files: dict[str, str | bytes] = {"home/alice/.config/syncthing/config.xml": text}
    if certificate is not None:
        files["home/alice/.config/syncthing/cert.pem"] = certificate
    return list(see(system(tmp_path, files), SyncFolder))


def test_the_identity_of_a_real_certificate() -> None:
    assert syncthing.parse_certificate(CERTIFICATE.encode()) == OWN


def test_the_own_device_is_no_peer(tmp_path: Path) -> None:
    (only,) = seen(tmp_path, config(folder()))
    assert only == SyncFolder(
        client="Syncthing",
        path="~/Sync",
        user="alice",
        settings="~/.config/syncthing/config.xml",
        peers=(Peer("abc", "ABCDEFG"),),
        peers_known=True,
    )


def test_nothing_of_the_key_or_the_password_is_held(tmp_path: Path) -> None:
    sealed = folder().replace("<encryptionPassword></enc", "<encryptionPassword>hunter2</enc")
    (only,) = seen(tmp_path, config(sealed))
    assert only.peers[0].sealed
    assert "hunter2" not in repr(only)
    assert "SECRET" not in repr(only)


def test_without_a_certificate_the_template_tells(tmp_path: Path) -> None:
    template = f"<defaults>{folder('~', (OWN,))}</defaults>"
    (only,) = seen(tmp_path, config(folder(), defaults=template), certificate=None)
    assert (only.peers, only.peers_known) == ((Peer("abc", "ABCDEFG"),), True)


def test_without_both_it_is_not_visible_who_gets_it(tmp_path: Path) -> None:
    (only,) = seen(tmp_path, config(folder()), certificate=None)
    assert (only.peers, only.peers_known) == ((), False)


def test_a_lone_device_is_this_one(tmp_path: Path) -> None:
    (only,) = seen(tmp_path, config(folder(devices=(OWN,)), devices=(OWN,)), certificate=None)
    assert (only.peers, only.peers_known) == ((), True)


def test_paused_and_receiving(tmp_path: Path) -> None:
    one, two = seen(
        tmp_path, config(folder(inner="<paused>true</paused>") + folder("/srv/x", kind="receiveonly"))
    )
    assert (one.paused, one.receives_only) == (True, False)
    assert (two.path, two.paused, two.receives_only) == ("/srv/x", False, True)


def test_a_copied_home_says_the_same(tmp_path: Path) -> None:
    text = config(folder("/home/alice/Sync"))
    whole = seen(tmp_path / "whole", text)
    home = device(
        tmp_path / "copy", {".config/syncthing/config.xml": text, ".config/syncthing/cert.pem": CERTIFICATE}
    )
    (copied,) = see(home, SyncFolder)
    assert (copied.path, copied.peers, copied.settings) == (whole[0].path, whole[0].peers, whole[0].settings)


def test_a_broken_file_is_a_gap(tmp_path: Path) -> None:
    shown = see(
        system(tmp_path, {"home/alice/.config/syncthing/config.xml": "<configuration><folder"}), SyncFolder
    )
    assert not shown.items
    assert [gap.kind for gap in shown.gaps] == ["malformed"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"<a/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><configuration>&a;</configuration>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><configuration/>',
        b"<configuration>" + b"<a>" * 50_000,
    ],
)
def test_hostile_settings_are_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        syncthing.parse_config(data)


def test_a_name_with_controls_stays_a_value() -> None:
    text = config("").replace('name="abc"', 'name="a&#10;b"')
    assert syncthing.parse_config(text.encode()).names[PHONE] == "a\nb"


@given(st.binary(max_size=1000))
def test_any_bytes(data: bytes) -> None:
    for parser in (syncthing.parse_config, syncthing.parse_certificate):
        for content in (
            data,
            b"<configuration>" + data + b"</configuration>",
            b"-----BEGIN CERTIFICATE-----" + data,
        ):
            with suppress(ParseError):
                parser(content)


@given(st.binary(max_size=500))
def test_identities_have_one_shape(certificate: bytes) -> None:
    pem = (
        b"-----BEGIN CERTIFICATE-----\n"
        + base64.encodebytes(certificate or b"x")
        + b"-----END CERTIFICATE-----"
    )
    groups = syncthing.parse_certificate(pem).split("-")
    assert [len(group) for group in groups] == [7] * 8
