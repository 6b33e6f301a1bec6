import time

from django.core.management.base import BaseCommand, CommandError

from matching.errors import Refused
from matching.models import Cohort, MatchRun
from matching.presets import OWN, PRESETS
from matching.queries.runs import for_review
from matching.reasons import unmatched_sentence
from matching.services.at_work import UNFINISHED
from matching.services.runs import compute_run, start_run


class Command(BaseCommand):
    help = (
        "Compute who should meet whom in a cohort, as if nobody had a mentor yet, and print what came of it. "
        "Publishes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("cohort", help="The cohort's short name in its address.")
        parser.add_argument(
            "--seed", type=int, default=0, help="Settles ties; the same seed, the same pairs."
        )
        parser.add_argument(
            "--preset",
            choices=list(PRESETS),
            default=OWN,
            help="A ready-made policy; without it, the cohort's own weights.",
        )
        parser.add_argument(
            "--rest", action="store_true", help="Only mentees without a mentor, for the places that are left."
        )

    def handle(self, *, cohort, seed, preset, rest, **options):
        run = self.run(cohort, seed=seed, preset=preset, is_afresh=not rest)
        if run.state != MatchRun.State.DONE:
            raise CommandError(run.words)
        proposals = list(for_review(run))
        unmatched = [proposal for proposal in proposals if proposal.mentor is None]
        self.stdout.write(f"matched   {run.matched} of {len(proposals)}")
        self.stdout.write(f"worst     {run.worst}")
        self.stdout.write(f"total     {run.total}")
        self.stdout.write(f"unmatched {len(unmatched)}")
        for proposal in unmatched:
            self.stdout.write(f"  {proposal.mentee.person}: {unmatched_sentence(proposal.reasons)}")
        for proposal in proposals:
            if proposal.mentor:
                self.stdout.write(f"{proposal.score:>5}  {proposal.mentee.person} – {proposal.mentor.person}")

    def run(self, slug: str, **options) -> MatchRun:
        try:
            run = start_run(Cohort.objects.get(slug=slug), by=None, **options)
        except Cohort.DoesNotExist:
            known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no cohort {slug!r}. Known: {known}.") from None
        except Refused as refused:
            raise CommandError(str(refused)) from None
        if not compute_run(run):
            self.wait_for_a_worker(run)
        run.refresh_from_db()
        return run

    def wait_for_a_worker(self, run: MatchRun) -> None:
        """A worker claimed it first: it computes the same."""
        while MatchRun.objects.filter(pk=run.pk, state__in=UNFINISHED).exists():
            time.sleep(0.5)
