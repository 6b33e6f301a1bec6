"""The applications of a cohort as an admin decides about them: who is looked for, and what each row shows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from accounts.models import Discipline, PersonRole, Sector
from accounts.wording import folded
from matching.models import Application, ApplicationNote, Cohort, Need, Offer, Stream

State = Application.State
Part = Application.Part

SENT = [State.SUBMITTED, State.WAITING, State.ACCEPTED, State.DECLINED, State.WITHDRAWN]
TO_DECIDE = [State.SUBMITTED, State.WAITING]
IN_PLAY = [*TO_DECIDE, State.ACCEPTED]
NO_STREAM = "none"


@dataclass(frozen=True)
class Wanted:
    """Whom an admin looks for. Empty means no matter; of the states, those that wait for a decision."""

    text: str = ""
    part: str = ""
    state: str = ""
    stream: Stream | str = ""
    discipline: Discipline | None = None
    sector: Sector | None = None
    standing: str = ""


def found(cohort: Cohort, wanted: Wanted) -> QuerySet[Application]:
    """Who is looked for, whoever has waited longest first."""
    applications = Application.objects.filter(cohort=cohort, state__in=_states(wanted.state))
    if wanted.part:
        applications = applications.filter(part=wanted.part)
    if wanted.stream:
        applications = applications.filter(stream=None if wanted.stream == NO_STREAM else wanted.stream)
    if wanted.discipline:
        applications = applications.filter(person__disciplines=wanted.discipline)
    if wanted.sector:
        applications = applications.filter(person__sectors=wanted.sector)
    if wanted.standing:
        applications = applications.filter(STANDINGS[wanted.standing])
    for word in wanted.text.split():
        applications = applications.filter(_says(word))
    return applications.order_by("submitted_at", "pk")


def _states(state: str) -> list[str]:
    if state == "all":
        return SENT
    return [state] if state else TO_DECIDE


def _elsewhere(**fields) -> Exists:
    others = Application.objects.filter(person=OuterRef("person"), **fields)
    return Exists(others.exclude(cohort=OuterRef("cohort")))


WAS_IN_ONE = _elsewhere(state=State.ACCEPTED)
ASKED_BEFORE = _elsewhere(state__in=[State.WAITING, State.DECLINED])
NOT_AGREED = Q(was_entered=True, agreed_to=None)
NOTED = Exists(ApplicationNote.objects.filter(application=OuterRef("pk")))
STANDINGS = {"returning": WAS_IN_ONE, "before": ASKED_BEFORE, "entered": NOT_AGREED, "noted": NOTED}


def _says(word: str) -> Q:
    """Names are found without their accents; words of a catalogue in either language."""
    in_words = Q(text__icontains=word) | Q(topic__sensitive=False) & _labelled("topic", word)
    roles = PersonRole.objects.filter(person=OuterRef("person"))
    about = OuterRef("pk")
    return (
        Q(person__sort_key__contains=folded(word))
        | Q(person__email__icontains=word)
        | Q(person__official_title__icontains=word)
        | Q(person__organisation__name__icontains=word)
        | Exists(roles.filter(Q(text__icontains=word) | _labelled("role", word)))
        | Exists(Need.objects.filter(in_words, application=about))
        | Exists(Offer.objects.filter(in_words, application=about))
    )


def _labelled(entry: str, word: str) -> Q:
    return Q(**{f"{entry}__en__icontains": word}) | Q(**{f"{entry}__fr__icontains": word})


def with_row(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With everything that a row, a mail and an export say of them."""
    siblings = Application.objects.filter(
        cohort=OuterRef("cohort"), person=OuterRef("person"), state__in=IN_PLAY
    )
    return (
        applications.select_related(
            "cohort__programme", "person__organisation", "stream", "availability", "decided_by"
        )
        .prefetch_related(
            "person__roles__role",
            "person__disciplines",
            "person__sectors",
            "needs__topic",
            "offers__topic",
            Prefetch("notes", ApplicationNote.objects.select_related("by")),
        )
        .annotate(
            was_in_one=WAS_IN_ONE,
            asked_before=ASKED_BEFORE,
            has_other_part=Exists(siblings.exclude(pk=OuterRef("pk"))),
        )
    )


@dataclass(frozen=True)
class Market:
    """How many mentors offer each topic in a cohort, and how many mentees ask for it."""

    mentors: Counter
    mentees: Counter


def market(cohort: Cohort, topics: Iterable[int]) -> Market:
    """Of these topics, among all who are accepted or wait for a decision."""

    def people(model) -> Counter:
        theirs = model.objects.filter(
            topic__in=set(topics), application__cohort=cohort, application__state__in=IN_PLAY
        )
        return Counter(dict(theirs.values_list("topic").annotate(people=Count("application"))))

    return Market(people(Offer), people(Need))


@dataclass(frozen=True)
class Tally:
    """Who waits for a decision, and who is in."""

    mentees_to_decide: int
    mentors_to_decide: int
    mentees_in: int
    mentors_in: int
    places_in: int


def tally(cohort: Cohort) -> Tally:
    def count(part: str, states: list[str]) -> Count:
        return Count("pk", filter=Q(part=part, state__in=states))

    is_in = [State.ACCEPTED]
    counts = Application.objects.filter(cohort=cohort).aggregate(
        mentees_to_decide=count(Part.MENTEE, TO_DECIDE),
        mentors_to_decide=count(Part.MENTOR, TO_DECIDE),
        mentees_in=count(Part.MENTEE, is_in),
        mentors_in=count(Part.MENTOR, is_in),
        places_in=Sum("capacity", filter=Q(state=State.ACCEPTED), default=0),
    )
    return Tally(**counts)
