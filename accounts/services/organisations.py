from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.queries import organisations_known_as
from accounts.sorting import SortKey
from accounts.wording import one_line


class ManyOrganisations(Exception):
    """What was typed is short for several organisations."""


class NotMergeable(Exception):
    """These two organisations cannot become one."""


def find_organisation(typed: str) -> Organisation | None:
    """The organisation known by this name or alias, if any. Raises ManyOrganisations when several share the alias."""
    name = one_line(typed)
    known = organisations_known_as(name) if name else []
    if len(known) > 1:
        names = " · ".join(organisation.name for organisation in known)
        raise ManyOrganisations(
            _("“%(typed)s” may be any of these: %(names)s. Write the one you mean.")
            % {"typed": name, "names": names}
        )
    return known[0] if known else None


def resolve_organisation(typed: str) -> Organisation | None:
    """The organisation somebody means, a new one if nobody named it before; None for nothing. Raises ManyOrganisations."""
    name = one_line(typed)
    return (find_organisation(name) or _add(name)) if name else None


def _add(name: str) -> Organisation:
    # Two people may name their common employer at the same moment.
    Organisation.objects.bulk_create([Organisation(name=name)], ignore_conflicts=True)
    organisation = Organisation.objects.select_related("merged_into").get(sort_key=SortKey(Value(name)))
    return organisation.merged_into or organisation


@transaction.atomic
def merge_organisations(gone: Organisation, *, into: Organisation) -> None:
    """Make two entries one: the people of `gone` belong to `into`, and its names lead there. Raises NotMergeable."""
    pair = {
        one.pk: one
        for one in Organisation.objects.select_for_update().filter(pk__in=[gone.pk, into.pk]).order_by("pk")
    }
    gone, into = pair[gone.pk], pair[into.pk]
    if gone == into:
        raise NotMergeable(_("%(name)s cannot be merged into itself. Choose another one.") % {"name": gone})
    if gone.merged_into_id or into.merged_into_id:
        raise NotMergeable(
            _("%(gone)s or %(into)s was merged before. Choose entries that still stand.")
            % {"gone": gone, "into": into}
        )
    Person.objects.filter(organisation=gone).update(organisation=into)
    Organisation.objects.filter(merged_into=gone).update(merged_into=into)
    Organisation.objects.filter(pk=gone.pk).update(merged_into=into)
    Organisation.objects.filter(pk=into.pk).update(aliases=_names(into, gone))


def _names(into: Organisation, gone: Organisation) -> list[str]:
    return list(dict.fromkeys([*into.aliases, gone.name, *gone.aliases]))
