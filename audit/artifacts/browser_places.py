"""Where browsers keep their profiles, below a home.

Chromium family: chromium.googlesource.com, docs/user_data_dir.md, and each vendor's package. Firefox: support.mozilla.org, "Profiles";
since version 147 `~/.config/mozilla` on Linux where `~/.mozilla` is not there already (bug 259356). Its forks name a folder of
their own (each project's pages about profiles). Flatpak keeps an app's folders below `~/.var/app/<id>`, Snap below `~/snap/<name>`.
"""

from __future__ import annotations

from audit.model import Platform

_CONFIG = {
    "Chromium": ("chromium",),
    "Google Chrome": ("google-chrome", "google-chrome-beta", "google-chrome-unstable"),
    "Brave": (
        "BraveSoftware/Brave-Browser",
        "BraveSoftware/Brave-Browser-Beta",
        "BraveSoftware/Brave-Browser-Nightly",
    ),
    "Microsoft Edge": ("microsoft-edge", "microsoft-edge-beta", "microsoft-edge-dev"),
    "Vivaldi": ("vivaldi", "vivaldi-snapshot"),
    "Opera": ("opera", "opera-beta", "opera-developer"),
    "Yandex Browser": ("yandex-browser", "yandex-browser-beta"),
    "Thorium": ("thorium",),
}
_FLATPAK = (
    ("Chromium", "org.chromium.Chromium", "chromium"),
    ("Chromium", "io.github.ungoogled_software.ungoogled_chromium", "chromium"),
    ("Google Chrome", "com.google.Chrome", "google-chrome"),
    ("Google Chrome", "com.google.ChromeDev", "google-chrome-unstable"),
    ("Brave", "com.brave.Browser", "BraveSoftware/Brave-Browser"),
    ("Microsoft Edge", "com.microsoft.Edge", "microsoft-edge"),
    ("Microsoft Edge", "com.microsoft.EdgeDev", "microsoft-edge-dev"),
    ("Vivaldi", "com.vivaldi.Vivaldi", "vivaldi"),
    ("Opera", "com.opera.Opera", "opera"),
    ("Yandex Browser", "ru.yandex.Browser", "yandex-browser"),
)
_SNAP = {
    "Chromium": ("snap/chromium/common/chromium", "snap/chromium/current/.config/chromium"),
    "Brave": ("snap/brave/current/.config/BraveSoftware/Brave-Browser",),
    "Opera": ("snap/opera/current/.config/opera",),
}
_MACOS = {
    "Chromium": ("Chromium",),
    "Google Chrome": ("Google/Chrome", "Google/Chrome Beta", "Google/Chrome Canary"),
    "Brave": ("BraveSoftware/Brave-Browser",),
    "Microsoft Edge": ("Microsoft Edge",),
    "Vivaldi": ("Vivaldi",),
    "Opera": ("com.operasoftware.Opera",),
}
_WINDOWS = {
    "Chromium": ("AppData/Local/Chromium/User Data",),
    "Google Chrome": tuple(
        f"AppData/Local/Google/{name}/User Data"
        for name in ("Chrome", "Chrome Beta", "Chrome Dev", "Chrome SxS")
    ),
    "Brave": ("AppData/Local/BraveSoftware/Brave-Browser/User Data",),
    "Microsoft Edge": ("AppData/Local/Microsoft/Edge/User Data",),
    "Vivaldi": ("AppData/Local/Vivaldi/User Data",),
    "Opera": ("AppData/Roaming/Opera Software/Opera Stable",),
}


def _linux() -> dict[str, tuple[str, ...]]:
    plain = {browser: [f".config/{name}" for name in names] for browser, names in _CONFIG.items()}
    for browser, app, inside in _FLATPAK:
        plain[browser].append(f".var/app/{app}/config/{inside}")
    for browser, places in _SNAP.items():
        plain[browser] += places
    return {browser: tuple(places) for browser, places in plain.items()}


CHROMIUM: dict[Platform, dict[str, tuple[str, ...]]] = {
    Platform.LINUX: _linux(),
    Platform.MACOS: {
        name: tuple(f"Library/Application Support/{place}" for place in places)
        for name, places in _MACOS.items()
    },
    Platform.WINDOWS: _WINDOWS,
}
FIREFOX: dict[Platform, tuple[str, ...]] = {
    Platform.LINUX: (
        ".mozilla/firefox",
        ".config/mozilla/firefox",
        "snap/firefox/common/.mozilla/firefox",
        "snap/firefox/common/.config/mozilla/firefox",
        ".var/app/org.mozilla.firefox/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/config/mozilla/firefox",
    ),
    Platform.MACOS: ("Library/Application Support/Firefox",),
    Platform.WINDOWS: ("AppData/Roaming/Mozilla/Firefox",),
}
FIREFOX_FORKS: dict[Platform, dict[str, tuple[str, ...]]] = {
    Platform.LINUX: {
        "LibreWolf": (".librewolf", ".var/app/io.gitlab.librewolf-community/.librewolf"),
        "Waterfox": (".waterfox", ".var/app/net.waterfox.waterfox/.waterfox"),
        "Floorp": (".floorp", ".var/app/one.ablaze.floorp/.floorp"),
        "Zen": (".zen", ".var/app/app.zen_browser.zen/.zen"),
    },
    Platform.MACOS: {"LibreWolf": ("Library/Application Support/librewolf",)},
    Platform.WINDOWS: {"LibreWolf": ("AppData/Roaming/librewolf",)},
}
