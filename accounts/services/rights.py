"""Who administers the programme. Nobody gains rights, or loses the means to sign in, unnoticed."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.mails import queue_notice, queue_rights_changed
from accounts.models import Person

FACTORS_REMOVED = gettext_noop(
    "A programme admin removed your passkeys and your authenticator app, so that you can set up new ones."
)


class NotYours(Exception):
    """This admin may not change this about this person."""


@transaction.atomic
def change_rights(person: Person, *, by: Person, **rights: bool) -> None:
    """Set `is_staff`, `is_superuser`, `is_active`, and tell the person and every full admin. Raises NotYours."""
    before = Person.objects.select_for_update().get(pk=person.pk)
    changed = {name: value for name, value in rights.items() if getattr(before, name) != value}
    if not changed:
        return
    _refuse_stranger(before, by)
    Person.objects.filter(pk=person.pk).update(**changed)
    after = Person.objects.get(pk=person.pk)
    if {"is_staff", "is_superuser"} & changed.keys():
        for reader in Person.objects.filter(is_superuser=True, is_active=True).union(
            Person.objects.filter(pk=person.pk)
        ):
            queue_rights_changed(reader, about=after, by=by)


def _refuse_stranger(person: Person, by: Person) -> None:
    if person == by:
        raise NotYours(
            _("Ask another admin to change your own rights: nobody can lock themselves out this way.")
        )
    if not by.is_superuser:
        raise NotYours(_("Only an admin with all rights can change rights or close an account."))


@transaction.atomic
def remove_second_factors(person: Person, *, by: Person) -> None:
    """Let somebody whose phone is lost sign in with password and mailed code again. Raises NotYours."""
    if person == by:
        raise NotYours(_("Ask another admin to remove your own second factor, or do it in your settings."))
    if person.is_staff and not by.is_superuser:
        raise NotYours(_("Only an admin with all rights can remove the second factor of an admin."))
    Authenticator.objects.filter(user=person).delete()
    queue_notice(person, FACTORS_REMOVED)
