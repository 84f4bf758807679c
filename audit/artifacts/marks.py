"""The marks that sync programs leave in the folders that they keep the same.

Syncthing `.stfolder` (docs.syncthing.net, folder marker); Nextcloud and ownCloud journals `.sync_*.db`, older
`._sync_*.db` and `.csync_journal.db` (client source, SyncJournalDb::makeDbName); Dropbox `.dropbox`, `.dropbox.cache`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase, translate

NEXTCLOUD = "Nextcloud / ownCloud"
MARKS = (
    (".stfolder", "Syncthing"),
    (".sync_*.db", NEXTCLOUD),
    ("._sync_*.db", NEXTCLOUD),
    (".csync_journal.db", NEXTCLOUD),
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
)
PATTERN = "|".join(translate(mark) for mark, _ in MARKS)


def client_of(name: str, *, is_dir: bool) -> str:
    """The client whose mark a name is, or empty. `.dropbox` in a home is the folder of Dropbox's own settings; in a synced folder, a file."""
    found = (client for mark, client in MARKS if fnmatchcase(name, mark))
    return "" if name == ".dropbox" and is_dir else next(found, "")
