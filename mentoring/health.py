"""What a monitor asks: can people use this, and does mail leave?"""

from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox import queries
from outbox.pausing import paused

# The clock rings every ten seconds.
BEAT_LATE = timedelta(minutes=2)
# Meant: 99 of 100 mails within a minute of being due, and an alarm within ten minutes.
MAIL_LATE = timedelta(minutes=5)


@login_not_required
@never_cache
@require_safe
def health(request):
    """200 while all is well, else 503; the body names each part and what was found."""
    parts = {"database": check_database(), "broker": check_broker()}
    if parts["database"]["ok"]:
        parts |= {"mail": check_mail(), "beat": check_beat()}
    is_well = all(part["ok"] for part in parts.values())
    return JsonResponse({"ok": is_well, **parts}, status=200 if is_well else 503)


def check_database() -> dict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False}
    return {"ok": True}


def check_broker() -> dict:
    try:
        with redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5) as client:
            client.ping()
    except redis.RedisError:
        return {"ok": False}
    return {"ok": True}


def check_mail() -> dict:
    """The mail that has waited longest to leave, and what the mail server last complained of."""
    oldest, trouble = queries.oldest_due(), queries.server_trouble()
    return {
        "ok": oldest is None or queries.database_now() - oldest <= MAIL_LATE,
        "oldest_due": stamp(oldest),
        "paused": {pause.kind: stamp(pause.since) for pause in paused()},
        "trouble_since": stamp(trouble and trouble.at),
    }


def check_beat() -> dict:
    """When the clock's ring last came through the broker to a worker: it takes all three to get there."""
    last = queries.last_beat()
    return {"ok": last is not None and queries.database_now() - last <= BEAT_LATE, "last": stamp(last)}


def stamp(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
