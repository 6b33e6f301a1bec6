"""Whom a mentee may choose from, and why it may fit: the engine's own rules and reasons, for one mentee.

A mentor whom any rule forbids is not there, whichever rule it is, and nothing tells that somebody is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from accounts.models import Discipline, Role, Topic
from accounts.models.catalogue import CatalogueEntry
from matching.encoding import Encoded, encode_these, features_of_pair
from matching.engine.breakdown import pair_breakdown
from matching.engine.policy import Policy
from matching.engine.scores import score_matrix
from matching.models import Application, Choice, Cohort
from matching.policy import policy_of
from matching.queries.choices import asked_too_often, list_of, may_be_asked, with_cards
from matching.queries.runs import sensitive_topics
from matching.reasons import MENTEE, MENTOR, Labels, Pair, Reason, Why, explain, reasons_of

FIELDS = {
    "topic": ("topics", "offers"),
    "role": ("roles", "roles"),
    "discipline": ("disciplines", "mentor_disciplines"),
}
CATALOGUES = {"topic": Topic, "role": Role, "discipline": Discipline}


@dataclass(frozen=True)
class Candidate:
    """A mentor whom a mentee may name. Never how well they fit, only why."""

    application: Application
    why: Why
    offers: list[str]
    has_place: bool


@dataclass(frozen=True)
class Choosable:
    """The mentors whom one mentee may name, best fit first; rows are those of the encoded mentors."""

    mentee: Application
    encoded: Encoded
    rows: list[int]

    @classmethod
    def of(cls, mentee: Application, mentors: Iterable[Application]) -> "Choosable":
        encoded = encode_these(mentee.cohort, [mentee, *mentors])
        if not encoded.mentors:
            return cls(mentee, encoded, [])
        scores = score_matrix(encoded.features, policy_or_default(mentee.cohort))[0]
        order = sorted(
            np.flatnonzero(scores >= 0).tolist(),
            key=lambda row: (-int(scores[row]), encoded.mentors[row].person.sort_key, row),
        )
        return cls(mentee, encoded, order)

    @cached_property
    def mentors(self) -> set[int]:
        return {self.encoded.mentors[row].pk for row in self.rows}

    def with_a_place(self) -> set[int]:
        return {self.encoded.mentors[row].pk for row in self.rows if self.encoded.capacity[row] > 0}

    def that_have(self, wanted: dict[str, str]) -> "Choosable":
        """Only mentors with these catalogue entries, by slug; an entry that nobody has leaves nobody."""
        rows = self.rows
        for field, slug in wanted.items():
            names, flags = FIELDS[field]
            catalogue = getattr(self.encoded, names)
            if slug not in catalogue:
                return Choosable(self.mentee, self.encoded, [])
            column = getattr(self.encoded.features, flags)[:, catalogue.index(slug)]
            rows = [row for row in rows if column[row]]
        return Choosable(self.mentee, self.encoded, rows)

    def without(self, mentors: set[int]) -> "Choosable":
        rows = [row for row in self.rows if self.encoded.mentors[row].pk not in mentors]
        return Choosable(self.mentee, self.encoded, rows)

    def entries(self, field: str) -> list[CatalogueEntry]:
        """What these mentors have of a catalogue, to filter by; nothing that is sensitive."""
        names, flags = FIELDS[field]
        catalogue = getattr(self.encoded, names)
        held = getattr(self.encoded.features, flags)[self.rows].any(axis=0)
        slugs = [slug for slug, is_held in zip(catalogue, held, strict=True) if is_held]
        return list(CATALOGUES[field].objects.filter(slug__in=slugs, sensitive=False))

    def cards(self, rows: Sequence[int]) -> list[Candidate]:
        """These mentors with all that their cards show."""
        keys = [self.encoded.mentors[row].pk for row in rows]
        applications = with_cards(may_be_asked(self.mentee.cohort)).in_bulk(keys)
        labels, sensitive = Labels.load(), sensitive_topics()
        return [
            Candidate(
                application=applications[pk],
                why=self.why(row, labels, sensitive),
                offers=printable(applications[pk]),
                has_place=self.encoded.capacity[row] > 0,
            )
            for pk, row in zip(keys, rows, strict=True)
            if pk in applications
        ]

    def why(self, row: int, labels: Labels, sensitive: set[str]) -> Why:
        pair = Pair(
            mentee=self.mentee.person,
            mentor=self.encoded.mentors[row].person,
            reader=MENTEE,
            labels=labels,
            zone=self.mentee.person.time_zone,
        )
        # That they named this mentor, they know.
        reasons = [reason for reason in self.reasons(row, sensitive) if reason["code"] != "named"]
        return explain(reasons, pair)

    def reasons(self, row: int, sensitive: set[str]) -> list[Reason]:
        policy = policy_or_default(self.mentee.cohort)
        pair = pair_breakdown(features_of_pair(self.encoded.features, 0, row), policy, 0, 0)
        return reasons_of(self.encoded, pair, mentee=0, mentor=row, sensitive=sensitive)


def choosable(mentee: Application) -> Choosable:
    """Everybody whom this mentee may name and has not named yet."""
    named = {choice.mentor_id for choice in list_of(mentee)}
    return Choosable.of(mentee, may_be_asked(mentee.cohort)).without(named | asked_too_often(mentee))


def can_be_asked(mentee: Application, choices: Iterable[Choice]) -> set[int]:
    """Which of these mentors could be asked now: no rule is against it, and they have a place."""
    mentors = may_be_asked(mentee.cohort).filter(pk__in=[choice.mentor_id for choice in choices])
    return Choosable.of(mentee, mentors).with_a_place()


def reasons_between(mentee: Application, mentor: Application) -> list[Reason] | None:
    """Why these two, or None where a rule keeps them apart."""
    found = Choosable.of(mentee, [mentor])
    return found.reasons(found.rows[0], sensitive_topics()) if found.rows else None


def why_for_mentor(choice: Choice) -> Why:
    """Why the two may fit, as the mentor who is asked reads it."""
    reasons = reasons_between(choice.mentee, choice.mentor)
    pair = Pair(
        mentee=choice.mentee.person,
        mentor=choice.mentor.person,
        reader=MENTOR,
        labels=Labels.load(),
        zone=choice.mentor.person.time_zone,
    )
    return explain(reasons, pair) if reasons else Why()


def printable(application: Application) -> list[str]:
    return [offer.label for offer in application.offers.all() if not (offer.topic and offer.topic.sensitive)]


def policy_or_default(cohort: Cohort) -> Policy:
    """Weights that make no policy any more stop a run, not a mentee."""
    try:
        return policy_of(cohort)
    except ValueError:
        return Policy()
