"""Which Exif tags say something about somebody, and what. Numbers and names: Exif 2.32 (CIPA DC-008), TIFF 6.0, DNG 1.6."""

from __future__ import annotations

from typing import Final

from audit.formats.base import Reveal

Key = tuple[str, int]  # the directory ("IFD0", "IFD1", "Exif", "GPS", "Interop") and the tag's number

TIFF_TAGS: Final[dict[int, tuple[str, Reveal | None]]] = {
    0x000B: ("ProcessingSoftware", Reveal.SOFTWARE),
    0x010D: ("DocumentName", Reveal.COMMENT),
    0x010E: ("ImageDescription", Reveal.COMMENT),
    0x010F: ("Make", Reveal.DEVICE),
    0x0110: ("Model", Reveal.DEVICE),
    0x0112: ("Orientation", None),
    0x011D: ("PageName", Reveal.COMMENT),
    0x0131: ("Software", Reveal.SOFTWARE),
    0x0132: ("DateTime", Reveal.TIME),
    0x013B: ("Artist", Reveal.OWNER),
    0x013C: ("HostComputer", Reveal.DEVICE),
    0x014D: ("InkNames", Reveal.COMMENT),
    0x4746: ("Rating", Reveal.COMMENT),
    0x8298: ("Copyright", Reveal.OWNER),
    0x9213: ("ImageHistory", Reveal.EDIT),  # TIFF/EP
    0x9A00: ("XiaomiModel", Reveal.DEVICE),  # as ExifTool calls it: the name under which the phone is sold
    0x9C9B: ("XPTitle", Reveal.COMMENT),
    0x9C9C: ("XPComment", Reveal.COMMENT),
    0x9C9D: ("XPAuthor", Reveal.OWNER),
    0x9C9E: ("XPKeywords", Reveal.COMMENT),
    0x9C9F: ("XPSubject", Reveal.COMMENT),
    0xC614: ("UniqueCameraModel", Reveal.DEVICE),
    0xC62F: ("CameraSerialNumber", Reveal.SERIAL),
    0xC68B: ("OriginalRawFileName", Reveal.COMMENT),
    0xC65D: ("RawDataUniqueID", Reveal.EDIT),
    0xC4A5: ("PrintImageMatching", None),
    0xEA1C: ("Padding", None),
    0xFDE8: ("OwnerName", Reveal.OWNER),  # as Adobe's converters write it, as the next two
    0xFDE9: ("SerialNumber", Reveal.SERIAL),
    0xFDEA: ("Lens", Reveal.DEVICE),
}

EXIF_TAGS: Final[dict[int, tuple[str, Reveal | None]]] = {
    0x9003: ("DateTimeOriginal", Reveal.TIME),
    0x9004: ("DateTimeDigitized", Reveal.TIME),
    0x9010: ("OffsetTime", Reveal.TIME),
    0x9011: ("OffsetTimeOriginal", Reveal.TIME),
    0x9012: ("OffsetTimeDigitized", Reveal.TIME),
    0x9290: ("SubSecTime", Reveal.TIME),
    0x9291: ("SubSecTimeOriginal", Reveal.TIME),
    0x9292: ("SubSecTimeDigitized", Reveal.TIME),
    0x882A: ("TimeZoneOffset", Reveal.TIME),
    0x927C: ("MakerNote", Reveal.UNKNOWN),
    0x9286: ("UserComment", Reveal.COMMENT),
    0xA002: ("PixelXDimension", None),
    0xA003: ("PixelYDimension", None),
    0xA004: ("RelatedSoundFile", Reveal.COMMENT),
    0xA40B: ("DeviceSettingDescription", Reveal.DEVICE),
    0xA420: ("ImageUniqueID", Reveal.SERIAL),
    0xA430: ("CameraOwnerName", Reveal.OWNER),
    0xA431: ("BodySerialNumber", Reveal.SERIAL),
    0xA433: ("LensMake", Reveal.DEVICE),
    0xA434: ("LensModel", Reveal.DEVICE),
    0xA435: ("LensSerialNumber", Reveal.SERIAL),
    0xA436: ("ImageTitle", Reveal.COMMENT),  # Exif 3.0, as the next eight
    0xA437: ("Photographer", Reveal.OWNER),
    0xA438: ("ImageEditor", Reveal.OWNER),
    0xA439: ("CameraFirmware", Reveal.SOFTWARE),
    0xA43A: ("RAWDevelopingSoftware", Reveal.SOFTWARE),
    0xA43B: ("ImageEditingSoftware", Reveal.SOFTWARE),
    0xA43C: ("MetadataEditingSoftware", Reveal.SOFTWARE),
}

# Read together, as one position, height and moment: see exif._gps.
GPS_TAGS: Final[dict[int, tuple[str, Reveal | None]]] = {
    0x0008: ("GPSSatellites", Reveal.LOCATION),
    0x000D: ("GPSSpeed", Reveal.LOCATION),
    0x000F: ("GPSTrack", Reveal.LOCATION),
    0x0011: ("GPSImgDirection", Reveal.LOCATION),
    0x0012: ("GPSMapDatum", None),
    0x0018: ("GPSDestBearing", Reveal.LOCATION),
    0x001A: ("GPSDestDistance", Reveal.LOCATION),
    0x001B: ("GPSProcessingMethod", Reveal.LOCATION),
    0x001C: ("GPSAreaInformation", Reveal.LOCATION),
    0x001F: ("GPSHPositioningError", Reveal.LOCATION),
}

INTEROP_TAGS: Final[dict[int, tuple[str, Reveal | None]]] = {0x0001: ("InteroperabilityIndex", None)}

TAGS: Final[dict[str, dict[int, tuple[str, Reveal | None]]]] = {
    "IFD0": {**TIFF_TAGS, **EXIF_TAGS},  # Photoshop puts serial numbers there
    "IFD1": TIFF_TAGS,
    "SubIFD": TIFF_TAGS,
    "Exif": {**TIFF_TAGS, **EXIF_TAGS},
    "GPS": GPS_TAGS,
    "Interop": INTEROP_TAGS,
}
