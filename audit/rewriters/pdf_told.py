"""What a key of a PDF document tells of somebody (ISO 32000-2, tables 29, 30, 166, 255 and 349)."""

from __future__ import annotations

from typing import Final

from audit.formats.base import Reveal

INFO: Final = {
    "/Author": Reveal.OWNER,
    "/Creator": Reveal.SOFTWARE,
    "/Producer": Reveal.SOFTWARE,
    "/CreationDate": Reveal.TIME,
    "/ModDate": Reveal.TIME,
    "/Title": Reveal.COMMENT,
    "/Subject": Reveal.COMMENT,
    "/Keywords": Reveal.COMMENT,
}
SIGNED: Final = {
    "/Location": Reveal.LOCATION,
    "/ContactInfo": Reveal.OWNER,
    "/Reason": Reveal.COMMENT,
    "/M": Reveal.TIME,
}
TOLD: Final = {
    **INFO,
    "/M": Reveal.TIME,
    "/LastModified": Reveal.TIME,
    "/T": Reveal.OWNER,
    "/ID": Reveal.EDIT,
    "/NM": Reveal.EDIT,
    "/Thumb": Reveal.THUMBNAIL,
    "/EmbeddedFiles": Reveal.TRAILER,
    "/AF": Reveal.TRAILER,
    "/EF": Reveal.TRAILER,
    "/PieceInfo": Reveal.EDIT,
    "/VP": Reveal.LOCATION,
    "/Measure": Reveal.LOCATION,
    "/Perms": Reveal.PROVENANCE,
}
