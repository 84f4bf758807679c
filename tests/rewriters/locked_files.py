"""PDF documents of which only the files inside are locked, and some that only look so."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.rewriters import documents as doc


def made(locked_by_itself: str = "", **keys: Any) -> bytes:
    """As Acrobat writes it (ISO 32000-2, 7.6.6), but that nobody has the key; with `keys` in place of those of the lock."""
    short = keys.get("V", 5) < 5
    own = Dictionary(CFM=Name.AESV3, AuthEvent=Name.EFOpen, Length=32)
    lock = {
        "Filter": Name.Standard, "V": 5, "R": 6, "Length": 256, "P": -4, "EncryptMetadata": False, "StmF": Name.Identity,
        "StrF": Name.Identity, "EFF": Name.StdCF, "CF": Dictionary(StdCF=own), "O": String(bytes(32 if short else 48)),
        "U": String(bytes(32 if short else 48)), "OE": String(bytes(32)), "UE": String(bytes(32)), "Perms": String(bytes(16)),
        **keys,
    }  # fmt: skip
    with pikepdf.open(io.BytesIO(doc.attached())) as pdf:
        if locked_by_itself:
            pdf.pages[0].obj.Contents = pdf.make_indirect(
                Stream(
                    pdf,
                    doc.CONTENT,
                    Filter=Array([Name.CrypX]),
                    DecodeParms=Array(
                        [Dictionary(Type=Name.CryptFilterDecodeParms, Name=Name(locked_by_itself))]
                    ),
                )
            )
        pdf.trailer.EncrypX = Dictionary(
            {f"/{key}": value for key, value in lock.items() if value is not None}
        )
        pdf.pages[0].obj.Whatever = String("/Encrypt <<")
        out = io.BytesIO()
        pdf.save(out, static_id=True)
    return out.getvalue().replace(b"/EncrypX", b"/Encrypt").replace(b"/CrypX", b"/Crypt")
