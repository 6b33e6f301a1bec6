"""What the next run of a cohort would work on: who is in, who is left out, and what is bound to go wrong."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from accounts.models import PersonRole
from matching.models import Application, Cohort, MatchRun, Need, Offer
from matching.queries.encoding import to_match

Part, State = Application.Part, Application.State
WITH_A_PLACE = Q(part=Part.MENTOR, capacity__gt=F("taken"))


@dataclass(frozen=True)
class Intake:
    """mentees: without a mentor yet. far_from_all: of these, whose needs and roles no mentor with a place comes near.
    unheard: whose languages none speaks. without_hours: who gave no hours and meet anybody's."""

    mentees: int
    mentors: int
    places: int
    have_a_mentor: int
    undecided: int
    waiting: int
    away: int
    full: int
    far_from_all: int
    unheard: int

    @property
    def short(self) -> int:
        """Mentees more than places."""
        return max(0, self.mentees - self.places)


def intake_of(cohort: Cohort) -> Intake:
    """A fixed number of queries, however many they are."""
    matching = to_match(cohort).order_by()
    mentees = matching.filter(part=Part.MENTEE)
    mentors = matching.filter(WITH_A_PLACE)
    counts = cohort.applications.aggregate(
        accepted=Count("pk", filter=Q(part=Part.MENTEE, state=State.ACCEPTED, person__is_active=True)),
        undecided=Count("pk", filter=Q(state=State.SUBMITTED)),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        away=Count("pk", filter=Q(state=State.ACCEPTED, person__is_active=False)),
        mentors=Count("pk", filter=Q(part=Part.MENTOR, state=State.ACCEPTED, person__is_active=True)),
    )
    supply = mentors.aggregate(mentors=Count("pk"), places=Sum(F("capacity") - F("taken"), default=0))
    left = mentees.count()
    return Intake(
        mentees=left,
        mentors=supply["mentors"],
        places=supply["places"],
        have_a_mentor=counts["accepted"] - left,
        undecided=counts["undecided"],
        waiting=counts["waiting"],
        away=counts["away"],
        full=counts["mentors"] - supply["mentors"],
        far_from_all=far_from_all(mentees, mentors).count(),
        unheard=unheard(mentees, mentors).count(),
    )


def far_from_all(mentees: QuerySet[Application], mentors: QuerySet[Application]) -> QuerySet[Application]:
    """Who asked for something, and no mentor with a place offers even the family of it."""
    offered = Offer.objects.filter(application__in=mentors, topic__isnull=False)
    held = PersonRole.objects.filter(person__in=mentors.values("person"), role__isnull=False)
    held = held.exclude(how=PersonRole.How.AIM)
    topics, roles = (
        set(offered.values_list("topic__family", flat=True)),
        set(held.values_list("role__family", flat=True)),
    )
    needs = Need.objects.filter(application=OuterRef("pk"), topic__isnull=False)
    aims = PersonRole.objects.filter(person=OuterRef("person"), how=PersonRole.How.AIM, role__isnull=False)
    return mentees.filter(
        Exists(needs) | Exists(aims),
        ~Exists(needs.filter(topic__family__in=topics)),
        ~Exists(aims.filter(role__family__in=roles)),
        is_floor_lifted=False,
    )


def unheard(mentees: QuerySet[Application], mentors: QuerySet[Application]) -> QuerySet[Application]:
    """Who speaks no language of any mentor with a place."""
    spoken = {
        code
        for codes in mentors.values_list("person__spoken_languages", flat=True).distinct()
        for code in codes
    }
    speaks_none = Q(person__spoken_languages=[]) | Q(person__spoken_languages__overlap=sorted(spoken))
    return mentees.exclude(speaks_none)


def under_way(cohort: Cohort) -> QuerySet[MatchRun]:
    """Runs of this cohort that somebody has started and that have not ended."""
    unfinished = [MatchRun.State.QUEUED, MatchRun.State.RUNNING, MatchRun.State.STOPPING]
    return cohort.runs.filter(state__in=unfinished).select_related("created_by", "cohort")


def last_ruled_on(cohort: Cohort) -> MatchRun | None:
    """The latest run with decisions made by hand, which a new run may keep to."""
    ruled = cohort.runs.filter(state=MatchRun.State.DONE).annotate(decisions=Count("rulings"))
    return ruled.filter(decisions__gt=0).order_by("-pk").first()


def seconds_of_the_last(cohort: Cohort) -> float | None:
    """How long the computing of this cohort's last run took."""
    ended = cohort.runs.filter(findings__seconds__isnull=False).order_by("-pk")
    return ended.values_list("findings__seconds", flat=True).first()
