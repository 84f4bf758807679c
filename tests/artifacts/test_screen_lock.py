from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import screen_lock
from audit.artifacts.base import ParseError
from audit.artifacts.screen_lock import DCONF, ScreenLock
from tests.artifacts.devices import device, see, system
from tests.planted.base import Tree

Files = dict[str, str | bytes]
GNOME: Files = {"usr/share/wayland-sessions/gnome.desktop": "", "usr/share/xsessions/gnome-xorg.desktop": ""}
PLASMA: Files = {"usr/share/wayland-sessions/plasmawayland.desktop": ""}
XFCE: Files = {"usr/share/xsessions/xfce.desktop": "", "etc/xdg/autostart/x": ""}
LIGHT: Files = {"etc/xdg/autostart/light-locker.desktop": "[Desktop Entry]\nExec=light-locker\n"}
SAVER = "home/alice/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml"
NEVER = '<channel name="xfce4-screensaver"><property name="lock"><property name="enabled" value="false"/></property></channel>'


def locks(tmp_path: Path, files: Files) -> list[tuple[str, int, bool, str]]:
    return [
        (each.desktop, each.minutes, each.can_lock, each.settings)
        for each in see(system(tmp_path, files), ScreenLock)
    ]


def test_what_desktops_do_by_themselves(tmp_path: Path) -> None:
    more: Files = {"usr/share/xsessions/cinnamon.desktop": "", "usr/share/xsessions/mate.desktop": ""}
    assert [(name, minutes) for name, minutes, _, _ in locks(tmp_path, GNOME | PLASMA | more)] == [
        ("GNOME", 5),
        ("Cinnamon", 15),
        ("MATE", 5),
    ]


@pytest.mark.skipif(
    not shutil.which("dconf") or not shutil.which("dbus-run-session"), reason="dconf is not installed"
)
@pytest.mark.parametrize(
    ("settings", "minutes", "can"),
    [
        ({"/org/gnome/desktop/screensaver/lock-enabled": "false"}, 0, True),
        ({"/org/gnome/desktop/session/idle-delay": "uint32 0"}, 0, True),
        ({"/org/gnome/desktop/session/idle-delay": "uint32 900"}, 15, True),
        ({"/org/gnome/desktop/screensaver/lock-delay": "uint32 3600"}, 65, True),
        ({"/org/gnome/desktop/lockdown/disable-lock-screen": "true"}, 0, False),
    ],
)
def test_gnome_as_dconf_writes_it(tmp_path: Path, settings: dict[str, str], minutes: int, can: bool) -> None:
    tree = Tree(system(tmp_path, GNOME))
    for key, value in settings.items():
        tree.run(["dbus-run-session", "--", "dconf", "write", key, value])
    shown = see(tree.root, ScreenLock)
    assert [(each.minutes, each.can_lock, each.settings) for each in shown] == [
        (minutes, can, "~/.config/dconf/user")
    ]


def test_a_distributions_own_defaults(tmp_path: Path) -> None:
    files: Files = {
        **GNOME,
        "usr/share/glib-2.0/schemas/10_a.gschema.override": "[org.gnome.desktop.session]\nidle-delay=uint32 0\n",
        "usr/share/glib-2.0/schemas/20_b.gschema.override": "[org.gnome.desktop.session:GNOME]\nidle-delay=uint32 600\n",
    }
    assert [minutes for _, minutes, _, _ in locks(tmp_path, files)] == [10]
    files["usr/share/glib-2.0/schemas/30_live.gschema.override"] = (
        "[org.gnome.desktop.screensaver]\nlock-enabled=false\n"
    )
    assert [minutes for _, minutes, _, _ in locks(tmp_path, files)] == [0]


def test_values_of_another_type_are_not_believed() -> None:
    values = {DCONF["GNOME"].lock: ("no", "x"), DCONF["GNOME"].idle_delay: (True, "x")}
    assert screen_lock.gsettings(DCONF["GNOME"], values)[:2] == (5, True)


@pytest.mark.parametrize(
    ("text", "minutes", "can"),
    [
        ("[Daemon]\nAutolock=false\nLockOnResume=false\n", 0, True),
        ("[Daemon]\nTimeout=20\n", 20, True),
        ("[Daemon]\nTimeout=2.5\n", 3, True),
        ("[Daemon]\nTimeout=nan\n", 0, True),
        ("[Daemon]\nTimeout=x\nAutolock[$i]=true\n", 5, True),
        ("[Daemon]\nRequirePassword=false\n", 0, False),
        ("[Greeter]\nAutolock=false\n", 5, True),
    ],
)
def test_plasma(tmp_path: Path, text: str, minutes: int, can: bool) -> None:
    found = locks(tmp_path, PLASMA | {"home/alice/.config/kscreenlockerrc": text})
    assert found == [("KDE Plasma", minutes, can, "~/.config/kscreenlockerrc")]


def test_xfce_locks_where_one_of_its_programs_does(tmp_path: Path) -> None:
    assert locks(tmp_path, XFCE | LIGHT) == [("Xfce", 10, True, "/etc/xdg/autostart/light-locker.desktop")]
    assert locks(tmp_path, {SAVER: NEVER}) == [("Xfce", 10, True, "/etc/xdg/autostart/light-locker.desktop")]
    hidden: Files = {"home/alice/.config/autostart/light-locker.desktop": "[Desktop Entry]\nHidden=true\n"}
    assert [minutes for _, minutes, _, _ in locks(tmp_path, hidden)] == [0]


def test_xfce_without_any_of_them_is_not_taken_for_locked(tmp_path: Path) -> None:
    shown = see(system(tmp_path, XFCE), ScreenLock)
    assert not shown.items
    assert [gap.kind for gap in shown.gaps] == ["not-visible"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        (
            "# XScreenSaver Preferences File\ntimeout:\t0:05:00\nlock:\t\tTrue\nlockTimeout:\t0:02:00\nmode:\t\tone\n",
            7,
        ),
        ("timeout:\t3:00:00\nlock:\tTrue\n", 180),
        ("lock:\tFalse\n", 0),
        ("lock:\tTrue\nmode:\toff\n", 0),
        ("timeout:\t0:05:00\n", None),
        ("lock: True\ntimeout: soon\n", 10),
    ],
)
def test_xscreensaver(text: str, minutes: int | None) -> None:
    assert screen_lock.parse_xscreensaver(text.encode()) == minutes


def test_xscreensaver_may_lock_for_xfce(tmp_path: Path) -> None:
    found = locks(tmp_path, XFCE | {"home/alice/.xscreensaver": "lock:\tTrue\n"})
    assert found == [("Xfce", 10, True, "~/.xscreensaver")]


def test_an_unknown_desktop_is_said_to_be_unknown(tmp_path: Path) -> None:
    shown = see(system(tmp_path, {"usr/share/wayland-sessions/sway.desktop": ""}), ScreenLock)
    assert [gap.kind for gap in shown.gaps] == ["not-visible"]
    chosen = see(system(tmp_path, GNOME | {"home/alice/.dmrc": "[Desktop]\nSession=i3\n"}), ScreenLock)
    assert ([*chosen], [gap.kind for gap in chosen.gaps]) == ([], ["not-visible"])


def test_only_the_chosen_desktop_counts(tmp_path: Path) -> None:
    files = GNOME | XFCE | LIGHT | {"home/alice/.dmrc": "[Desktop]\nSession=xfce\n"}
    assert [name for name, _, _, _ in locks(tmp_path, files)] == ["Xfce"]


def test_a_copied_home_tells_what_was_changed(tmp_path: Path) -> None:
    shown = see(
        device(tmp_path, {".config/kscreenlockerrc": "[Daemon]\nAutolock=false\n", SAVER[11:]: NEVER}),
        ScreenLock,
    )
    assert [(each.desktop, each.minutes) for each in shown] == [("KDE Plasma", 0), ("Xfce", 0)]
    assert {gap.kind for gap in shown.gaps} == {"not-held"}


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    parsers = (
        screen_lock.parse_override,
        screen_lock.parse_dmrc,
        screen_lock.parse_kscreenlocker,
        screen_lock.parse_hidden,
        screen_lock.parse_xscreensaver,
    )
    for content in (
        data,
        b"[Daemon]\nTimeout=" + data,
        b"[a.b]\nc=uint32 " + data,
        b"[Desktop Entry]\nHidden=" + data,
        b"lock: True\ntimeout:" + data,
    ):
        for parser in parsers:
            with suppress(ParseError):
                found = parser(content)  # type: ignore[operator]
                if parser is screen_lock.parse_kscreenlocker:
                    screen_lock.plasma(found)


@given(
    st.dictionaries(
        st.sampled_from(["/saver/enabled", "/saver/idle-activation/delay", "/lock/enabled"]),
        st.text(max_size=12),
    )
)
def test_any_values_of_xfce(values: dict[str, str]) -> None:
    assert screen_lock.xfce_saver(values) >= 0
