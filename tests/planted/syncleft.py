"""What leaves the device and what stays behind on it: sync clients, accounts, phones, copies of phones, trash, previews, caches."""

from __future__ import annotations

import plistlib
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.planted.base import Fact, Tree

PHONE = "ABCDEFG-2222222-3333333-4444444-5555555-6666666-7777777-AAAAAAA"
UDID = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"
DEVICE = f"""<device id="{PHONE}" name="Old phone" compression="metadata" introducer="true" introducedBy="">
        <address>dynamic</address>
        <paused>false</paused>
        <autoAcceptFolders>true</autoAcceptFolders>
    </device>
    """
SETTINGS = "~/.config/syncthing/config.xml"
FACTS = (
    Fact("sync/shared-folders", "Syncthing: ABCDEFG", "a folder with one other device", "syncthing"),
    Fact("sync/shared-folders", "rclone: nas", "a place that rclone reaches", "rclone"),
    Fact("sync/shared-folders", "Nextcloud: alice@cloud.example.org", "a Nextcloud account"),
    Fact("sync/shared-folders", "OneDrive: Microsoft", "OneDrive, signed in"),
    Fact("sync/open-control", f"Syncthing: {SETTINGS}", "Syncthing's page open to the network", "syncthing"),
    Fact("sync/open-control", "Syncthing: Old phone", "a device that brings others along", "syncthing"),
    Fact("sync/cloud-accounts", "GNOME: Google bob@example.org", "an account with files and photos"),
    Fact("sync/paired-phones", "KDE Connect: 1a2b3c4d", "a phone that is paired"),
    Fact("sync/paired-phones", "GSConnect: abcdef01", "another, by GSConnect", "dconf"),
    Fact("sync/phone-backups", f"~/Backups/{UDID}", "a copy of an iPhone without a password"),
    Fact("sync/phone-backups", "~/Documents/phone.ab", "a copy of an Android phone"),
    Fact("sync/network-shares", "Samba: ~/Videos", "a share for guests", "net"),
    Fact("sync/media-server", "DLNA: ~/Videos", "MiniDLNA shows the videos to everybody"),
    Fact("sync/former-pairing", "Syncthing: ~/Old album", "a folder that was synchronised once"),
    Fact("sync/backups", "Déjà Dup: Google Drive", "the home is copied to a cloud", "dconf"),
    Fact("sync/backups", "rsnapshot: /srv/copies/", "all homes are copied to another folder"),
    Fact("leftovers/trash", "~/.local/share/Trash", "a picture in the trash", "gio"),
    Fact(
        "leftovers/thumbnails",
        "~/.cache/thumbnails",
        "the preview of a picture that is gone",
        "ffmpegthumbnailer",
    ),
    Fact("leftovers/recent-files", "~/.local/share/recently-used.xbel", "a list with a picture in it"),
    Fact("leftovers/caches", "alice: pictures and videos from chats", "what Telegram keeps"),
    Fact("leftovers/before-repair-or-sale", "this-device", "all of that together"),
)


def plant(tree: Tree) -> None:
    _syncthing(tree, shared=True)
    if tree.has("rclone"):
        tree.run(
            [
                "rclone",
                "config",
                "create",
                "nas",
                "sftp",
                "host=nas.example.org",
                "user=alice",
                "--non-interactive",
            ]
        )
    _clients(tree)
    _phones(tree)
    _guest_share(tree)
    _copies(tree)
    _leftovers(tree)


def clean(tree: Tree) -> None:
    """Syncthing as it sets itself up, a Nextcloud account, a few things in the trash: an ordinary home."""
    _syncthing(tree, shared=False)
    _nextcloud(tree)
    picture(tree, "~/Pictures/flower.png")
    if tree.has("gio"):
        tree.run(["gio", "trash", str(picture(tree, "~/Downloads/weed.png"))], check=False)
    if tree.has("ffmpegthumbnailer"):
        _thumbnail(tree, "~/Pictures/flower.png")
    _recent(tree)
    tree.write("/etc/rygel.conf", "[MediaExport]\nenabled=true\nuris=@MUSIC@;@VIDEOS@;@PICTURES@\n")
    tree.write("/etc/minidlna.conf", "port=8200\nmedia_dir=/var/lib/minidlna\n")
    tree.write(
        "/etc/rsnapshot.conf",
        "config_version\t1.2\nsnapshot_root\t/var/cache/rsnapshot/\nbackup\t/home/\tlocalhost/\n",
    )
    tree.write("/etc/cron.d/rsnapshot", "# 0 */4 * * * root /usr/bin/rsnapshot alpha\n")
    _dconf(tree, "/org/gnome/deja-dup/", {"window-width": "700"})


def _syncthing(tree: Tree, *, shared: bool) -> None:
    if not tree.has("syncthing"):
        return
    tree.run(["syncthing", "generate", "--home", str(tree.home / ".config/syncthing")])
    path = tree.at(SETTINGS)
    text = path.read_text().replace(str(tree.root), "")
    if shared:
        start = text.index("<device id=", text.index("</folder>"))
        text = text[:start] + DEVICE + text[start:]
        text = text.replace("</folder>", f'<device id="{PHONE}" introducedBy=""></device></folder>', 1)
        text = text.replace("<address>127.0.0.1:8384</address>", "<address>0.0.0.0:8384</address>")
    path.write_text(text)


def _nextcloud(tree: Tree) -> None:
    tree.write(
        "~/.config/Nextcloud/nextcloud.cfg",
        "[Accounts]\n0\\Folders\\1\\localPath=/home/alice/Nextcloud/\n0\\Folders\\1\\paused=false\n"
        "0\\dav_user=alice\n0\\url=https://cloud.example.org\nversion=2\n",
    )


def _clients(tree: Tree) -> None:
    _nextcloud(tree)
    tree.write("~/.config/onedrive/config", 'sync_dir = "~/OneDrive"\n')
    tree.write("~/.config/onedrive/refresh_token", "planted", 0o600)
    tree.write(
        "~/.config/goa-1.0/accounts.conf",
        "[Account account_1]\nProvider=google\nIdentity=bob@example.org\nPresentationIdentity=bob@example.org\n"
        "FilesEnabled=true\nPhotosEnabled=true\n",
    )


def _phones(tree: Tree) -> None:
    tree.write("~/.config/kdeconnect/trusted_devices", "[1a2b3c4d_5e6f]\nname=Pixel\ntype=phone\n")
    root = "/org/gnome/shell/extensions/gsconnect/device/abcdef0123/"
    _dconf(tree, root, {"name": "'Tablet'", "paired": "true", "type": "'tablet'"})
    folder = f"~/Backups/{UDID}"
    tree.write(f"{folder}/Manifest.plist", plistlib.dumps({"IsEncrypted": False, "Version": "10.0"}))
    info = {"Device Name": "Alice's iPhone", "Last Backup Date": datetime(2026, 3, 1, 10)}
    tree.write(f"{folder}/Info.plist", plistlib.dumps(info))
    tree.write("~/Documents/phone.ab", b"ANDROID BACKUP\n5\n1\nnone\n" + b"x" * 100)


def _dconf(tree: Tree, root: str, values: Mapping[str, str]) -> None:
    if tree.has("dconf"):
        for key, value in values.items():
            tree.run(["dbus-run-session", "--", "dconf", "write", root + key, value])


def _copies(tree: Tree) -> None:
    tree.write("/etc/minidlna.conf", "port=8200\nmedia_dir=V,/home/alice/Videos\n")
    tree.write("~/Old album/.stfolder/syncthing-folder-abcdef.txt", "")
    _dconf(
        tree,
        "/org/gnome/deja-dup/",
        {"backend": "'google'", "periodic": "true", "last-run": "'2026-01-01T00:00:00Z'"},
    )
    tree.write(
        "/etc/rsnapshot.conf",
        "config_version\t1.2\nsnapshot_root\t/srv/copies/\nbackup\t/home/\tlocalhost/\n",
    )
    tree.write("/etc/cron.d/rsnapshot", "0 */4 * * * root /usr/bin/rsnapshot alpha\n")


def _guest_share(tree: Tree) -> None:
    """`net` writes the share; the folder it names is then the device's own."""
    if not tree.has("net"):
        return
    folder = tree.at("/var/lib/samba/usershares")
    folder.mkdir(parents=True)
    folder.chmod(0o1770)
    settings = tree.at("/run/smb.conf")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        f"[global]\nusershare path = {folder}\nusershare max shares = 9\nusershare allow guests = yes\nusershare owner only = no\n"
    )
    videos = str(tree.at("~/Videos"))
    tree.run(
        ["net", "-s", str(settings), "usershare", "add", "films", videos, "", "S-1-1-0:R", "guest_ok=y"],
        check=False,
    )
    for path in folder.iterdir():
        path.write_text(path.read_text().replace(str(tree.root), ""))


def _leftovers(tree: Tree) -> None:
    if tree.has("gio"):
        tree.run(["gio", "trash", str(picture(tree, "~/Pictures/gone.png"))], check=False)
    if tree.has("ffmpegthumbnailer"):
        picture(tree, "~/Pictures/preview.png")
        _thumbnail(tree, "~/Pictures/preview.png")
        tree.at("~/Pictures/preview.png").unlink()
    _recent(tree, "Pictures/gone.png")
    tree.write("~/.local/share/TelegramDesktop/tdata/user_data/media_cache/0/1", b"x" * 100_000)


def picture(tree: Tree, path: str) -> Path:
    """A small PNG, all black."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes(64 * 3)) * 64)
    return tree.write(path, b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def _thumbnail(tree: Tree, path: str) -> None:
    folder = tree.home / ".cache/thumbnails/normal"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "0123456789abcdef0123456789abcdef.png"
    tree.run(["ffmpegthumbnailer", "-i", f"file://{tree.at(path)}", "-o", str(target), "-s", "128"])
    root = str(tree.root).encode()
    target.write_bytes(
        target.read_bytes().replace(root, b"/" * len(root))
    )  # as long: it names the device's own path


def _recent(tree: Tree, *names: str) -> None:
    marks = "".join(f'<bookmark href="file:///home/alice/{name}"/>' for name in ("letter.odt", *names))
    tree.write(
        "~/.local/share/recently-used.xbel", f'<?xml version="1.0"?><xbel version="1.0">{marks}</xbel>'
    )
