"""The links by which a mail's reader steers what comes, without signing in.

Each is signed for one reader (and one kind), opens nothing but mail preferences, and is good for as long as the
mail may lie in a mailbox: it has no end.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from outbox import kinds
from outbox.models import Mail

STOP = Signer(salt="outbox.stop")
CHOOSE = Signer(salt="outbox.choose")


class BadLink(Exception):
    """Nobody has given out this link, or its reader has left."""


def stop_url(person, kind: str) -> str:
    token = STOP.sign(f"{person.pk}:{kind}")
    return settings.PUBLIC_URL + reverse("outbox:stop", args=[token])


def choices_url(person) -> str:
    return settings.PUBLIC_URL + reverse("outbox:choices", args=[CHOOSE.sign(person.pk)])


def read_stop(token: str):
    """The person and the kind that a link was made for. Raises BadLink."""
    pk, _, kind = _unsign(STOP, token).partition(":")
    return _person(pk), kind


def read_choices(token: str):
    """The person whom a link was made for. Raises BadLink."""
    return _person(_unsign(CHOOSE, token))


def _unsign(signer: Signer, token: str) -> str:
    try:
        return signer.unsign(token)
    except BadSignature:
        raise BadLink from None


def _person(pk: str):
    person = get_user_model().objects.filter(pk=pk, is_active=True).first()
    if person is None:
        raise BadLink
    return person


def headers(mail: Mail) -> dict[str, str]:
    """What a mailbox needs for its own "unsubscribe" button (RFC 8058), on mail that may be switched off."""
    if mail.person_id is None or not kinds.may_be_switched_off(mail.kind):
        return {}
    host = urlsplit(settings.PUBLIC_URL).hostname
    return {
        "List-Id": f"<{mail.kind.replace('_', '-')}.{host}>",
        "List-Unsubscribe": f"<{stop_url(mail.person, mail.kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
