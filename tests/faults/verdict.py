"""What became of every mail: the sink's journal beside the outbox, and whether the goals are met."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from outbox.models import Mail
from tests.faults.models import Cause, Claim
from tests.faults.schedule import Schedule, whim
from tests.faults.sink import read_kept, read_seen

State = Mail.State
REFUSING = {"nobody there", "refuse the mail"}
REPEATS_PER_KILL = 0.3
SECONDS_TO_DRAIN = 120
LATE_SECONDS = 60


@dataclass
class Copy:
    """One message that the sink kept."""

    at: datetime
    message_id: str
    whim: str


@dataclass
class Verdict:
    kills: int
    due: int
    seconds_to_drain: float | None
    delivered: int = 0
    refused: int = 0
    skipped: int = 0
    lost: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    repeated_introductions: list[str] = field(default_factory=list)
    under_another_id: list[str] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    answers_cut: int = 0

    @property
    def late(self) -> int:
        return sum(wait > LATE_SECONDS for wait in self.waits)

    def missed(self) -> list[str]:
        """A sentence for each goal that was not met."""
        goals = {
            f"{len(self.lost)} lost: {self.lost[:5]}": not self.lost,
            f"{len(self.repeated)} repeats in {self.kills} kills": len(self.repeated)
            <= REPEATS_PER_KILL * self.kills,
            f"Under another Message-ID: {self.under_another_id[:5]}": not self.under_another_id,
            f"Repeated introductions: {self.repeated_introductions[:5]}": not self.repeated_introductions,
            f"Sent though cancelled or expired before the claim: {self.unwanted[:5]}": not self.unwanted,
            f"Drained in {self.seconds_to_drain} s": self.seconds_to_drain is not None
            and self.seconds_to_drain <= SECONDS_TO_DRAIN,
        }
        return [sentence for sentence, is_met in goals.items() if not is_met]

    def last_line(self) -> str:
        return (
            f"{self.kills} kills, {self.due} due, {self.delivered} delivered, {len(self.lost)} lost, "
            f"{len(self.repeated)} repeated, {len(self.under_another_id)} repeated under another Message-ID, "
            f"{len(self.in_doubt)} in doubt, {self.late} late"
        )

    def percentiles(self) -> str:
        waits = sorted(self.waits)
        if not waits:
            return "nothing arrived"
        marks = {share: waits[min(len(waits) - 1, int(share * len(waits)))] for share in (0.5, 0.95, 0.99)}
        words = ", ".join(f"{share:.0%} within {seconds:.1f} s" for share, seconds in marks.items())
        return f"{words}, the last after {waits[-1]:.1f} s"


def judge(schedule: Schedule, folder: Path, *, seconds_to_drain: float | None) -> Verdict:
    copies: dict[str, list[Copy]] = defaultdict(list)
    for row in read_kept(folder):
        at = datetime.fromtimestamp(row["at"], UTC)
        copies[row["key"]].append(Copy(at, row["message_id"], row["whim"]))
    verdict = Verdict(kills=len(schedule.kills), due=len(schedule.mails), seconds_to_drain=seconds_to_drain)
    rows = {mail.key: mail for mail in Mail.objects.defer("html", "text")}
    causes = {cause.key: cause for cause in Cause.objects.all()}
    claims = read_claims()
    seen = read_seen(folder)
    for mail in schedule.mails:
        kept, row, cause = copies.get(mail.key, []), rows.get(mail.key), causes.get(mail.key)
        if row is None or cause is None:
            verdict.lost.append(f"{mail.key}: never stored")
            continue
        is_refused = mail.address in seen and whim(schedule.seed, mail.address) in REFUSING
        account_for(verdict, row, cause, kept, is_refused=is_refused)
        if kept:
            look_at_copies(verdict, mail.key, kept, cause, claims[mail.key])
    return verdict


def read_claims() -> dict[str, list[datetime]]:
    claims = defaultdict(list)
    for key, at in Claim.objects.order_by("at").values_list("key", "at"):
        claims[key].append(at)
    return claims


def account_for(verdict: Verdict, row: Mail, cause: Cause, kept: list[Copy], *, is_refused: bool) -> None:
    """Which of the allowed ends a mail came to; whatever came to none is lost."""
    if row.state == State.IN_DOUBT:
        verdict.in_doubt.append(row.key)
    if kept:
        verdict.delivered += 1
    elif row.state == State.FAILED and is_refused:
        verdict.refused += 1
    elif row.state == State.SKIPPED and (cause.cancelled_at or cause.expires_at):
        verdict.skipped += 1
    elif row.state != State.IN_DOUBT or not row.key.startswith("introduction"):
        verdict.lost.append(f"{row.key}: {row.state} {row.note} {row.answer}")


def look_at_copies(
    verdict: Verdict, key: str, kept: list[Copy], cause: Cause, claims: list[datetime]
) -> None:
    repeats = [key] * (len(kept) - 1)
    verdict.repeated += repeats
    if key.startswith("introduction"):
        verdict.repeated_introductions += repeats
    if len({copy.message_id for copy in kept}) > 1:
        verdict.under_another_id.append(key)
    verdict.answers_cut += sum(copy.whim == "cut after it is kept" for copy in kept)
    verdict.waits.append((kept[0].at - cause.due_at).total_seconds())
    ends = [moment for moment in (cause.cancelled_at, cause.expires_at) if moment]
    for copy in kept:
        claim = claims[bisect_right(claims, copy.at) - 1]
        if any(end <= claim for end in ends):
            verdict.unwanted.append(key)
