"""Reads that forms, pages and services share."""

from collections import defaultdict
from itertools import chain

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import NoticeVersion, Organisation, Person, Role
from accounts.sorting import SortKey, SortKeys
from accounts.wording import folded, without_brackets

MOST_SUGGESTIONS = 500


def offered_roles() -> list[Role]:
    return list(Role.objects.filter(is_hidden=False))


def roles_by_name(roles: list[Role]) -> dict[str, list[Role]]:
    """Each folded label and alias of both languages, with the roles it may mean. Labels come before aliases."""
    by_label, by_alias = defaultdict(list), defaultdict(list)
    for role in roles:
        for name in {
            folded(name) for label in (role.en, role.fr) for name in (label, without_brackets(label))
        }:
            by_label[name].append(role)
        for name in {folded(alias) for alias in chain(role.aliases, role.aliases_fr)}:
            by_alias[name].append(role)
    return {**by_alias, **by_label}


def organisations_known_as(name: str) -> list[Organisation]:
    """The organisation of this name, else those with this alias; a merged one stands for the one that stays."""
    key = SortKey(Value(name))
    named = Organisation.objects.filter(sort_key=key)
    aliased = Organisation.objects.alias(keys=SortKeys("aliases")).filter(keys__contains=[key])
    found = list(_standing(named)) or list(_standing(aliased))
    return list({organisation.pk: organisation for organisation in found}.values())


def _standing(organisations):
    pks = organisations.annotate(stands=Coalesce(F("merged_into"), F("pk"))).values("stands")
    return Organisation.objects.filter(pk__in=pks)


def suggested_organisations() -> list[str]:
    """Names to choose from. One that a single person typed may be their own practice, so it is not suggested."""
    shared = Organisation.objects.filter(merged_into=None).annotate(held_by=Count("people"))
    return list(
        shared.filter(Q(held_by__gt=1) | ~Q(aliases=[])).values_list("name", flat=True)[:MOST_SUGGESTIONS]
    )


def person_of_address(email: str) -> Person | None:
    """Who signs in with this address, or has verified it as another of theirs."""
    own = Q(email__iexact=email)
    verified = Q(emailaddress__email__iexact=email, emailaddress__verified=True)
    return Person.objects.filter(own | verified).distinct().first()


def versions_so_far(slug: str) -> list[NoticeVersion]:
    """What a notice says and said, newest first; a version dated later than today waits."""
    today = timezone.localdate()
    versions = NoticeVersion.objects.filter(notice__slug=slug, dated__lte=today)
    return list(versions.select_related("notice").order_by("-dated"))


def version_in_force(slug: str) -> NoticeVersion | None:
    return next(iter(versions_so_far(slug)), None)
