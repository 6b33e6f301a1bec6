"""The first admin of a fresh install: a link, printed where only its operator can read it."""

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import connection, transaction

HOURS_VALID = 24
SALT = "first-admin"
# Any number that nothing else locks: two who use a link at once become one admin and one refusal.
LOCK = 7_205_759

Person = get_user_model()


class AdminExists(Exception):
    """There is an admin already, who can appoint others in the administration."""


class LinkRefused(Exception):
    """The link is damaged or too old."""


def make_token(email: str) -> str:
    """What the link carries. Raises AdminExists."""
    refuse_second_admin()
    return signing.dumps(email.strip().lower(), salt=SALT)


def read_token(token: str) -> str:
    """The address that the link was made for, while it is good. Raises LinkRefused, AdminExists."""
    try:
        email = signing.loads(token, salt=SALT, max_age=HOURS_VALID * 60 * 60)
    except signing.BadSignature as damaged:
        raise LinkRefused from damaged
    refuse_second_admin()
    return email


@transaction.atomic
def become_first_admin(token: str, *, name: str, password: str) -> Person:
    """Make the one whom the link was made for the first admin. Raises LinkRefused, AdminExists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    email = read_token(token)
    person = Person.objects.filter(email__iexact=email).first() or Person(email=email)
    person.name, person.is_staff, person.is_superuser, person.is_active = name, True, True, True
    person.set_password(password)
    person.save()
    # Whoever runs the server vouches for the address by having named it.
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    return person


def refuse_second_admin() -> None:
    if Person.objects.filter(is_superuser=True, is_active=True).exists():
        raise AdminExists
