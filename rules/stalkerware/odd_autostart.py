"""What starts by itself from a hidden or temporary place, or brings its code from elsewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.commands import DOWNLOADS, ENCODED
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/")  # noqa: S108 - compared with, never used
# Hidden folders from which ordinary programs start: package managers of languages, Steam, Dropbox, Flatpak, Nix, desktop files.
USUAL = frozenset(
    {".cargo", ".rustup", ".pyenv", ".rbenv", ".nvm", ".asdf", ".volta", ".bun", ".deno", ".go", ".ghcup",
     ".sdkman", ".nodenv", ".npm-global", ".yarn", ".dotnet", ".krew", ".fly", ".local", ".config",
     ".dropbox-dist", ".steam", ".var", ".nix-profile", ".guix-profile", ".mozilla", ".thunderbird",
     ".pulsar", ".vscode", ".vscode-server", ".jetbrains", ".emacs.d", ".vim", ".oh-my-zsh",
     ".insync", ".pcloud", ".zotero", ".joplin", ".wine", ".PlayOnLinux", ".bin", ".scripts", ".dotfiles",
     ".linuxbrew", ".conda", ".miniconda3", ".virtualenvs", ".opt"}
)  # fmt: skip
WORDS = {"hidden": "from a hidden folder", "temporary": "from a folder for temporary files"}


@rule(
    severity=Severity.MEDIUM,
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
        if (severity := judged(entry)) is not None:
            yield match(entry, severity)


def judged(entry: Autostart) -> Severity | None:
    """Ordinary programs in a person's own usual folders are nothing to say; inside them, a further hidden folder is."""
    where = odd_place(entry.place)
    if where == "temporary" or set(entry.signs) & {DOWNLOADS, ENCODED}:
        return Severity.HIGH
    if where == "hidden":
        return Severity.HIGH if entry.as_root else Severity.MEDIUM
    return None


def odd_place(path: str) -> str:
    if path.startswith(TEMPORARY):
        return "temporary"
    if not path.startswith(("/", "~/")) or path.startswith(("/nix/", "/gnu/")):
        return ""
    parts = path.split("/")
    hidden = [part for part in parts if part.startswith(".") and part not in USUAL]
    return "hidden" if hidden else ""


def match(entry: Autostart, severity: Severity) -> Match:
    place = entry.place or entry.settings
    how = [WORDS[where]] if (where := odd_place(entry.place)) else []
    how += entry.signs
    facts = {"starts": entry.program, **({"script": entry.script} if entry.script else {})}
    return Match(
        subject=f"{entry.settings}: {place}",
        evidence=[Evidence("autostart", entry.settings, facts)],
        params={
            "program": posixpath.basename(place),
            "place": place,
            "settings": entry.settings,
            "way": entry.way,
            "how": " + ".join(how),
        },
        severity=severity,
        question=Question("program", Severity.HIGH),
    )
