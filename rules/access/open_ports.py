"""Programs here that wait for connections from other machines."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.listening import ListeningPort
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

UNKNOWN = "programs that are not visible to this account"
# Service names of the IANA registry, and the ports that AnyDesk and TeamViewer document, by what they are for.
FOR_WHAT = {22: "logging in from elsewhere", 23: "logging in from elsewhere", 3389: "remote control of the screen",
            5938: "remote control of the screen", 7070: "remote control of the screen", 139: "files offered to the network",
            445: "files offered to the network", 2049: "files offered to the network", 631: "printing", 80: "web pages",
            443: "web pages", **dict.fromkeys(range(5900, 5910), "remote control of the screen")}  # fmt: skip
# What other rules judge by its settings, and what ordinary desktops run.
ORDINARY = frozenset(
    {"sshd", "smbd", "nmbd", "cupsd", "cups-browsed", "avahi-daemon", "rpcbind", "rpc.statd", "rpc.mountd", "systemd-resolved",
     "systemd", "dnsmasq", "dhclient", "NetworkManager", "minidlnad", "exim4", "master", "x11vnc", "xrdp", "kdeconnectd",
     "syncthing", "gnome-remote-desktop-daemon", "krfb", "vino-server", "rygel", "apache2"}
)  # fmt: skip


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[ListeningPort],
)
def check(host: Host) -> Iterator[Match]:
    programs: dict[str, list[ListeningPort]] = {}
    for port in host.see(ListeningPort):
        if port.reach == "network":
            programs.setdefault(port.place or port.program or UNKNOWN, []).append(port)
    for name, ports in programs.items():
        yield match(name, sorted(ports, key=lambda each: (each.port, each.address)))


def match(name: str, ports: list[ListeningPort]) -> Match:
    known = [each for each in ports if each.program in ORDINARY and each.from_system]
    purposes = list(dict.fromkeys(FOR_WHAT[each.port] for each in ports if each.port in FOR_WHAT))
    numbers = ", ".join(dict.fromkeys(str(each.port) for each in ports))
    return Match(
        subject=name,
        evidence=[
            Evidence(
                ListeningPort.KIND,
                each.place or f"port {each.port}",
                {"port": str(each.port), "address": each.address},
            )
            for each in ports[:20]
        ],
        params={
            "program": ports[0].program or UNKNOWN,
            "place": ports[0].place or "not visible here",
            "ports": numbers,
        }
        | {"what": " + ".join(purposes) or "nothing in particular"},
        severity=Severity.INFO if len(known) == len(ports) else Severity.LOW,
        question=Question("open-port", Severity.MEDIUM),
    )
