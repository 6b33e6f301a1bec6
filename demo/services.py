"""Write drawn people into the database, many at a time."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Discipline, Organisation, Person, PersonRole, Role, Sector, Situation, Topic
from demo.archetypes import ORGANISATIONS, STREAMS
from demo.people import DemoPerson
from matching.models import Application, Availability, Cohort, Need, Offer, Programme, Stream
from matching.queries.applications import notice_to_accept
from matching.steps import steps_of

BATCH = 500


def load_organisations() -> None:
    """The invented employers of the demo, with the names people give them."""
    for name, aliases, _ in ORGANISATIONS:
        Organisation.objects.get_or_create(name=name, defaults={"aliases": list(aliases)})


def create_programme() -> Programme:
    programme, _ = Programme.objects.get_or_create(
        slug="digital-health",
        defaults={
            "name_en": "Digital Health Mentoring",
            "name_fr": "Mentorat en santé numérique",
            "summary_en": "Mentoring for the people who lead digital change in health care, with the title or without it.",
            "summary_fr": "Un mentorat pour les personnes qui mènent le changement numérique en santé, avec le titre "
            "ou sans lui.",
            "contact": "programme@example.org",
        },
    )
    return programme


def create_cohort(
    programme: Programme, *, slug: str, name_en: str, name_fr: str, opens_in: int, hold_days=3
) -> Cohort:
    """A cohort whose applications opened `opens_in` days from today and stay open for five weeks."""
    opens_at = timezone.now() + timedelta(days=opens_in)
    closes_at = opens_at + timedelta(weeks=5)
    starts_on = closes_at.date() + timedelta(days=14)
    cohort = Cohort.objects.create(
        programme=programme,
        slug=slug,
        name_en=name_en,
        name_fr=name_fr,
        opens_at=opens_at,
        closes_at=closes_at,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=24),
        hold_days=hold_days,
    )
    Stream.objects.bulk_create(
        Stream(cohort=cohort, slug=slug, name_en=en, name_fr=fr) for slug, en, fr in STREAMS
    )
    return cohort


@transaction.atomic
def write_people(cohort: Cohort, drawn: Sequence[DemoPerson], *, state: str) -> list[Application]:
    """People with what they said of themselves, and their applications, in a fixed number of queries a batch."""
    people = _write_accounts(drawn)
    _write_what_they_do(drawn, people)
    applications = _write_applications(cohort, drawn, people, state)
    _write_topics(drawn, applications)
    Availability.objects.bulk_create(
        (
            Availability(
                application=application, zone="Europe/London", half_hours=who.half_hours, varies=who.varies
            )
            for who, application in zip(drawn, applications, strict=True)
        ),
        batch_size=BATCH,
    )
    return applications


def _write_accounts(drawn: Sequence[DemoPerson]) -> list[Person]:
    organisations = {o.name: o for o in Organisation.objects.all()}
    people = [
        Person(
            email=who.email,
            name=who.name,
            password=make_password(None),  # nobody signs in as them
            official_title=who.official_title,
            organisation=organisations[who.organisation],
            region=who.region,
            language=who.language,
            spoken_languages=who.spoken,
            about=who.about,
        )
        for who in drawn
    ]
    Person.objects.bulk_create(people, batch_size=BATCH)
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=p, email=p.email, verified=True, primary=True) for p in people), batch_size=BATCH
    )
    return people


def _write_what_they_do(drawn: Sequence[DemoPerson], people: Sequence[Person]) -> None:
    role = {r.slug: r for r in Role.objects.all()}
    pairs = list(zip(drawn, people, strict=True))
    held = [PersonRole(person=p, role=role[who.role], how=who.how, since=who.since) for who, p in pairs]
    aims = [PersonRole(person=p, role=role[who.aim], how="aim") for who, p in pairs if who.aim]
    PersonRole.objects.bulk_create([*held, *aims], batch_size=BATCH)
    _link(Person.disciplines.through, Discipline, ((p, who.disciplines) for who, p in pairs))
    _link(Person.sectors.through, Sector, ((p, [who.sector]) for who, p in pairs))
    _link(Person.situations.through, Situation, ((p, who.situations) for who, p in pairs))


def _link(through, catalogue, choices: Iterable[tuple[Person, Sequence[str]]]) -> None:
    entry = {e.slug: e.pk for e in catalogue.objects.all()}
    column = f"{catalogue._meta.model_name}_id"
    through.objects.bulk_create(
        (through(person_id=p.pk, **{column: entry[slug]}) for p, slugs in choices for slug in slugs),
        batch_size=BATCH,
    )


def _write_applications(cohort, drawn, people, state) -> list[Application]:
    streams = {s.slug: s for s in cohort.streams.all()}
    is_draft = state == Application.State.DRAFT
    said_at = None if is_draft else timezone.now()
    agreed_to = None if is_draft else notice_to_accept()
    applications = [
        Application(
            cohort=cohort,
            person=person,
            part=who.part,
            state=state,
            stream=streams.get(who.stream),
            discipline_wish=who.discipline_wish,
            wants_bridge=who.wants_bridge,
            capacity=who.capacity,
            submitted_at=said_at,
            agreed_to=agreed_to,
            steps_done=[step.slug for step in steps_of(who.part)[: 2 if is_draft else None]],
            decided_at=said_at if state == Application.State.ACCEPTED else None,
        )
        for who, person in zip(drawn, people, strict=True)
    ]
    return Application.objects.bulk_create(applications, batch_size=BATCH)


def _write_topics(drawn, applications) -> None:
    topic = {t.slug: t for t in Topic.objects.all()}
    pairs = list(zip(drawn, applications, strict=True))
    Need.objects.bulk_create(
        (
            Need(application=application, topic=topic[slug], rank=rank)
            for who, application in pairs
            if who.part == "mentee"
            for rank, slug in enumerate(who.topics, start=1)
        ),
        batch_size=BATCH,
    )
    Offer.objects.bulk_create(
        (
            Offer(application=application, topic=topic[slug])
            for who, application in pairs
            if who.part == "mentor"
            for slug in who.topics
        ),
        batch_size=BATCH,
    )
