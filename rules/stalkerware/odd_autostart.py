"""What starts by itself from a hidden or temporary place, or brings its code from elsewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.signs import DOWNLOADS, ENCODED
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/")  # noqa: S108 - compared with, never used
# Hidden folders from which ordinary programs start: package managers of languages, Steam, Dropbox, Flatpak, Nix, desktop files.
USUAL = frozenset(
    {".cargo", ".rustup", ".pyenv", ".rbenv", ".nvm", ".asdf", ".volta", ".bun", ".deno", ".go", ".ghcup", ".sdkman",
     ".nodenv", ".npm-global", ".yarn", ".dotnet", ".local", ".config", ".dropbox-dist", ".steam", ".var", ".nix-profile",
     ".guix-profile", ".mozilla", ".thunderbird", ".pulsar", ".vscode", ".vscode-server", ".jetbrains", ".emacs.d", ".vim",
     ".oh-my-zsh", ".insync", ".pcloud", ".zotero", ".joplin", ".wine", ".PlayOnLinux", ".bin", ".scripts", ".dotfiles",
     ".linuxbrew", ".conda", ".miniconda3", ".virtualenvs"}
)  # fmt: skip
WORDS = {
    "hidden": "from a hidden folder",
    "temporary": "from a folder for temporary files",
    "settings": "from a folder for settings",
}


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
    where = odd_place(entry)
    if where == "temporary" or set(entry.signs) & {DOWNLOADS, ENCODED}:
        return Severity.HIGH
    if where == "hidden":
        return Severity.HIGH if entry.as_root else Severity.MEDIUM
    return Severity.LOW if where else None


def odd_place(entry: Autostart) -> str:
    paths = [path for path in (entry.script, entry.program) if path.startswith(("/", "~/"))]
    if any(path.startswith(TEMPORARY) for path in paths):
        return "temporary"
    parts = {part for path in paths if not path.startswith(("/nix/", "/gnu/")) for part in path.split("/")}
    if any(part.startswith(".") and part not in USUAL for part in parts):
        return "hidden"
    return "settings" if ".config" in parts else ""


def match(entry: Autostart, severity: Severity) -> Match:
    place = entry.place or entry.settings
    how = [words for where, words in WORDS.items() if where == odd_place(entry)] + list(entry.signs)
    return Match(
        subject=f"{entry.settings}: {place}",
        evidence=[Evidence("autostart", entry.settings, {"starts": entry.program, "script": entry.script})],
        params={"program": posixpath.basename(place), "place": place, "settings": entry.settings}
        | {"way": entry.way, "how": " + ".join(how)},
        severity=severity,
        question=Question("program", Severity.HIGH),
    )
