"""A person's calendar under a secret address: which address counts, and when what it says last changed."""

import hashlib
from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Person
from meetings.calendar.feed import events_of
from meetings.calendar.writing import published
from meetings.models import Feed

SALT = "calendar-feed"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def feed_of(person: Person) -> Feed:
    return Feed.objects.get_or_create(person=person)[0]


def address(feed: Feed) -> str:
    """The address of the feed. Whoever has it reads this calendar without signing in, until it is replaced."""
    return settings.PUBLIC_URL + reverse("meetings:feed", args=[token(feed)])


def token(feed: Feed) -> str:
    return f"{feed.pk}-{Signer(salt=SALT).signature(_signed(feed))}"


def find(token: str) -> Feed | None:
    """The feed of an address that counts, of somebody whose account is open; compared in constant time."""
    pk, _, signature = token.partition("-")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    feed = Feed.objects.select_related("person").filter(pk=int(pk), person__is_active=True).first()
    return feed if feed and _is_genuine(feed, signature) else None


def replace_address(person: Person) -> Feed:
    """Give a new address; whoever has the old one finds nothing there from now on."""
    feed = feed_of(person)
    Feed.objects.filter(pk=feed.pk).update(version=F("version") + 1, fetched_at=None)
    feed.refresh_from_db()
    return feed


def read(feed: Feed, *, now: datetime | None = None) -> tuple[str, Feed]:
    """What the calendar says now, and the feed with the mark and time of its last change."""
    with override(feed.person.language):
        events, name = events_of(feed.person), parseaddr(settings.DEFAULT_FROM_EMAIL)[0]
        # Said as of a fixed moment, so that only what people see makes a difference.
        feed = _note_fetch(feed, published(events, now=EPOCH, name=name), now or timezone.now())
        return published(events, now=feed.changed_at, name=name), feed


def _note_fetch(feed: Feed, said: str, now: datetime) -> Feed:
    digest = hashlib.sha256(said.encode()).hexdigest()
    Feed.objects.filter(pk=feed.pk).exclude(digest=digest).update(digest=digest, changed_at=now)
    Feed.objects.filter(pk=feed.pk).update(fetched_at=now)
    feed.refresh_from_db(fields=["digest", "changed_at", "fetched_at"])
    return feed


def _signed(feed: Feed) -> str:
    return f"{feed.pk}:{feed.version}"


def _is_genuine(feed: Feed, signature: str) -> bool:
    try:
        Signer(salt=SALT).unsign(f"{_signed(feed)}:{signature}")
    except BadSignature:
        return False
    return True
