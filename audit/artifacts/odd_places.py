"""Folders from which programs ordinarily start, and those from which they seldom do."""

from __future__ import annotations

from collections.abc import Iterable

TEMPORARY = "temporary"
HIDDEN = "hidden"
SETTINGS = "settings"
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/", "/run/shm/", "/run/lock/")  # noqa: S108 - compared with, never used
# Hidden folders from which ordinary programs start: package managers of languages, Steam, Dropbox, Flatpak, Nix, desktop files.
_USUAL = frozenset(
    {".cargo", ".rustup", ".pyenv", ".rbenv", ".nvm", ".asdf", ".volta", ".bun", ".deno", ".go", ".ghcup", ".sdkman",
     ".nodenv", ".npm-global", ".yarn", ".dotnet", ".local", ".config", ".dropbox-dist", ".steam", ".var", ".nix-profile",
     ".guix-profile", ".mozilla", ".thunderbird", ".pulsar", ".vscode", ".vscode-server", ".jetbrains", ".emacs.d", ".vim",
     ".oh-my-zsh", ".insync", ".pcloud", ".zotero", ".joplin", ".wine", ".PlayOnLinux", ".bin", ".scripts", ".dotfiles",
     ".linuxbrew", ".conda", ".miniconda3", ".virtualenvs", ".fzf", ".juliaup", ".opam", ".krew", ".poetry", ".pixi", ".docker",
     ".rvm", ".gem", ".tmux", ".zplug", ".zinit", ".antigen", ".goenv", ".jenv", ".jabba", ".atuin", ".kube", ".venv",".tox",".pnpm",".npm-packages",".gradle",".m2",".android",".rye",".mamba",".micromamba",".miniforge3",".mambaforge",".anaconda3",".platformio",".arduino15",".ollama",".lmstudio",".nodebrew",".fnm",".cabal",".stack",".elan",".ghc",".luarocks",".perl5",".swiftly",".foundry",".tfenv",".spicetify",".proton",".lutris",".minecraft",".itch",".heroic"}
)  # fmt: skip


def oddity(paths: Iterable[str]) -> str:
    """The oddest of some paths as records hold them: temporary, hidden, settings, or nothing. Bare names say nothing."""
    whole = [path for path in paths if path.startswith(("/", "~/"))]
    if any(path.startswith(_TEMPORARY) for path in whole):
        return TEMPORARY
    parts = {part for path in whole if not path.startswith(("/nix/", "/gnu/")) for part in path.split("/")}
    if any(part.startswith(".") and part not in _USUAL for part in parts):
        return HIDDEN
    return SETTINGS if ".config" in parts else ""
