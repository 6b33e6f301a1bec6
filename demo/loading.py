"""The demo programme, whole or not at all: an autumn cohort at work, a spring cohort open for applications."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person
from accounts.services.catalogues import load_catalogues
from accounts.services.notices import load_notices
from demo.accounts import open_demo_accounts
from demo.cast import NGOZI, SAMIRA
from demo.people import draw_cohort
from demo.services import create_cohort, create_programme, load_organisations, write_people
from demo.sessions import meet_in_a_circle, meet_one_to_one, open_an_evening
from matching.group_rules import GroupPlan
from matching.models import Application, Cohort, MatchRun, Mentorship
from matching.services.groups import form_group, publish_group
from matching.services.introductions import introduce_due
from matching.services.publishing import publish_run
from matching.services.runs import compute_run, start_run

MENTEES, MENTORS = 120, 45
State = Application.State


@transaction.atomic
def load_demo(seed: int) -> list[dict]:
    """Write everything and return the accounts that can sign in."""
    load_catalogues()
    load_notices()
    load_organisations()
    programme = create_programme()
    autumn = create_cohort(
        programme, slug="autumn", name_en="Autumn cohort", name_fr="Promotion d’automne", opens_in=-75
    )
    spring = create_cohort(
        programme, slug="spring", name_en="Spring cohort", name_fr="Promotion de printemps", opens_in=-10
    )
    drawn = draw_cohort(mentees=MENTEES - 1, mentors=MENTORS - 1, seed=seed, unlike=[SAMIRA.name, NGOZI.name])
    write_people(autumn, [SAMIRA, *drawn, NGOZI], state=State.ACCEPTED)
    _fill_spring(spring, seed, unlike=[SAMIRA.name, NGOZI.name, *(who.name for who in drawn)])
    accounts = open_demo_accounts()
    _match_and_introduce(autumn)
    circle = _publish_a_group(autumn)
    _let_a_week_pass(autumn)
    meet_in_a_circle(circle)
    meet_one_to_one()
    open_an_evening(autumn)
    return accounts


def _fill_spring(cohort: Cohort, seed: int, unlike: list[str]) -> None:
    drawn = draw_cohort(mentees=16, mentors=6, seed=seed + 1, unlike=unlike)
    write_people(cohort, drawn[4:], state=State.SUBMITTED)
    write_people(cohort, drawn[:4], state=State.DRAFT)


def _match_and_introduce(cohort: Cohort) -> None:
    """Publish a week ago, so that the hold is over and people have each other's address."""
    admin = Person.objects.get(is_superuser=True)
    run = start_run(cohort, by=admin)
    compute_run(run)
    a_week_ago = timezone.now() - timedelta(days=7)
    MatchRun.objects.filter(pk=run.pk).update(created_at=a_week_ago, finished_at=a_week_ago)
    run.refresh_from_db()
    publish_run(run, by=admin, now=a_week_ago)


def _let_a_week_pass(cohort: Cohort) -> None:
    """The hold is over; people were introduced six days ago, and nobody is asked yet why they have not met."""
    Mentorship.objects.filter(cohort=cohort, state=Mentorship.State.HELD).update(
        hold_ends_at=timezone.now() - timedelta(hours=1)
    )
    introduce_due()
    Mentorship.objects.filter(cohort=cohort, state=Mentorship.State.INTRODUCED).update(
        introduced_at=timezone.now() - timedelta(days=6)
    )


def _publish_a_group(cohort: Cohort) -> Mentorship:
    """A nursing circle of several disciplines."""
    stream = cohort.streams.get(slug="nursing")
    accepted = cohort.applications.filter(state=State.ACCEPTED).order_by("pk")
    mentors = accepted.filter(part="mentor", capacity__lte=1)
    leads = [mentors.filter(stream=stream).first(), mentors.filter(stream__slug="technology").first()]
    mentees = accepted.filter(part="mentee").filter(Q(stream=stream) | Q(stream=None))
    samira = mentees.get(person__email=SAMIRA.email)
    circle = [samira, *_of_other_disciplines(mentees.exclude(pk=samira.pk), count=5)]
    plan = GroupPlan(stream, leads[0], leads[1:], circle, name="Nursing and midwifery circle")
    # By hand, for its disciplines: that colleagues sit together is what an admin may overrule.
    group = form_group(plan, overrule=True)
    publish_group(group, by=Person.objects.get(is_superuser=True))
    group.refresh_from_db()
    return group


def _of_other_disciplines(mentees, *, count: int) -> list[Application]:
    """One of each discipline first, then whoever is next."""
    seen, first, rest = set(), [], []
    for mentee in mentees.prefetch_related("person__disciplines"):
        main = mentee.person.disciplines.all()[0].slug
        (rest if main in seen else first).append(mentee)
        seen.add(main)
    return [*first, *rest][:count]
