"""What starts with a person's own account, from their own folder, and is no program that many people have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.desktop_starts import ON_REQUEST
from audit.artifacts.odd_places import oddity
from audit.artifacts.signs import SIGNS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

# Programs that put themselves, or that people put, into a home and start from there. A name proves nothing: it only keeps the list
# short, and a product that watches is found by other checks.
KNOWN = re.compile(
    r"(?:syncthing|nextcloud|owncloud|dropbox|dropboxd|discord|steam|jetbrains-toolbox|telegram|signal|element|slack|zoom|spotify|"
    r"keepassxc|bitwarden|obsidian|joplin|insync|megasync|onedrive|rclone|maestral|redshift|gammastep|ulauncher|albert|flameshot|"
    r"copyq|conky|polybar|waybar|picom|dunst|nm-applet|emacs|pia-client|mullvad-vpn|protonvpn-app|tresorit|pcloud|zotero|thunderbird)"
    r"(?:[-_.\d].*)?",
    re.IGNORECASE,
)


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Autostart],
)
def check(host: Host) -> Iterator[Match]:
    for entry in host.see(Autostart):
        if entry.enabled and entry.way != ON_REQUEST and unknown(entry):
            yield match(entry)


def unknown(entry: Autostart) -> bool:
    """Odd places and odd deeds are said elsewhere."""
    own = bool(entry.user) and entry.place.startswith(("~/", "/home/"))
    return (
        own
        and not oddity((entry.script, entry.program))
        and not set(entry.signs) & set(SIGNS)
        and not known(entry)
    )


def known(entry: Autostart) -> bool:
    return KNOWN.fullmatch(posixpath.basename(entry.place)) is not None


def match(entry: Autostart) -> Match:
    return Match(
        subject=f"{entry.settings}: {entry.place}"[:200],
        evidence=[Evidence("autostart", entry.settings, {"starts": entry.place, "changed": entry.day})],
        params={"program": posixpath.basename(entry.place), "place": entry.place, "settings": entry.settings}
        | {"way": entry.way, "day": entry.day},
        question=Question("program", Severity.HIGH),
    )
