"""Private networks of devices ("meshes") that this machine has joined. Keys are never kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.service import Service
from audit.artifacts.vpn import LONGEST_NAME, files

# Where a mesh program keeps that it has joined, and the name of its service. Tailscale's and ZeroTier's own packages, NetBird's
# documentation; /etc/nebula and /etc/tinc are in Debian's packages.
ZEROTIER = "/var/lib/zerotier-one/networks.d"
STATES = (
    ("Tailscale", "/var/lib/tailscale/tailscaled.state", "tailscaled"),
    ("NetBird", "/etc/netbird/config.json", "netbird"),
)


@dataclass(frozen=True, slots=True)
class MeshNetwork(Artifact):
    """One such network. `starts`: its program comes up by itself."""

    KIND: ClassVar[str] = "mesh-network"
    product: str
    name: str
    settings: str
    starts: bool = False


@collects(MeshNetwork)
def collect(look: Look) -> Iterator[MeshNetwork]:
    services = {each.name: each.settings for each in look.see(Service) if not each.user}
    seen = set()
    for product, path, service in STATES:
        if product not in seen and (service in services or look.exists(path)):
            seen.add(product)
            yield MeshNetwork(product, product, services.get(service, path), starts=service in services)
    for path in files(look, ZEROTIER, ".conf"):
        if not path.endswith(".local.conf"):
            yield MeshNetwork(
                "ZeroTier",
                path.rpartition("/")[2].removesuffix(".conf")[:LONGEST_NAME],
                path,
                starts="zerotier-one" in services,
            )
    for path in (*files(look, "/etc/nebula", ".yml"), *files(look, "/etc/nebula", ".yaml")):
        yield MeshNetwork("Nebula", path.rpartition("/")[2][:LONGEST_NAME], path, starts="nebula" in services)
    for entry in look.scan("/etc/tinc"):
        path = f"/etc/tinc/{entry.name}/tinc.conf"
        if entry.is_dir and look.exists(path):
            yield MeshNetwork("tinc", entry.name[:LONGEST_NAME], path, starts="tinc" in services)
