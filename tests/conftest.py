from __future__ import annotations

import pytest
from hypothesis import settings

from audit import text

# How long one example takes says more about a busy machine than about a parser; tests of time measure it themselves.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture(autouse=True)
def english():
    """Sentences are looked for in English, whatever the environment or the test before asked for."""
    text.choose("en")
