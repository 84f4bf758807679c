from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import proxy
from audit.artifacts.base import ParseError
from audit.artifacts.proxy import FIXED, FOUND, SCRIPT, Proxy, Way, firefox, gnome, plain, script
from tests.artifacts.devices import see, system

PLACE = "home/alice/.mozilla/firefox/abc.default"


def test_login_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/environment": 'PATH="/usr/bin"\nhttp_proxy="http://alice:secret@127.0.0.1:8080/"\nno_proxy="localhost"\n',
        "etc/profile.d/x.sh": "# export http_proxy=http://not.example.org:1\nexport HTTPS_PROXY=$http_proxy\nexport ALL_PROXY=socks5h://192.0.2.1:1080\n",
    }
    found = see(system(tmp_path, files), Proxy)
    assert found.items == (
        Proxy(proxy.LOGIN, FIXED, "127.0.0.1:8080", here=True, port=8080, settings="/etc/environment"),
        Proxy(proxy.LOGIN, FIXED, "192.0.2.1:1080", here=False, port=0, settings="/etc/profile.d/x.sh"),
    )
    assert "secret" not in repr(found)


def test_kde(tmp_path: Path) -> None:
    text = "[Proxy Settings]\nProxyType={}\nhttpProxy=http://proxy.example.org 3128\nhttpsProxy=http://proxy.example.org 3128\nProxy Config Script=file:///x.pac\n"
    expected = {
        "0": [],
        "1": [(FIXED, "proxy.example.org:3128")],
        "2": [(SCRIPT, "file:///x.pac")],
        "3": [(FOUND, "")],
        "4": [],
    }
    for kind, ways in expected.items():
        found = see(system(tmp_path, {"home/alice/.config/kioslaverc": text.format(kind)}), Proxy)
        assert [(each.mode, each.address) for each in found] == ways


def test_firefox(tmp_path: Path) -> None:
    prefs = 'user_pref("network.proxy.type", 1);\nuser_pref("network.proxy.http", "localhost");\nuser_pref("network.proxy.http_port", 8888);\n'
    files: dict[str, str | bytes] = {f"{PLACE}/prefs.js": prefs}
    (each,) = see(system(tmp_path, files), Proxy)
    assert (each.of, each.address, each.here, each.port) == ("Firefox", "localhost:8888", True, 8888)
    files[f"{PLACE}/user.js"] = 'user_pref("network.proxy.type", 0);\n'
    assert see(system(tmp_path, files), Proxy).items == ()


def test_each_way_of_firefox() -> None:
    assert firefox({}) == []
    assert firefox({"network.proxy.type": 5, "network.proxy.http": "x"}) == []
    url = "https://alice:secret@example.org/p.pac?who=alice"
    assert firefox({"network.proxy.type": 2, "network.proxy.autoconfig_url": url}) == [
        Way(SCRIPT, "https://example.org/p.pac")
    ]
    assert firefox({"network.proxy.type": 4}) == [Way(FOUND, "")]
    assert firefox({"network.proxy.type": 1, "network.proxy.http": 7}) == []


def test_each_way_of_gnome() -> None:
    host = {
        "/system/proxy/http/host": "proxy.example.org",
        "/system/proxy/socks/host": "",
        "/system/proxy/socks/port": 9,
    }
    assert gnome(host) == []
    assert gnome({**host, "/system/proxy/mode": "manual"}) == [Way(FIXED, "proxy.example.org:8080")]
    assert gnome({"/system/proxy/mode": "auto", "/system/proxy/autoconfig-url": "http://x/p.pac"}) == [
        Way(SCRIPT, "http://x/p.pac")
    ]
    assert gnome({"/system/proxy/mode": "auto"}) == [Way(FOUND, "")]
    assert gnome({"/system/proxy/mode": "manual", "/system/proxy/http/host": [1]}) == []


@pytest.mark.skipif(
    shutil.which("dconf") is None or shutil.which("dbus-run-session") is None, reason="dconf is not installed"
)
def test_what_gsettings_writes(tmp_path: Path) -> None:
    root = system(tmp_path, {})
    home = root / "home/alice"
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_CONFIG_HOME": f"{home}/.config", "XDG_RUNTIME_DIR": str(tmp_path)
    }  # fmt: skip
    write = "dconf write /system/proxy/mode \"'manual'\" && dconf write /system/proxy/https/host \"'192.0.2.9'\" && dconf write /system/proxy/https/port 3128"
    subprocess.run(["dbus-run-session", "--", "sh", "-c", write], check=True, env=environment, timeout=30)
    (each,) = see(root, Proxy)
    assert (each.of, each.address, each.settings) == (proxy.GNOME, "192.0.2.9:3128", "~/.config/dconf/user")


def test_chromium_where_it_is_started(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/chromium.d/x": '# --proxy-server=no.example.org:1\nexport CHROMIUM_FLAGS="$CHROMIUM_FLAGS --proxy-server=socks5://192.0.2.1:1080"\n',
        "home/alice/.local/share/applications/chromium.desktop": "[Desktop Entry]\nExec=chromium --proxy-pac-url='http://example.org/p.pac' %U\n",
        "home/alice/.config/chromium-flags.conf": "--proxy-server=direct://\n",
        "home/alice/Desktop/notes.txt": "--proxy-server=192.0.2.2:1",
    }
    found = see(system(tmp_path, files), Proxy)
    assert [(each.mode, each.address, each.user) for each in found] == [
        (FIXED, "192.0.2.1:1080", ""),
        (SCRIPT, "http://example.org/p.pac", "alice"),
    ]


@pytest.mark.parametrize(
    ("value", "address"),
    [("http://a:b@c.example.org:8080/x", "c.example.org:8080"), ("'c:1'", "c:1"), ("$proxy", ""), ("", ""), ("http://h 80", "h:80"),
     ("http=foo:80;https=bar:80", "http=foo:80"), ("[::1]:3128", "[::1]:3128")],
)  # fmt: skip
def test_addresses(value: str, address: str) -> None:
    assert plain(value) == address


def test_scripts() -> None:
    assert script("data:application/x-ns-proxy-autoconfig;base64,AAAA") == "data:"
    assert script("/home/alice/p.pac") == "/home/alice/p.pac"
    assert script("http://[bad") == ""


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser, start in (
        (proxy.parse_login, b"export http_proxy="),
        (proxy.parse_flags, b"x --proxy-server="),
        (proxy.parse_flags, b"x --proxy-pac-url="),
        (proxy.parse_kde, b"[Proxy Settings]\nProxyType=1\nhttpProxy="),
    ):
        for each in (data, start + data):
            with suppress(ParseError):
                parser(each)
