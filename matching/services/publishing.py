"""Publish what a run proposes, and take it back while it is on hold."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from matching.errors import AlreadyIntroduced, AlreadyPublished, NotReady, OutOfDate
from matching.models import Application, Cohort, MatchRun, Member, Mentorship, Proposal
from matching.queries.mentorships import declined_pairs
from matching.queries.runs import has_introduced
from matching.services.introductions import introduce_together
from matching.services.leaving import cancel
from matching.services.places import places_left, take_places
from matching.services.telling import tell_held
from matching.working_days import working_days_after

State = Mentorship.State
MOST_NAMES = 5


@dataclass(frozen=True)
class Publication:
    """What was published, and the proposals left out because somebody said "not this person" before."""

    mentorships: list[Mentorship]
    left_out: list[Proposal]


@transaction.atomic
def publish_run(
    run: MatchRun, *, by: Person | None, version: int | None = None, now: datetime | None = None
) -> Publication:
    """Publish every pair of a run at once, or none. version: the run as it was seen, where somebody looked at it.

    Each person is told whom they would meet and the hold begins; without a hold they are introduced at once.
    Raises AlreadyPublished or NotReady, and OutOfDate where the cohort changed since the run.
    """
    now = now or timezone.now()
    cohort = lock_cohort(run)
    claim(run, now, version)
    pairs, left_out = fresh_pairs(run)
    take_up(pairs)
    mentorships = [new_mentorship(pair, cohort, by=by, now=now) for pair in pairs]
    Mentorship.objects.bulk_create(mentorships)
    members = seat(mentorships, pairs)
    begin_hold(mentorships, members, cohort, now)
    return Publication(mentorships, left_out)


def begin_hold(mentorships: list[Mentorship], members: list[Member], cohort: Cohort, now: datetime) -> None:
    """Tell everybody whom they would meet; where the cohort has no hold, introduce them at once instead."""
    if cohort.hold_days:
        tell_held(members)
    else:
        introduce_together(mentorships, members, now=now)


@transaction.atomic
def undo_publication(run: MatchRun, *, by: Person | None, now: datetime | None = None) -> int:
    """Take a publication back during the hold; returns how many matches that were.

    Places are free again, mail that has not left is not sent, and whoever was told of a match is told that it
    is not going ahead. Raises NotReady where nothing is published, AlreadyIntroduced once anybody was introduced.
    """
    now = now or timezone.now()
    lock_cohort(run)
    if not MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.PUBLISHED).update(
        state=MatchRun.State.DONE, published_at=None
    ):
        raise NotReady(_("This run is not published, so there is nothing to undo."))
    held = list(run.mentorships.filter(state=State.HELD).select_for_update().values_list("pk", flat=True))
    if has_introduced(run):
        raise AlreadyIntroduced(
            _(
                "Some people of this run have been introduced already, so it cannot be undone as a whole. "
                "Cancel the matches that are still on hold one by one."
            )
        )
    cancel(Mentorship.objects.filter(pk__in=held), now=now)
    return len(held)


def lock_cohort(run: MatchRun) -> Cohort:
    """One publication or undo of a cohort at a time, so that two runs never lock the same mentors crosswise."""
    return Cohort.objects.select_for_update(no_key=True).get(pk=run.cohort_id)


def claim(run: MatchRun, now: datetime, version: int | None) -> None:
    as_seen = {} if version is None else {"version": version}
    ready = MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.DONE, **as_seen)
    if ready.update(state=MatchRun.State.PUBLISHED, published_at=now):
        return
    run.refresh_from_db(fields=["state"])
    if run.state == MatchRun.State.DONE:
        raise OutOfDate(
            _("Somebody changed this run while you looked at it. Nothing was published. Look at it again.")
        )
    if run.state == MatchRun.State.PUBLISHED:
        raise AlreadyPublished(
            _(
                "This run is already published. Everybody in it has been told once, and nothing was sent again."
            )
        )
    raise NotReady(
        _("This run is not ready to publish: it is %(state)s.") % {"state": run.get_state_display()}
    )


def fresh_pairs(run: MatchRun) -> tuple[list[Proposal], list[Proposal]]:
    """The pairs to publish, and those in which somebody said "not this person" since the run."""
    proposals = list(
        run.proposals.filter(mentor__isnull=False).annotate(
            mentee_person=F("mentee__person"), mentor_person=F("mentor__person")
        )
    )
    declined = declined_pairs({pk for pair in proposals for pk in (pair.mentee_person, pair.mentor_person)})
    fresh, left_out = [], []
    for pair in proposals:
        was_declined = (pair.mentee_person, pair.mentor_person) in declined
        (left_out if was_declined else fresh).append(pair)
    return fresh, left_out


def take_up(pairs: list[Proposal]) -> None:
    """Take the mentors' places. Raises OutOfDate, naming the people, where somebody left, was matched or gave up
    places since the run."""
    if not pairs:
        raise OutOfDate(
            _("This run has no pair to publish. Look at why people are unmatched, then run it again.")
        )
    applications = lock_applications(pairs)
    for pair in pairs:
        # Read once, however many pairs a mentor is in.
        pair.mentee, pair.mentor = applications[pair.mentee_id], applications[pair.mentor_id]
    refuse_gone(applications)
    refuse_matched(pairs)
    wanted = Counter(pair.mentor_id for pair in pairs)
    lacking = [applications[pk] for pk, places in wanted.items() if places_left(applications[pk]) < places]
    if lacking:
        raise OutOfDate(places_sentence(lacking))
    take_places(wanted)


def lock_applications(pairs: list[Proposal]) -> dict[int, Application]:
    """As they stand now, locked in one order: nobody withdraws and no place goes while a run is published."""
    people = {pk for pair in pairs for pk in (pair.mentee_id, pair.mentor_id)}
    rows = Application.objects.select_for_update(no_key=True, of=["self"]).filter(pk__in=people)
    return {row.pk: row for row in rows.select_related("person").order_by("pk")}


def refuse_gone(applications: dict[int, Application]) -> None:
    gone = [who for who in applications.values() if not takes_part(who)]
    if gone:
        raise OutOfDate(
            _("No longer taking part: %(names)s. Nothing was published. Run the matching again.")
            % {"names": names(gone)}
        )


def takes_part(application: Application) -> bool:
    return application.state == Application.State.ACCEPTED and application.person.is_active


def refuse_matched(pairs: list[Proposal]) -> None:
    matched = Member.objects.filter(
        application__in=[pair.mentee_id for pair in pairs],
        kind=Mentorship.Kind.ONE_TO_ONE,
        part=Member.Part.MENTEE,
        left_at=None,
    )
    already = set(matched.values_list("application", "rank"))
    found = [pair.mentee for pair in pairs if (pair.mentee_id, pair.rank) in already]
    if found:
        raise OutOfDate(
            _("Matched in the meantime: %(names)s. Nothing was published. Run the matching again.")
            % {"names": names(found)}
        )


def places_sentence(lacking: list[Application]) -> str:
    return ngettext(
        "%(names)s no longer has the places that this run counts on. Nothing was published. "
        "Run the matching again.",
        "%(names)s no longer have the places that this run counts on. Nothing was published. "
        "Run the matching again.",
        len(lacking),
    ) % {"names": names(lacking)}


def names(applications: list[Application]) -> str:
    found = sorted({str(who.person) for who in applications})
    named, others = found[:MOST_NAMES], len(found[MOST_NAMES:])
    if others:
        named.append(ngettext("%(count)s other person", "%(count)s other people", others) % {"count": others})
    return get_text_list(named, _("and"))


def new_mentorship(pair: Proposal, cohort: Cohort, *, by: Person | None, now: datetime) -> Mentorship:
    shared = pair.mentee.stream_id if pair.mentee.stream_id == pair.mentor.stream_id else None
    return Mentorship(
        cohort=cohort,
        stream_id=shared,
        kind=Mentorship.Kind.ONE_TO_ONE,
        run_id=pair.run_id,
        state=State.HELD,
        reasons=pair.reasons,
        published_at=now,
        published_by=by,
        hold_ends_at=working_days_after(now, cohort.hold_days),
    )


def seat(mentorships: list[Mentorship], pairs: list[Proposal]) -> list[Member]:
    members = [
        Member(
            mentorship=mentorship,
            application=application,
            person=application.person,
            part=part,
            rank=pair.rank,
            cohort_id=mentorship.cohort_id,
            kind=mentorship.kind,
        )
        for mentorship, pair in zip(mentorships, pairs, strict=True)
        for part, application in ((Member.Part.MENTOR, pair.mentor), (Member.Part.MENTEE, pair.mentee))
    ]
    return Member.objects.bulk_create(members)
