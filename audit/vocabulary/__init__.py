"""Words that reach people by another way than a sentence in the code, listed here so that they are translated too.

They are the values of findings' and gaps' parameters (`audit.text.fill` looks them up), what is wrong with damaged files,
and what click says by itself. Rules may not import `audit.text`, so they cannot mark their own words.
"""

from audit.vocabulary.findings import VALUES
from audit.vocabulary.formats import FORMATS

__all__ = ["FORMATS", "VALUES"]
