from __future__ import annotations

from hypothesis import settings

# How long one example takes says more about a busy machine than about a parser; tests of time measure it themselves.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
