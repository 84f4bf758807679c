"""Programs that read keyboards directly, or can press keys in your place."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.process import Process, Use
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

# Programs whose work is input: display servers and desktops, system services, assistive technology, remappers and device tools,
# browsers (game controllers, security keys). A name counts only where an ordinary account could not have put the file.
EXPECTED = frozenset(
    {"X", "Xorg", "Xwayland", "Hyprland", "cage", "cosmic-comp", "enlightenment", "gamescope",
     "gnome-shell", "kwin_wayland", "kwin_x11", "labwc", "mutter", "niri", "phoc", "river",
     "sway", "wayfire", "weston",
     "acpid", "bluetoothd", "elogind", "elogind-daemon", "fwupd", "gpm", "inputattach", "kmscon", "lircd",
     "plymouthd", "seatd", "spice-vdagentd", "systemd-logind", "thd",
     "thermald", "upowerd",
     "brltty", "espeakup", "onboard", "orca", "speech-dispatcher",
     "actkbd", "antimicrox", "ckb-next-daemon", "esekeyd", "evremap", "evsieve", "fusuma",
     "input-remapper-reader-service", "input-remapper-service", "joycond", "kanata",
     "keyd", "kmonad", "libinput-debug-events", "libinput-gestures", "logid", "openrgb", "ratbagd",
     "sc-controller", "solaar", "steam", "touchegg", "udevmon", "xboxdrv",
     "xkeysnail", "xremap", "ydotoold",
     "brave", "chrome", "chromium", "firefox", "firefox-bin", "firefox-esr", "librewolf", "msedge",
     "opera", "vivaldi-bin",
     "qemu-system-x86_64"}
)  # fmt: skip
READS_KEYS = {Use.KEYBOARD, Use.INPUT}
WORDS = {
    Use.KEYBOARD: "reads a keyboard",
    Use.INPUT: "reads an input device that may be a keyboard",
    Use.HIDRAW: "talks to an input device directly",
    Use.UINPUT: "can press keys in your place",
}


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Process],
)
def check(host: Host) -> Iterator[Match]:
    readers: dict[tuple[str, str], list[Process]] = {}
    for process in host.see(Process):
        if uses(process) and not (process.program in EXPECTED and process.from_system):
            readers.setdefault((process.place or process.name, process.user), []).append(process)
    for (place, _), mine in readers.items():
        yield match(place, mine)


def uses(process: Process) -> set[Use]:
    """Game controllers and mice are no keyboards, and stay out."""
    return {device.use for device in process.devices} & WORDS.keys()


def match(place: str, mine: list[Process]) -> Match:
    first = mine[0]
    found = {use for process in mine for use in uses(process)}
    nodes = sorted({device.node for process in mine for device in process.devices if device.use in WORDS})
    usual = first.program in EXPECTED
    return Match(
        subject=place,
        evidence=[Evidence("process", place, {"user": first.user, "open": ", ".join(nodes)})],
        params={
            "program": first.program,
            "place": place,
            "user": first.user or "?",
            "how": " + ".join(words for use, words in WORDS.items() if use in found),
        },
        severity=Severity.HIGH if found & READS_KEYS and not usual else Severity.MEDIUM,
        question=Question("program", Severity.HIGH),
    )
