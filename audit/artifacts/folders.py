"""The usual folders of a person: pictures, videos, desktop, downloads, by the names they have on this device."""

# ruff: noqa: RUF001 - the names are in many scripts

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.sources.base import Home
from audit.stores import ini

_LINE = re.compile(r'^XDG_(PICTURES|VIDEOS|DESKTOP|DOWNLOAD)_DIR="(.*)"$')

# English names, then those of the translations that come with xdg-user-dirs 0.18.
_NAMES = {
    "pictures": """
Pictures, Afbeeldingen, Attēli, Bilder, Bildoj, Bilete, Billeder, Figura, Gambar, Imagens, Images, Imatges,
Imaxes, Immagini, Imágenes, Imáxenes, Irudiak, Kuvat, Képek, Myndir, Obrazy, Obrázky, Paveikslėliai,
Pictiúir, Pildid, Poze, Prente, Resimler, Skeudennoù, Slike, Wêne, Ảnh, Εικόνες, Изображения, Картинки,
Малюнкі, Слике, Слики, Суреттер, Сүрөттөр, תמונות, الصور, عکس\u200cها, छायाचित्र, तस्वीर, படங்கள், รูปภาพ, 사진,
图片, 圖片, 画像
""",
    "videos": """
Videos, Movies, Bideoak, Snimke, Video, Video's, Videa, Videod, Videoj, Videoklip, Videoklipp,
Videolar, Videot, Videók, Vidéos, Vídeos, Vídeó, Vîdeo, Wideo, Βίντεο, Видеа, Видео, Видеолар, Видеолор,
Відео, Відэа, וידאו, الفيديو, ویدیوها, वीडियो, வீடியோக்கள், วีดิทัศน์, 비디오, 视频, 影片, ビデオ, Ảnh động
""",
    "desktop": """
Desktop, Asztal, Bureau, Bureaublad, Burev, Darbastalis, Darbvirsma, Deasc, Destop, Escriptori, Escritorio,
Escritoriu, Labortablo, Mahaigaina, Masaüstü, Namizje, Plocha, Pulpit, Schreibtisch, Scrivania, Skjáborð,
Skrivbord, Skrivebord, Töölaud, Työpöytä, Werkskerm, Плот, Површина, Стол, Стільниця, डेस्कटॉप, பணிமேடை,
바탕화면, 桌面, デスクトップ, Área de Trabalho, Área de trabalho, Màn hình nền, Radna površina, Επιφάνεια εργασίας,
Жұмыс үстелі, Рабочий стол, Радна површ, שולחן עבודה, سطح المكتب, میز\u200cکار
""",
    "downloads": """
Downloads, Afgelaai, Allalaadimised, Atsiuntimai, Baixades, Descargas, Descargues, Descărcări, Deskargak,
Elŝutoj, Hentet, Hämtningar, Lataukset, Lejupielādes, Letöltések, Nedlastinger, Nedlastingar, Pobrane,
Preuzimanja, Prejemi, Scaricati, Stažené, Stiahnuté, Transferências, Téléchargements, Unduhan, İndirilenler,
Λήψεις, Жүктемелер, Жүктөөлөр, Завантажене, Загрузки, Преузимања, Свалени, הורדות, بارگیری\u200cها, डाउनलोड,
다운로드, 下载, 下載, ダウンロード, Bản tải về, Sóttar skrár
""",
}
NAMES: Mapping[str, tuple[str, ...]] = {
    purpose: tuple(name.strip() for name in names.split(",")) for purpose, names in _NAMES.items()
}


@dataclass(frozen=True, slots=True)
class UserFolder(Artifact):
    """One of a person's usual folders, where it exists. `purpose` is pictures, videos, desktop or downloads."""

    KIND: ClassVar[str] = "user-folder"
    purpose: str
    path: str
    user: str


@collects(UserFolder)
def collect(look: Look) -> Iterator[UserFolder]:
    for purpose, path, home in usual(look):
        yield UserFolder(purpose, look.show(path), home.user)


def usual(look: Look) -> Iterator[tuple[str, str, Home]]:
    """The usual folders that exist: purpose, device path, home. A folder is named once."""
    for home in look.homes:
        chosen = look.parse(parse_user_dirs, f"{home.path}/.config/user-dirs.dirs") or {}
        present = {entry.name for entry in look.scan(home.path) if entry.is_dir or entry.is_link}
        done = {home.path}
        for purpose, names in NAMES.items():
            places = [look.own(chosen[purpose], home)] if purpose in chosen else []
            places += [f"{home.path}/{name}" for name in names if name in present]
            for place in places:
                if place not in done and look.stat(place) is not None:
                    done.add(place)
                    yield purpose, place, home


def parse_user_dirs(data: bytes) -> dict[str, str]:
    """Purpose → path as written (`$HOME/Bilder`), from user-dirs.dirs(5). Raises ParseError.

    A folder set to the home itself is switched off there: it is left out.
    """
    found = {}
    for line in ini.lines_of(data):
        if match := _LINE.match(line):
            name, path = match.group(1).lower(), re.sub(r"\\(.)", r"\1", match.group(2))
            if path.rstrip("/") not in ("", "$HOME") and path.startswith(("/", "$HOME/")):
                found[{"download": "downloads"}.get(name, name)] = path
    return found


def inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it. Both as records hold them."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def top(path: str) -> str:
    """The folder that people would name: the first one below a home, or the first two elsewhere.

    `~/Pictures/2024/May` → `~/Pictures`; `/home/alice/Sync/x` → `/home/alice/Sync`; `/srv/media/x` → `/srv/media`.
    """
    parts = path.split("/")
    if parts[0] == "~":
        return "/".join(parts[:2])
    return "/".join(parts[: 4 if parts[1:2] in (["home"], ["Users"]) else 3])
