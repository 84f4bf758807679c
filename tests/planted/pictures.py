"""Pictures as cameras and an image editor write them, and a folder of them that is shared."""

from __future__ import annotations

from tests import pictures
from tests.planted.base import Fact, Tree

FACTS = (
    Fact("photos/location", "~/Pictures", "places in photos"),
    Fact("photos/serials-and-names", "~/Pictures", "a camera's number and its owner's name"),
    Fact("photos/previews-and-trailers", "~/Pictures", "a preview that still shows what was cut away"),
    Fact("sync/network-shares", "Samba: ~/Pictures", "a folder that anybody in the network can open"),
    Fact("photos/in-shared-reach", "Samba: ~/Pictures", "pictures with places in that folder"),
)


def plant(tree: Tree) -> None:
    pictures.album(tree.home / "Pictures/2025")
    other = pictures.drawing(seed=9)
    tree.write("~/Pictures/2025/cut.jpg", pictures.photo(seed=3, preview=other))
    tree.write("/etc/samba/smb.conf", "[global]\n[album]\npath = /home/alice/Pictures\nguest ok = yes\n")


def clean(tree: Tree) -> None:
    """Pictures without metadata, and Debian's own shares."""
    for name in ("Pictures/2025/a.jpg", "Downloads/b.jpg"):
        tree.write(f"~/{name}", pictures.plain())
    tree.write("/etc/samba/smb.conf", "[global]\nserver role = standalone server\n[homes]\nbrowseable = no\n")
