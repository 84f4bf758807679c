"""Words that reach people by another way than a sentence in the code, listed here so that they are translated too.

They are the values of findings' and gaps' parameters (`audit.text.fill` looks them up), the names of severities, and
what click says by itself. Rules may not import `audit.text`, so they cannot mark their own words.
"""

from __future__ import annotations

from audit.text import ngettext
from audit.text import noted as _

DEVICES = (_("camera"), _("microphone"))

ACCOUNTS = (
    _("not given"),  # a full name
    _("none seen"),  # other accounts
    _("your files"),
    _("the system"),
)

GRANTS = (
    _("every site"),
    _("every profile, by a policy of this computer"),
    _("set by a policy of this computer"),
    _("you, or somebody at this computer, said yes to its question"),
    _("added by hand in a settings file, without a question on the screen"),
    _("every program outside a sandbox"),
    _("every Flatpak app"),
)

PICTURES = (
    _("where they were taken"),
    _("the owner's name"),
    _("names of people"),
    _("serial numbers"),
    _("previews that differ from the picture"),
    _("short videos"),
    _("data behind the picture's end"),
)

SHARING = (
    _("not visible here"),
    _("the local network"),
    _("everybody in this network, without a password"),
    _("those who have a password or an agreed address"),
)

WATCHING = (
    _("reads a keyboard"),
    _("reads an input device that may be a keyboard"),
    _("talks to an input device directly"),
    _("can press keys in your place"),
    _("every program of every account"),
    _("the programs of every account"),
    _("the programs of one account"),
    _("running now"),
    _("starts by itself"),
    _("lets somebody in without anybody here agreeing"),
    _("installed"),
    _("left files from earlier use"),
)

CATEGORIES = (
    _("stalkerware"),
    _("keylogger"),
    _("employee monitoring"),
    _("classroom monitoring"),
    _("parental control"),
    _("camera surveillance"),
    _("remote access"),
)

AUTOSTARTS = (
    _("system service"),
    _("user service"),
    _("scheduled job"),
    _("desktop autostart"),
    _("from a hidden folder"),
    _("from a folder for temporary files"),
    _("from a folder for settings"),
    _("with code that it downloads"),
    _("with code hidden in encoded text"),
    _("with code written into the command"),
)

LOGINS = (_("text console"),)

UNSEEN = (
    _("pictures and what they reveal"),
    _("running programs"),
    _("the system's own files, outside the home folder"),
    _("sites that a policy of this computer allows"),
    _("programs that start by themselves"),
    _("whether the disk is encrypted"),
    _("the registry and services of Windows"),
    _("the settings and permissions of macOS"),
    _("virtual file"),
    _("network"),
)

# Why something could not be understood: the messages of ParseError, in `audit.artifacts` and `audit.stores`.
DETAILS = (
    _("no account is in it"),
    _("not a text file"),
    _("a quotation mark is missing"),
    _("the permissions are not where they should be"),
    _("the permissions are not as expected"),
    _("a setting that is a folder"),
    _("the list of running programs is not as expected"),
    _("locked with a password of its own"),
    _("not a user-defined share"),
    _("not a certificate"),
    _("not a browser's policy"),
    _("not the settings of Dropbox"),
    _("not the settings of Syncthing"),
    _("not the settings of a Chromium browser"),
    _("not an SQLite database"),
    _("not a GVariant database"),
    _("the database holds more than such a file should"),
    _("a value of an unknown type"),
    _("a value without a type"),
    _("values nested too deeply"),
    _("a number of the wrong length"),
    _("a text without an end"),
    _("a list whose parts lie outside it"),
    _("a list of the wrong length"),
    _("a value whose parts lie outside it"),
    _("a part that lies outside the file"),
    _("a table that is none"),
    _("a table of the wrong length"),
    _("too many entries"),
    _("a key whose parents make no sense"),
    _("a key that is too long"),
)

VALUES = frozenset(
    (
        *DEVICES,
        *ACCOUNTS,
        *GRANTS,
        *PICTURES,
        *SHARING,
        *WATCHING,
        *CATEGORIES,
        *AUTOSTARTS,
        *LOGINS,
        *UNSEEN,
        *DETAILS,
    )
)

# What is wrong with a damaged picture or video: the clauses of FormatError, in `audit.formats`.
FORMATS = (
    _("not a JPEG"),
    _("a second frame header"),
    _("a marker that has no place here"),
    _("a segment that is not as long as what it holds"),
    _("a scan of what is not in the picture"),
    _("a scan that tells again what another told"),
    _("the file ends before its picture"),
    _("a scan without a frame header"),
    _("no picture data"),
    _("not a PNG"),
    _("no proper IHDR chunk"),
    _("an unknown colour type"),
    _("not a chunk"),
    _("picture data that cannot be unpacked"),
    _("not a WebP"),
    _("the file ends inside its picture"),
    _("no picture data where it belongs"),
    _("VP8X is too short"),
    _("ANIM is too short"),
    _("a frame without a picture"),
    _("JPEGInterchangeFormat is no JPEG"),
    _("JPEGTables are not as long as what they hold"),
    _("JPEGTables is no JPEG"),
    _("a JPEG 2000 codestream without tiles"),
    _("a JPEG inside that cannot stay as it is"),
    _("a box ends too early"),
    _("a chunk without samples"),
    _("a coded picture is cut off"),
    _("a colour profile larger than any"),
    _("a comment inside a tile"),
    _("a compression that nobody uses"),
    _("a derived picture is cut off"),
    _("a directory reaches behind the end of the file"),
    _("a grid without all of its pictures"),
    _("a page without a size"),
    _("a picture in the minimal form (mini) is not cleaned yet"),
    _("a picture that is cut off"),
    _("a picture that is not where it belongs"),
    _("a picture without width or height"),
    _("a picture's bytes are not where they belong"),
    _("a property that is not there"),
    _("a raw camera file: export it as JPEG first"),
    _("a sequence in fragments"),
    _("a strip holds more than its rows"),
    _("a strip that cannot be unpacked"),
    _("a strip that is no JPEG"),
    _("a strip that is no JPEG 2000 codestream"),
    _("a strip whose codes make no sense"),
    _("a track with an impossible number"),
    _("a track without its tables"),
    _("a configuration of an unknown kind"),
    _("a derived picture of an unknown form"),
    _("a configuration that is far too large"),
    _("a header of a coded picture ends too early"),
    _("a header of a coded picture is broken"),
    _("a header of a coded picture with more behind it"),
    _("a property of an unknown form"),
    _("an impossible code size"),
    _("an impossible number of bits"),
    _("an item that is described twice"),
    _("an item that is located twice"),
    _("an item whose properties are listed twice"),
    _("an old-style JPEG that is cut off"),
    _("an unknown header"),
    _("bits that should be zero"),
    _("far too many parts"),
    _("iloc of an unknown kind"),
    _("its meta box is not about pictures"),
    _("its palette and its pixels overlap"),
    _("more chunks than samples"),
    _("more directories than any picture has"),
    _("more strips or tiles than any picture has"),
    _("more than one picture where one should be"),
    _("too many parts"),
    _("no picture in it"),
    _("no picture in the first directory"),
    _("no picture where one should be"),
    _("no primary picture"),
    _("no proper directory"),
    _("not a BMP"),
    _("not a GIF"),
    _("not a HEIF"),
    _("not a JPEG XL"),
    _("not a TIFF"),
    _("not a box"),
    _("not a part of an AV1 picture"),
    _("not an icon"),
    _("not the kind of bitmap that icons have"),
    _("offsets of an unknown size"),
    _("picture data inside a directory or a value"),
    _("picture data that are not where they belong"),
    _("picture data that lie inside other picture data"),
    _("picture data that overlap one another"),
    _("protected samples"),
    _("sample sizes of an unknown width"),
    _("samples that are in another file"),
    _("samples without a description"),
    _("samples without a place"),
    _("the file ends before its first directory"),
    _("the file is too large for its offsets"),
    _("the headers of a frame are cut off"),
    _("the numbers of its items are too large"),
    _("the parts of the picture are not in order"),
    _("the picture is cut off"),
    _("too large for offsets of four bytes"),
    _("too many blocks"),
    _("too many boxes"),
    _("too many extents"),
    _("too many samples"),
    _("too wide a picture"),
    _("a box that is there twice"),
    _("a fragment whose place depends on a track that goes"),
    _("a header that is packed or in another file"),
    _("no moov box"),
    _("no video and no sound in it"),
    _("not a movie"),
    _("samples of an unknown kind"),
    _("its true end cannot be found: convert it to another format first"),
    _("not a Matroska"),
    _("no picture and no sound in it"),
    _("a codec that is not known"),
    _("codec settings that make no sense"),
    _("codec settings that are packed"),
)

SEVERITIES = (_("info"), _("low"), _("medium"), _("high"), _("critical"))

# What click says by itself, in the wording of its versions 8.1 to 8.5.
CLICK = (
    _("Usage:"),
    _("Options"),
    _("Commands"),
    _("Show this message and exit."),
    _("Show the version and exit."),
    _("default: {default}"),
    _("Error: {message}"),
    _("Try '{command} {option}' for help."),
    _("Missing command."),
    _("Missing argument"),
    _("Missing option"),
    _("Missing parameter"),
    _("No such option {name!r}."),
    _("No such option: {name}"),
    _("No such command {name!r}."),
    _("Option {name!r} requires an argument."),
    _("Option {name!r} does not take a value."),
    _("Invalid value: {message}"),
    _("Invalid value for {param_hint}: {message}"),
    _("{name} {filename!r} does not exist."),
    _("{name} {filename!r} is a file."),
    _("{name} {filename!r} is a directory."),
    _("{name} {filename!r} is not readable."),
    _("{value!r} is not a valid {number_type}."),
    _("{value} is not in the range {range}."),
    _("Could not open file {filename!r}: {message}"),
    _("file"),
    _("directory"),
    _("path"),
)


def click_plurals(count: int) -> tuple[str, ...]:
    """The same, for what has a plural. Named here for extraction only."""
    return (
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", count),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", count),
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", count),
    )
