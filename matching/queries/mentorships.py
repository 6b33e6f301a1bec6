"""Mentorships and their people, as pages, mail and the admin read them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Person, PersonRole
from matching.models import Application, Cohort, Member, Mentorship, Turn

State = Mentorship.State
SHOWN = [State.HELD, State.INTRODUCED, State.ENDED]
ROLES = Prefetch("person__roles", queryset=PersonRole.objects.select_related("role"))
# In it now, or until its very end.
STAYED = Q(left_at=None) | Q(left_at=F("mentorship__ended_at"))


def visible_to(person: Person) -> QuerySet[Mentorship]:
    """Published mentorships in which this person has a place, or had one when they ended."""
    mine = Member.objects.filter(STAYED, mentorship=OuterRef("pk"), person=person)
    return Mentorship.objects.filter(Exists(mine), state__in=SHOWN)


def with_people(mentorships: QuerySet[Mentorship]) -> QuerySet[Mentorship]:
    """With everything that a page shows of the people, in a fixed number of queries."""
    return mentorships.select_related("cohort__programme", "stream").prefetch_related(
        Prefetch("members", queryset=active_members(), to_attr="active")
    )


def with_names(mentorships: QuerySet[Mentorship]) -> QuerySet[Mentorship]:
    """With who is in it and what they do: what a short list shows."""
    members = Member.objects.filter(STAYED).select_related("person").prefetch_related(ROLES)
    return mentorships.select_related("cohort").prefetch_related(
        Prefetch("members", queryset=members.order_by("pk"), to_attr="active")
    )


def active_members() -> QuerySet[Member]:
    return (
        Member.objects.filter(STAYED)
        .select_related(
            "person__organisation", "person__photo", "application__availability", "application__stream"
        )
        .defer("person__photo__webp")
        .prefetch_related(ROLES, "person__disciplines", "person__sectors")
        .order_by("pk")
    )


def for_review() -> QuerySet[Mentorship]:
    """With the names that the admin's list shows."""
    members = Member.objects.select_related("person").order_by("pk")
    return Mentorship.objects.select_related("cohort", "stream").prefetch_related(
        Prefetch("members", queryset=members, to_attr="everybody")
    )


def member_for_mail(pk: int) -> Member | None:
    """A member with the mentorship's other people, as mail is built from; None once it is gone."""
    member = Member.objects.select_related("person").filter(pk=pk).first()
    if member:
        member.mentorship = with_people(Mentorship.objects.filter(pk=member.mentorship_id)).get()
    return member


def paused() -> QuerySet[Mentorship]:
    return Mentorship.objects.filter(state=State.INTRODUCED, paused_at__isnull=False)


def last_day_of(mentorship: Mentorship) -> date:
    """Its own last day, else its cohort's."""
    return mentorship.ends_on or mentorship.cohort.ends_on


def with_last_day(mentorships: QuerySet[Mentorship]) -> QuerySet[Mentorship]:
    return mentorships.select_related("cohort").annotate(last_day=Coalesce("ends_on", "cohort__ends_on"))


def turns_of(mentorship: Mentorship) -> QuerySet[Turn]:
    """What admins and the clock did with it, the latest first. The words stay sealed until they are asked for."""
    return mentorship.turns.select_related("by").order_by("-at", "-pk")


def one_to_one(**where) -> QuerySet[Member]:
    """A mentee's places in matches of two."""
    return Member.objects.filter(kind=Mentorship.Kind.ONE_TO_ONE, part=Member.Part.MENTEE, **where)


def needing_a_match(today: date | None = None) -> QuerySet[Application]:
    """Accepted mentees without a mentor, in cohorts under way in which others have been matched.

    Also whoever was matched and is no longer, whichever way that came; who said so is not told. Not who reached what
    they came for.
    """
    mine = one_to_one(application=OuterRef("pk"))
    matched_here = Mentorship.objects.filter(
        cohort=OuterRef("cohort"), kind=Mentorship.Kind.ONE_TO_ONE, state__in=SHOWN
    )
    was_declined = declined_matches().filter(members__application=OuterRef("pk"))
    return (
        Application.objects.filter(
            Exists(matched_here) | Exists(was_declined),
            ~Exists(mine.filter(left_at=None)),
            part=Application.Part.MENTEE,
            state=Application.State.ACCEPTED,
            person__is_active=True,
        )
        .annotate(
            latest=Subquery(mine.order_by("-pk").values("mentorship")[:1]),
            latest_state=Subquery(mine.order_by("-pk").values("mentorship__state")[:1]),
        )
        .filter(~Exists(Turn.objects.filter(reached(), mentorship=OuterRef("latest"))))
        .filter(**({"cohort__ends_on__gte": today} if today else {}))
        .select_related("person", "cohort", "stream")
        .order_by("-cohort__starts_on", "person__sort_key", "pk")
    )


def reached() -> Q:
    return Q(what=Turn.What.ENDED, because=Turn.Because.DONE)


def declined_matches() -> QuerySet[Mentorship]:
    """One-to-one matches in which somebody said "not this person"."""
    return Mentorship.objects.filter(
        kind=Mentorship.Kind.ONE_TO_ONE, state=State.CANCELLED, members__declined_at__isnull=False
    )


def declined_pairs(people: Iterable[int]) -> set[tuple[int, int]]:
    """Pairs (mentee, mentor) with one of these people of whom one said "not this person", in any cohort."""
    return pairs_in(declined_matches(), people)


def met_pairs(people: Iterable[int], *, besides: Cohort | None = None) -> set[tuple[int, int]]:
    """Pairs (mentee, mentor) with one of these people who were matched before, in any cohort but one, and it was not
    taken back."""
    return pairs_in(Mentorship.objects.filter(state__in=SHOWN).exclude(cohort=besides), people)


def pairs_in(mentorships: QuerySet[Mentorship], people: Iterable[int]) -> set[tuple[int, int]]:
    one_to_one = Member.objects.filter(kind=Mentorship.Kind.ONE_TO_ONE)
    theirs = mentorships.filter(pk__in=one_to_one.filter(person__in=people).values("mentorship"))
    rows = one_to_one.filter(mentorship__in=theirs.values("pk")).values_list("mentorship", "part", "person")
    sides: dict[int, dict[str, int]] = {}
    for mentorship, part, person in rows:
        sides.setdefault(mentorship, {})[part] = person
    both = {Member.Part.MENTEE, Member.Part.MENTOR}
    return {(side["mentee"], side["mentor"]) for side in sides.values() if side.keys() == both}


def places_by_mentor(mentorships: Iterable[int]) -> dict[int, int]:
    """How many one-to-one places these mentorships take, by the mentor's application."""
    mentors = Member.objects.filter(
        mentorship__in=mentorships, kind=Mentorship.Kind.ONE_TO_ONE, part=Member.Part.MENTOR, left_at=None
    )
    return dict(mentors.values_list("application").annotate(Count("pk")).order_by())
