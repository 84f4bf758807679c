"""drawncurtain's engine: device → artifacts → rules → findings → checklist → report, and picture → segments → scrubbed copy."""

__version__ = "0.1.0"
