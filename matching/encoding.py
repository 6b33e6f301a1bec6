"""From the rows of a cohort to the arrays of the engine and back: the only bridge between the two.

Blocks are resolved here and nowhere else. They are stored as one with the pairs who met before, under a rule that
no explanation names, so that nobody who reads a run can tell the one from the other.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.models import Person, PersonRole
from accounts.models.person import Region
from matching.engine.features import (
    DIFFERENT,
    INDUSTRY,
    NHS,
    NO_MATTER,
    NONE,
    SAME,
    UNKNOWN_SIDE,
    BarredPairs,
    Catalogues,
    Features,
    Mentee,
    Mentor,
)
from matching.hours import monday_of, to_utc
from matching.models import Application, Choice, Cohort
from matching.people import blocked_pairs, identities
from matching.queries.encoding import Rows, rows_of, rows_to_match
from matching.queries.mentorships import declined_pairs, met_pairs

Part = Application.Part
NHS_SECTORS = {
    "nhs-acute",
    "nhs-mental-health-community",
    "nhs-ambulance",
    "primary-care",
    "icb",
    "national-body",
    "devolved-board",
}
INDUSTRY_SECTORS = {"industry", "consultancy", "self-employed"}
WISHES = {
    Application.DisciplineWish.NO_MATTER: NO_MATTER,
    Application.DisciplineWish.SAME: SAME,
    Application.DisciplineWish.DIFFERENT: DIFFERENT,
}
REGIONS = [region.value for region in Region]


@dataclass(frozen=True, eq=False)
class Encoded:
    """A cohort as the engine sees it, with what leads back from numbers to rows.

    mentees, mentors: applications, in the order of the arrays. capacity: places that are still free.
    topics, roles, disciplines: slugs, languages: codes, streams: primary keys, by their numbers.
    week: the Monday whose offsets turned wall clocks into UTC.
    """

    features: Features
    capacity: list[int]
    mentees: list[Application]
    mentors: list[Application]
    topics: list[str]
    roles: list[str]
    disciplines: list[str]
    languages: list[str]
    streams: list[int]
    held: dict[tuple[int, str], str]
    week: date

    def as_dict(self) -> dict:
        """What a run stores, people as the numbers of their applications."""
        return {
            "arrays": self.features.as_dict(),
            "capacity": self.capacity,
            "mentees": [mentee.pk for mentee in self.mentees],
            "mentors": [mentor.pk for mentor in self.mentors],
            "topics": self.topics,
            "roles": self.roles,
            "disciplines": self.disciplines,
            "languages": self.languages,
            "streams": self.streams,
            "week": self.week.isoformat(),
        }


def encode(cohort: Cohort, *, is_afresh: bool = False) -> Encoded:
    """Accepted people of a cohort; mentees who have a mentor already, and places already taken, are left out.

    Afresh, everybody and every place is in, as if nobody in this cohort had been matched; who said "not this person"
    is still heard.
    """
    rows = rows_to_match(cohort, is_afresh=is_afresh)
    return Encoder(rows, cohort, is_afresh=is_afresh).encoded()


def encode_these(cohort: Cohort, applications: Iterable[Application]) -> Encoded:
    """Some accepted people of a cohort, as `encode` reads all. Their `person` is read already."""
    return Encoder(rows_of(cohort, applications), cohort, is_afresh=False).encoded()


class Encoder:
    """Numbers for what the rows name."""

    def __init__(self, rows: Rows, cohort: Cohort, *, is_afresh: bool):
        self.rows = rows
        self.cohort = cohort
        self.is_afresh = is_afresh
        self.week = monday_of(cohort.starts_on)
        self.topic = number(topic.pk for topic in rows.topics)
        self.role = number(role.pk for role in rows.catalogue_roles)
        self.discipline = number(discipline.pk for discipline in rows.catalogue_disciplines)
        self.stream = number(stream.pk for stream in rows.streams)
        self.region = number(REGIONS)
        self.language = number(languages_of(rows.applications))
        self.mentees = [one for one in rows.applications if one.part == Part.MENTEE]
        self.mentors = [one for one in rows.applications if one.part == Part.MENTOR]

    def encoded(self) -> Encoded:
        slug_of = {role.pk: role.slug for role in self.rows.catalogue_roles}
        return Encoded(
            features=Features.build(
                [self.mentee(one) for one in self.mentees],
                [self.mentor(one) for one in self.mentors],
                self.catalogues(),
                self.barred(),
                self.choices(),
            ),
            capacity=[mentor.capacity - mentor.taken * (not self.is_afresh) for mentor in self.mentors],
            mentees=self.mentees,
            mentors=self.mentors,
            topics=[topic.slug for topic in self.rows.topics],
            roles=list(slug_of.values()),
            disciplines=[discipline.slug for discipline in self.rows.catalogue_disciplines],
            languages=list(self.language),
            streams=list(self.stream),
            held=self.held(slug_of),
            week=self.week,
        )

    def catalogues(self) -> Catalogues:
        families = number(sorted({entry.family for entry in [*self.rows.topics, *self.rows.catalogue_roles]}))
        return Catalogues(
            topic_family=[families[topic.family] for topic in self.rows.topics],
            role_family=[families[role.family] for role in self.rows.catalogue_roles],
            disciplines=len(self.discipline),
            languages=len(self.language),
            streams=len(self.stream),
        )

    def mentee(self, one: Application) -> Mentee:
        return Mentee(
            needs=[self.topic[topic] for topic in self.rows.needs[one.pk]],
            aims=[self.role[role.role_id] for role in self.roles(one) if role.how == PersonRole.How.AIM],
            discipline_wish=WISHES[one.discipline_wish],
            preferred_language=self.language.get(one.preferred_language, NONE),
            wants_bridge=one.wants_bridge,
            side=self.side(one, both=NHS),
            has_floor=not one.is_floor_lifted,
            **self.shared(one),
        )

    def mentor(self, one: Application) -> Mentor:
        return Mentor(
            offers=[self.topic[topic] for topic in self.rows.offers[one.pk]],
            roles=[self.role[role.role_id] for role in self.roles(one) if role.how != PersonRole.How.AIM],
            side=self.side(one, both=INDUSTRY),
            **self.shared(one),
        )

    def shared(self, one: Application) -> dict:
        """What mentees and mentors say alike."""
        person, free = one.person, self.rows.availabilities.get(one.pk)
        return {
            "disciplines": [self.discipline[pk] for pk in self.rows.disciplines[person.pk]],
            "half_hours": to_utc(free.half_hours, free.zone, self.week) if free else (),
            "varies": bool(free and free.varies),
            "languages": [self.language[code] for code in person.spoken_languages],
            "streams": [self.stream[one.stream_id]] if one.stream_id in self.stream else (),
            "organisation": self.rows.employers.get(person.organisation_id, NONE),
            "region": self.region.get(person.region, NONE),
        }

    def roles(self, one: Application) -> list[PersonRole]:
        return self.rows.roles[one.person_id]

    def side(self, one: Application, *, both: int) -> int:
        """NHS or industry. Who works in both bridges them: `both` is the side that serves this part's matching."""
        sectors = set(self.rows.sectors[one.person_id])
        in_nhs, in_industry = bool(sectors & NHS_SECTORS), bool(sectors & INDUSTRY_SECTORS)
        if in_nhs and in_industry:
            return both
        return NHS if in_nhs else INDUSTRY if in_industry else UNKNOWN_SIDE

    def held(self, slug_of: dict[int, str]) -> dict[tuple[int, str], str]:
        """How somebody does or did a role: (person, role) → titled, untitled."""
        return {
            (role.person_id, slug_of[role.role_id]): role.how
            for one in self.rows.applications
            for role in self.roles(one)
            if role.how != PersonRole.How.AIM
        }

    def barred(self) -> BarredPairs:
        mentees = {one.person_id: row for row, one in enumerate(self.mentees)}
        mentors = {one.person_id: row for row, one in enumerate(self.mentors)}
        people = {one.person_id: one.person for one in self.rows.applications}
        return BarredPairs(
            same_person=pairs_of(((person, person) for person in people), mentees, mentors),
            blocked=pairs_of(self.kept_apart(people, one_of=mentees), mentees, mentors),
        )

    def kept_apart(
        self, people: dict[int, Person], *, one_of: Collection[int] | None = None
    ) -> set[tuple[int, int]]:
        """Who blocked whom, who was matched before, and who said no to being asked, whichever was the mentor.

        one_of: where only pairs with one of these matter, no more of what was is read than theirs.
        """
        past = people if one_of is None else one_of
        met = met_pairs(past, besides=self.cohort if self.is_afresh else None)
        pairs = self.blocked(people) | met | declined_pairs(past) | self.answered_no()
        return pairs | {(other, one) for one, other in pairs}

    def blocked(self, people: dict[int, Person]) -> set[tuple[int, int]]:
        if not self.rows.blocks:
            return set()
        names = {pk: identities(name=one.name, email=one.email) for pk, one in people.items()}
        return blocked_pairs(self.rows.blocks, names)

    def answered_no(self) -> set[tuple[int, int]]:
        """A mentor who could not take this mentee on when asked is not asked again by a run."""
        person = {one.pk: one.person_id for one in self.rows.applications}
        return {
            (person[mentee], person[mentor])
            for mentee, mentor, state in self.rows.choices
            if state == Choice.State.DECLINED and mentee in person and mentor in person
        }

    def choices(self) -> list[tuple[int, int, int]]:
        """Whom mentees named and have no answer from, as (mentee row, mentor row, rank); the first of those counts most.

        Nothing where the cohort does not let them choose.
        """
        if not self.cohort.lets_mentees_choose:
            return []
        open_states = {Choice.State.LISTED, Choice.State.ASKED}
        open_states |= {Choice.State.ACCEPTED} if self.is_afresh else set()
        mentees = {one.pk: row for row, one in enumerate(self.mentees)}
        mentors = {one.pk: row for row, one in enumerate(self.mentors)}
        ranks, named = Counter(), []
        for mentee, mentor, state in self.rows.choices:
            if state in open_states and mentee in mentees and mentor in mentors:
                ranks[mentee] += 1
                named.append((mentees[mentee], mentors[mentor], ranks[mentee]))
        return named


def number(keys: Iterable) -> dict:
    return {key: position for position, key in enumerate(keys)}


def languages_of(applications: list[Application]) -> list[str]:
    spoken = {code for one in applications for code in one.person.spoken_languages}
    preferred = {one.preferred_language for one in applications} - {""}
    return sorted(spoken | preferred)


def pairs_of(
    pairs: Iterable[tuple[int, int]], mentees: dict[int, int], mentors: dict[int, int]
) -> list[tuple[int, int]]:
    """Pairs of people as (mentee row, mentor row), where both are here."""
    return sorted(
        (mentees[mentee], mentors[mentor])
        for mentee, mentor in pairs
        if mentee in mentees and mentor in mentors
    )


OF_MENTEES = (
    "needs",
    "aims",
    "mentee_disciplines",
    "discipline_wish",
    "mentee_hours",
    "mentee_varies",
    "mentee_languages",
    "preferred_language",
    "wants_bridge",
    "mentee_side",
    "mentee_streams",
    "mentee_organisation",
    "mentee_region",
    "mentee_situations",
    "has_floor",
)
OF_MENTORS = (
    "offers",
    "roles",
    "mentor_disciplines",
    "mentor_hours",
    "mentor_varies",
    "mentor_languages",
    "mentor_side",
    "mentor_streams",
    "mentor_organisation",
    "mentor_region",
    "mentor_situations",
)


def features_of_pair(features: Features, mentee: int, mentor: int) -> Features:
    """One allowed pair by itself, as rows 0 and 0: what is asked of a pair then costs nothing for everybody else."""
    one_mentee = {name: getattr(features, name)[mentee : mentee + 1] for name in OF_MENTEES}
    one_mentor = {name: getattr(features, name)[mentor : mentor + 1] for name in OF_MENTORS}
    named = features.choices[(features.choices[:, 0] == mentee) & (features.choices[:, 1] == mentor)]
    return Features(
        topic_family=features.topic_family,
        role_family=features.role_family,
        choices=named * np.array([0, 0, 1], dtype=np.int32),
        **one_mentee,
        **one_mentor,
    )
