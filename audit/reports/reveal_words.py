"""What pictures reveal, in words for people: one word per `Reveal`, as it stands in a count."""

from __future__ import annotations

from audit.formats.base import Reveal
from audit.text import gettext
from audit.text import noted as _

_WORDS = {
    Reveal.LOCATION: _("places"),
    Reveal.TIME: _("times"),
    Reveal.DEVICE: _("device"),
    Reveal.SERIAL: _("serial numbers"),
    Reveal.OWNER: _("names"),
    Reveal.PERSON: _("people shown"),
    Reveal.THUMBNAIL: _("previews"),
    Reveal.TRAILER: _("data after the end"),
    Reveal.SOFTWARE: _("software"),
    Reveal.COMMENT: _("comments"),
    Reveal.PROMPT: _("prompts"),
    Reveal.EDIT: _("edit history"),
    Reveal.VIDEO: _("hidden videos"),
    Reveal.PICTURE: _("second pictures"),
    Reveal.PROVENANCE: _("signed claims"),
    Reveal.COLOUR: _("colour profile names"),
    Reveal.UNKNOWN: _("unknown data"),
}


def reveal_word(reveal: Reveal) -> str:
    return gettext(_WORDS[reveal])
