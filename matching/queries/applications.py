from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import NoticeVersion, Person
from accounts.queries import version_in_force
from matching.models import Application, Member, Mentorship
from matching.queries.mentorships import with_names
from matching.steps import AGREE, STEPS, Step, steps_of

State = Application.State
Journey = list[tuple[Application, Step]]

# Until a decision, everything may be changed; after acceptance, what keeps a match safe and possible.
OPEN_TO_CHANGE = {State.SUBMITTED, State.WAITING}
CHANGEABLE_ONCE_ACCEPTED = {"free", "not-with"}
IN_FORCE = [Mentorship.State.HELD, Mentorship.State.INTRODUCED]


def visible_to(person: Person) -> QuerySet[Application]:
    """A person's own applications; nobody else's are there for them."""
    return Application.objects.filter(person=person).select_related(
        "cohort__programme", "person__organisation", "stream"
    )


def together(application: Application) -> list[Application]:
    """The applications that one person fills in and sends as one: a draft with its sibling, mentee first."""
    if application.state != State.DRAFT:
        return [application]
    return list(
        visible_to(application.person)
        .filter(cohort=application.cohort_id, state=State.DRAFT)
        .order_by("part")  # "mentee" sorts before "mentor"
    )


def journey(application: Application) -> Journey:
    """Each step to take, with the application that it is saved in."""
    applications = together(application)
    found = []
    for step in STEPS:
        owner = next((each for each in applications if step.is_of(each.part)), None)
        if owner:
            found.append((owner, step))
    return found


def is_done(application: Application, step: Step) -> bool:
    if step == AGREE:
        return application.agreed_to_id is not None
    return step.slug in application.steps_done


def may_change(application: Application, step: Step) -> bool:
    if application.state == State.DRAFT:
        return application.cohort.is_open
    if step == AGREE:
        return needs_agreement(application)
    if application.state == State.ACCEPTED:
        return step.slug in CHANGEABLE_ONCE_ACCEPTED
    return application.state in OPEN_TO_CHANGE


def needs_agreement(application: Application) -> bool:
    """Whether an admin entered this application, so that its person has agreed to nothing yet."""
    is_in_hand = application.state in OPEN_TO_CHANGE | {State.ACCEPTED}
    return application.was_entered and application.agreed_to_id is None and is_in_hand


def missing_steps(application: Application) -> list[Step]:
    """What must be answered before the application can be sent; agreeing is the sending itself."""
    return [
        step
        for step in steps_of(application.part)
        if step.missing and step != AGREE and not is_done(application, step)
    ]


def has_mentorship(application: Application) -> bool:
    return Member.objects.filter(
        application=application, left_at=None, mentorship__state__in=IN_FORCE
    ).exists()


def applications_in_force(applications: Iterable[int]) -> set[int]:
    """Which of these applications brought their person into a mentorship that stands."""
    members = Member.objects.filter(application__in=list(applications), left_at=None)
    return set(members.filter(mentorship__state__in=IN_FORCE).values_list("application_id", flat=True))


def standing_mentorships(application: Application) -> list[Mentorship]:
    """Those that this application brought its person into and that stand, with who is in them."""
    places = Member.objects.filter(application=application, left_at=None)
    standing = Mentorship.objects.filter(pk__in=places.values("mentorship"), state__in=IN_FORCE)
    return list(with_names(standing).order_by("pk"))


def notice_to_accept() -> NoticeVersion | None:
    """What is confidential and what is not, as it reads today."""
    return version_in_force("confidentiality")


def minutes_left(steps: Journey) -> int:
    """How long the steps that are still to take may take, agreeing included."""
    return sum(step.minutes for owner, step in steps if not is_done(owner, step))


def next_to_take(steps: Journey) -> tuple[Application, Step]:
    """The first step without an answer."""
    return next(((owner, step) for owner, step in steps if not is_done(owner, step)), steps[-1])
