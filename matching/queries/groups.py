"""Whom an admin may put into a group, and groups as the admin's pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from accounts.models import Discipline, PersonRole
from accounts.wording import folded
from matching.models import Application, Cohort, GroupRun, Member, Mentorship, Stream

Part = Application.Part
# Mentees whom one run seats: with more, half a minute is too short for good groups.
MOST_AT_ONCE = 400
# Mentors among whom an admin chooses on one page.
MOST_OFFERED = 150


def candidates(cohort: Cohort) -> QuerySet[Application]:
    """Accepted people with the roles, disciplines and employer that the page shows."""
    return with_what_they_do(
        Application.objects.filter(cohort=cohort, state=Application.State.ACCEPTED, person__is_active=True)
    ).order_by("person__sort_key")


def with_what_they_do(applications: QuerySet[Application]) -> QuerySet[Application]:
    return applications.select_related("person__organisation", "stream").prefetch_related(
        "person__disciplines", "person__roles__role"
    )


def mentors_for_groups(cohort: Cohort) -> QuerySet[Application]:
    return candidates(cohort).filter(part=Part.MENTOR)


def mentees_for_groups(stream: Stream) -> QuerySet[Application]:
    """Mentees who chose this stream or none, and are in no group of the cohort yet."""
    return candidates(stream.cohort).filter(
        Q(stream=stream) | Q(stream=None), ~Exists(in_a_group(Member.Part.MENTEE)), part=Part.MENTEE
    )


def mentors_to_lead(stream: Stream) -> QuerySet[Application]:
    """Mentors who chose this stream or none and lead no group yet; those for groups only come first."""
    free = mentors_for_groups(stream.cohort).filter(
        Q(stream=stream) | Q(stream=None),
        ~Exists(in_a_group(Member.Part.MENTOR, Member.Part.COFACILITATOR)),
    )
    return free.order_by(
        Case(When(capacity=0, then=0), When(stream=stream, then=1), default=2), "person__sort_key"
    )


@dataclass(frozen=True)
class Offered:
    """People to choose among on one page: whoever is chosen already, then the first of those who are found."""

    chosen: list[Application]
    found: list[Application]
    count: int

    @property
    def everybody(self) -> list[Application]:
        return [*self.chosen, *self.found]


def offered(
    people: QuerySet[Application], stream: Stream, words: str, *, chosen: Iterable[int], most: int
) -> Offered:
    """Of whom the words are true, those of this stream first; without words, of everybody."""
    others = people.exclude(pk__in=chosen)
    for word in words.split():
        others = others.filter(is_known_by(word))
    others = others.order_by(Case(When(stream=stream, then=0), default=1), "person__sort_key", "pk")
    return Offered(list(people.filter(pk__in=chosen)), list(others[:most]), others.count())


def is_known_by(word: str) -> Q:
    """What a line of the page shows: a name, its accents aside; a role, a discipline, an employer, in either language."""
    roles = PersonRole.objects.filter(person=OuterRef("person")).exclude(how=PersonRole.How.AIM)
    disciplines = Discipline.objects.filter(people=OuterRef("person"))
    in_a_role = Q(text__icontains=word) | Q(role__en__icontains=word) | Q(role__fr__icontains=word)
    return (
        Q(person__sort_key__contains=folded(word))
        | Q(person__organisation__name__icontains=word)
        | Exists(roles.filter(in_a_role))
        | Exists(disciplines.filter(Q(en__icontains=word) | Q(fr__icontains=word)))
    )


def in_a_group(*parts: str) -> QuerySet[Member]:
    return Member.objects.filter(
        application=OuterRef("pk"), part__in=parts, kind=Mentorship.Kind.GROUP, left_at=None
    )


def groups_of(mentees: Iterable[Application], *, besides: Mentorship | None = None) -> dict[int, Mentorship]:
    """The group that each of these mentees' applications is in, by application."""
    members = Member.objects.filter(
        application__in=[one.pk for one in mentees],
        kind=Mentorship.Kind.GROUP,
        part=Member.Part.MENTEE,
        left_at=None,
    ).exclude(mentorship=besides)
    return {member.application_id: member.mentorship for member in members.select_related("mentorship")}


def groups_being_formed(stream: Stream) -> QuerySet[Mentorship]:
    return Mentorship.objects.filter(
        stream=stream, kind=Mentorship.Kind.GROUP, state=Mentorship.State.FORMING
    ).order_by("pk")


def people_to_group(
    cohort: Cohort, stream: Stream | None, *, mentors: Iterable[int]
) -> QuerySet[Application]:
    """Mentees to seat and these mentors, as long as they are free for a group of this stream."""
    free = Q(part=Part.MENTEE) & ~Exists(in_a_group(Member.Part.MENTEE)) & (Q(stream=stream) | Q(stream=None))
    leads = Q(pk__in=mentors, part=Part.MENTOR) & ~Exists(
        in_a_group(Member.Part.MENTOR, Member.Part.COFACILITATOR)
    )
    return (
        Application.objects.filter(
            free | leads, cohort=cohort, state=Application.State.ACCEPTED, person__is_active=True
        )
        .select_related("person")
        .order_by("pk")
    )


def people_of_run(run: GroupRun) -> list[Application]:
    """Whom a run reads: the mentors it was given, and as many mentees as it can weigh, those of its stream first."""
    mentors = {*run.asked["leads"], *run.asked["helpers"]}
    free = people_to_group(run.cohort, run.stream, mentors=mentors)
    mentees = free.filter(part=Part.MENTEE).order_by(F("stream").asc(nulls_last=True), "pk")
    chosen = [*free.filter(part=Part.MENTOR), *mentees[:MOST_AT_ONCE]]
    return sorted(chosen, key=lambda one: one.pk)


def without_group(run: GroupRun) -> QuerySet[Application]:
    """Mentees whom the run seats in no group of its own, and who are in none otherwise."""
    seated = [mentee for group in run.groups for mentee in group["mentees"]]
    free = people_to_group(run.cohort, run.stream, mentors=[]).exclude(pk__in=seated)
    return with_what_they_do(free).order_by("person__sort_key", "pk")


def spare_mentors(run: GroupRun) -> QuerySet[Application]:
    """Mentors who may lead or help in this run, and do neither."""
    busy = [pk for group in run.groups for pk in [group["lead"], *group["cofacilitators"]]]
    asked = {*run.asked["leads"], *run.asked["helpers"]} - set(busy)
    free = people_to_group(run.cohort, run.stream, mentors=asked).filter(part=Part.MENTOR)
    return with_what_they_do(free).order_by("person__sort_key", "pk")


def in_groups(run: GroupRun, *, also: Iterable[int] = ()) -> QuerySet[Application]:
    """Everybody whom the groups of a run name, and these, whatever became of them since."""
    named = {
        pk for group in run.groups for pk in [group["lead"], *group["cofacilitators"], *group["mentees"]]
    }
    return with_what_they_do(Application.objects.filter(pk__in=named | set(also))).order_by("pk")


def next_group_number(run: GroupRun) -> int:
    """The number that the next group of this stream bears: one more than there have been."""
    return Mentorship.objects.filter(stream=run.stream_id, kind=Mentorship.Kind.GROUP).count() + 1
