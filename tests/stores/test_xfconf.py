from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stores import ParseError, xfconf

# As xfconfd 4.18 wrote it after `xfconf-query -c xfce4-screensaver -n -p /lock/enabled -t bool -s false`.
WRITTEN = b"""<?xml version="1.0" encoding="UTF-8"?>

<channel name="xfce4-screensaver" version="1.0">
  <property name="saver" type="empty">
    <property name="idle-activation" type="empty">
      <property name="delay" type="int" value="10"/>
    </property>
  </property>
  <property name="lock" type="empty">
    <property name="enabled" type="bool" value="false"/>
  </property>
</channel>
"""


def test_as_it_is_written() -> None:
    assert xfconf.parse(WRITTEN) == {"/saver/idle-activation/delay": "10", "/lock/enabled": "false"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"<channel>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><channel>&a;</channel>',
        b"<channel>" + b'<property name="a" value="1"/><property name="b" value="1"/>' * 0 + b"</chanel>",
    ],
)
def test_other_files(data: bytes) -> None:
    with pytest.raises(ParseError):
        xfconf.parse(data)


def test_far_too_much_and_far_too_deep() -> None:
    with pytest.raises(ParseError):
        xfconf.parse(
            b"<channel>"
            + b"".join(b'<property name="%d" value="1"/>' % n for n in range(10_002))
            + b"</channel>"
        )
    deep = b'<property name="a" value="1">' * 500 + b"</property>" * 500
    assert len(xfconf.parse(b"<channel>" + deep + b"</channel>")) == 32


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"<channel>" + data + b"</channel>", WRITTEN[: len(data)] + data):
        with suppress(ParseError):
            xfconf.parse(content)
