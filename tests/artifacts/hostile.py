"""What a JSON file from a stranger may hold."""

from __future__ import annotations

from hypothesis import strategies as st

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**18, max_value=10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("\0", "/", "..", "\ud800", "<all_urls>", "__MSG_x__", "https://["))
)
DOCUMENTS = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
BYTES = st.binary(max_size=200) | st.text(alphabet='{}[]",:/*\\ \n0e-x', max_size=120).map(str.encode)
NUMBERS = (
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"9" * 10_000,
    b'"' + b"9" * 10_000 + b'"',
    b"1e400",
    b"-1e400",
    b"NaN",
    b"-5",
    b'"\\ud800"',
    b"\xff\xfe{\x00}\x00",
)
