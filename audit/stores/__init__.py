"""Containers that several artifacts share, as pure readers of bytes: databases, key files."""


class ParseError(ValueError):
    """What a parser raises for bytes it cannot understand. The message is a short clause in plain English."""
