"""What a command line does that a person may want to know: fetch its code, send files, watch or listen. Pure.

Only these words of ours are kept of a command line; what it says otherwise may hold passwords. Options: curl(1), wget(1), scp(1),
rsync(1), rclone's manual, ncat(1), import(1), scrot(1), grim(1), ffmpeg-devices(1), arecord(1), pw-record(1), xinput(1), evtest(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Words of ours, kept in records.
DOWNLOADS = "with code that it downloads"
ENCODED = "with code hidden in encoded text"
SENDS = "sends files to another place"
COMMANDS = "lets another computer give it commands"
SCREEN = "takes pictures of the screen"
SOUND = "records sound"
CAMERA = "takes pictures with the camera"
KEYS = "reads which keys are pressed"
CAPTURES = (SCREEN, SOUND, CAMERA, KEYS)

_FETCH = r"\b(?:curl|wget|nc|ncat|netcat|socat)\b"
_RUNNER = r"(?:sudo\s+)?(?:-\S+\s+)*(?:[\w./-]{0,80}/)?(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|ruby|node)\b"
_ELSEWHERE = r"(?:[\w.-]+@)?[\w.-]*[\w-]{2,}:(?!//|\\)\S*"  # host:path, as scp(1) and rsync(1) take it
_START = r"(?:^|[\s;&|({`/])"
_NETCAT = r"(?:nc|ncat|netcat)"
_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    DOWNLOADS: (
        rf"{_FETCH}[^|;&]*\|\s*{_RUNNER}",
        rf"(?:\beval\b|{_START}\.|\bsource\b|{_RUNNER}(?:\s+-c)?)\s*[\"']?(?:\$\(|`|<\()\s*(?:curl|wget)\b",
    ),
    ENCODED: (
        rf"\bbase64\s+(?:-\w*[dD]\w*|--decode)\b[^;&]*(?:\|\s*{_RUNNER}|\))",
        r"\bb64decode\b",
        rf"\bxxd\s+-r[^;&]*\|\s*{_RUNNER}",
    ),
    COMMANDS: (
        r"/dev/(?:tcp|udp)/",
        rf"{_START}{_NETCAT}\b[^;&|]*(?:\s-[a-z]*[ec]\s|--(?:sh-)?exec\b)",
        rf"{_START}socat\s[^;&|]*\bexec:",
    ),
    SCREEN: (
        rf"{_START}(?:scrot|maim|grim|xwd|gnome-screenshot|xfce4-screenshooter|wf-recorder|simplescreenrecorder)\b",
        rf"{_START}(?:import\s[^;&|]*-window|spectacle\s[^;&|]*-\w*b|flameshot\s+(?:full|screen)|byzanz-record\s)",
        r"\bx11grab\b|\bkmsgrab\b|\bximagesrc\b",
    ),
    SOUND: (
        rf"{_START}(?:arecord|parecord|parec|pw-record)\b|{_START}pw-cat\s[^;&|]*(?:-r|--record)\b",
        rf"\b(?:alsa|pulse)src\b|{_START}ffmpeg\s[^;&|]*-f\s+(?:alsa|pulse|jack)\b",
    ),
    CAMERA: (
        rf"{_START}(?:fswebcam|uvccapture)\b|{_START}streamer\s[^;&|]*-[oc]\b|\bv4l2src\b",
        rf"{_START}ffmpeg\s[^;&|]*-f\s+(?:v4l2|video4linux2)\b",
    ),
    KEYS: (
        rf"{_START}(?:logkeys|lkl|evtest|showkey)\b|{_START}xinput\s+(?:test|test-xi2)\b",
        rf"{_START}libinput\s+debug-events\b|{_START}(?:cat|tee|dd|hexdump|hd|xxd|od)\s[^;&|]*/dev/input/(?:event|by-)",
    ),
    SENDS: (
        rf"{_START}(?:scp|rsync)\s[^;&|]*\s[\"']?{_ELSEWHERE}|{_START}rsync\s[^;&|]*\s(?:rsync|ssh)://",
        rf"{_START}rclone\s[^;&|]*\b(?:copy|copyto|sync|move|moveto|bisync|rcat)\s",
        rf"{_START}(?:lftp|sftp|ncftpput|s3cmd|gsutil)\s",
        rf"{_START}curl\s[^;|]*\s?(?:-T\b|--upload-file\b|-F\b|--form\b|(?:-d|--data(?:-\w+)?)[ =]?[\"']?@)",
        rf"{_START}wget\s[^;|]*--(?:post|body)-file\b|\|\s*{_NETCAT}\s|{_START}{_NETCAT}\s[^;&|]*<\s*\S",
        rf"{_START}(?:mutt\s[^;&|]*-a\s|(?:mailx?|s-nail)\s[^;&|]*-A\s|swaks\s[^;&|]*--attach\b|mpack\s)|api\.telegram\.org/bot",
    ),
}
# The same in programs that people write: pynput, keyboard, evdev, python-xlib, Pillow, mss, PyAutoGUI, PyAudio, sounddevice, OpenCV.
_IN_PROGRAMS: dict[str, tuple[str, ...]] = {
    SCREEN: (r"\bImageGrab\.grab|\bpyautogui\.screenshot|\bmss\.mss\s*\(|\bmss\s*\(\s*\)|\bpyscreenshot\b",),
    SOUND: (r"\b(?:import|from)\s+(?:pyaudio|sounddevice|soundcard)\b",),
    CAMERA: (r"\bcv2\.VideoCapture\s*\(",),
    KEYS: (
        r"\b(?:import|from)\s+(?:pynput|pyxhook)\b|\bkeyboard\.(?:on_press|on_release|hook|record|read_event)\b",
        r"\bevdev\.InputDevice\b|\bfrom\s+evdev\s+import\b|/dev/input/event|\brecord_enable_context\b",
    ),
    SENDS: (
        r"\bsmtplib\b|\brequests\.(?:post|put)\s*\(|discord(?:app)?\.com/api/webhooks|api\.telegram\.org/bot",
        r"\b(?:paramiko|ftplib)\b",
    ),
}
_COMPILED = tuple((sign, re.compile("|".join(parts))) for sign, parts in _ALTERNATIVES.items())
_CODE = tuple((sign, re.compile("|".join(parts))) for sign, parts in _IN_PROGRAMS.items())
SIGNS = tuple(_ALTERNATIVES)
_HEAD, _TAIL = 3072, 1024  # of a longer line; what is in the middle is data


def signs_in(line: str) -> tuple[str, ...]:
    """Every sign of a command line, in a fixed order."""
    line = shortened(line)
    return tuple(sign for sign, pattern in _COMPILED if pattern.search(line))


def shortened(line: str) -> str:
    """A long line without its runs of blanks, which may push something out of sight; then its beginning and its end."""
    if len(line) <= _HEAD + _TAIL:
        return line
    line = " ".join(line.split())
    return line if len(line) <= _HEAD + _TAIL else f"{line[:_HEAD]} {line[-_TAIL:]}"


def signs_in_program(lines: Iterable[str]) -> tuple[str, ...]:
    """Every sign in the text of a script, in the same order: of its commands, and of the parts it uses."""
    found: set[str] = set()
    for line in map(shortened, lines):
        found.update(signs_in(line))
        found.update(sign for sign, pattern in _CODE if sign not in found and pattern.search(line))
    return tuple(sign for sign in SIGNS if sign in found)
