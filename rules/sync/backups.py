"""Copies of a person's files that are made again and again: where they go, only the person can judge."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.backup_jobs import BackupJob
from audit.artifacts.photo import PhotoFolder, below, how_many
from audit.host import Host, Seen
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NOT_VISIBLE = "not visible here"
SOME_FOLDERS = "folders that are not visible here"
SOMEWHERE = "a place that is not visible here"
LOCKED = {True: "encrypted", False: "not encrypted", None: "encrypted or not, that is not visible here"}


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[BackupJob],
    may_use=[PhotoFolder],
)
def check(host: Host) -> Iterator[Match]:
    photos = host.see(PhotoFolder)
    jobs: dict[str, BackupJob] = {}
    for each in host.see(BackupJob):
        jobs.setdefault(f"{each.program}: {each.target or each.settings}", each)
    for subject, job in jobs.items():
        yield match(subject, job, photos)


def match(subject: str, job: BackupJob, photos: Seen[PhotoFolder]) -> Match:
    """A copy that is not the person's own, and that lies elsewhere or open, holds everything that they have."""
    places = [*job.folders, *["~"] * job.whole_home]
    facts = {
        "program": job.program,
        "folders": " + ".join(job.folders) or SOME_FOLDERS,
        "target": job.target or SOMEWHERE,
        "locked": LOCKED[job.encrypted],
        "pictures": how_many(below(photos.items, *places).found, photos.gaps) if places else NOT_VISIBLE,
    }
    worse = Severity.HIGH if job.away or job.encrypted is False else Severity.MEDIUM
    return Match(
        subject=subject[:200],
        evidence=[Evidence("backup-job", job.settings, facts)],
        params={**facts, "settings": job.settings},
        exposure=Exposure.LEAVES if job.away else None,
        question=Question("your-copy", worse),
    )
