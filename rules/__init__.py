"""What drawncurtain knows.

A rule is four siblings with one stem in a family's folder: `name.py`, a generator that judges what a host
shows it; `name.md`, its words (`name.es.md` the same in Spanish); `name.cases.yaml`, its examples. A new rule
touches no file that exists: `curtain rules new family/name` makes the four, docs/writing-a-rule.md explains them.
"""

MARKER = "drawncurtain rules, format 1"
