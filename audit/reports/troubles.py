"""Why a file was not read, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.photos import Trouble
from audit.text import gettext as _

if TYPE_CHECKING:
    from audit.photos import Photo


def error_words(photo: Photo) -> str | None:
    """Why a file was not read, or not to its end; also that its format is not read yet."""
    if photo.trouble:
        return trouble_words(photo.trouble, photo.detail)
    if photo.format and not photo.read:
        words = _("{format} is not read yet: treat it as if it said when and where it was made")
        return words.format(format=photo.format)
    return None


def trouble_words(trouble: Trouble, detail: str = "") -> str:
    known = {
        Trouble.PERMISSION: _("no permission to read it"),
        Trouble.MALFORMED: _("it is damaged, and was read as far as possible"),
        Trouble.EMPTY: _("it is empty"),
        Trouble.NO_MEDIUM: _("its name is that of a picture, video or document, but its content is not"),
        Trouble.TIMEOUT: _("it did not answer in time"),
        Trouble.UNREADABLE: _("the system could not read it"),
        Trouble.CRASHED: _("our own reader failed on it: please report this"),
        Trouble.PLACEHOLDER: _("its content is in the cloud, not on this computer"),
        Trouble.REMOTE: _("it lies on another machine, and was not opened"),
    }
    return f"{known[trouble]} ({detail})" if detail else known[trouble]
