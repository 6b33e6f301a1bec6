"""Settings that cannot work together, each named in a sentence that says what to change."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50
LOCAL_HOSTS = ["localhost", "127.0.0.1"]


def default_hosts(public_url: str) -> list[str]:
    """The names a request may come by when nobody lists them: the public one, or this machine's."""
    host = urlsplit(public_url).hostname
    return LOCAL_HOSTS if host in LOCAL_HOSTS else [host or ""]


def refuse_contradictions(
    *,
    debug: bool,
    secret_key: str,
    public_url: str,
    allowed_hosts: list[str],
    trusted_proxies: int,
    database_url: str,
    redis_url: str,
    email_url: str,
    mailbox_dir,
) -> None:
    """Raise ImproperlyConfigured naming the first value that cannot work, and what to write instead."""
    address = urlsplit(public_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ImproperlyConfigured(
            f"PUBLIC_URL is {public_url!r}. Write the full address people type, such as https://mentoring.example.org."
        )
    is_local = address.hostname in LOCAL_HOSTS
    if not is_local and address.scheme != "https":
        raise ImproperlyConfigured(
            f"PUBLIC_URL is {public_url}, without encryption. Serve it as https://{address.netloc}."
        )
    if not is_local and debug:
        raise ImproperlyConfigured(
            "DEBUG is on at a public address. Unset DEBUG, or use a localhost PUBLIC_URL."
        )
    if not is_local and len(secret_key) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"SECRET_KEY has {len(secret_key)} characters. Use at least {SHORTEST_SECRET} random ones."
        )
    if not is_local and mailbox_dir:
        raise ImproperlyConfigured(
            "MAILBOX_DIR shows every mail to anybody, so it works on localhost only. Unset it."
        )
    if address.hostname not in allowed_hosts and "*" not in allowed_hosts and not is_local:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS lacks {address.hostname}, the host of PUBLIC_URL. Add it, or correct PUBLIC_URL."
        )
    if trusted_proxies < 0:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES is {trusted_proxies}. Count the proxies in front: 0, 1 or more."
        )
    _refuse_scheme(
        "DATABASE_URL", database_url, {"postgres", "postgresql"}, "postgres://user:password@host/name"
    )
    _refuse_scheme("REDIS_URL", redis_url, {"redis", "rediss", "unix"}, "redis://host:6379/0")
    _refuse_scheme(
        "EMAIL_URL", email_url, {"smtp", "smtps", "smtp+tls", "smtp+ssl"}, "smtp+tls://user:password@host:587"
    )


def _refuse_scheme(name: str, value: str, schemes: set[str], example: str) -> None:
    if urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(
            f"{name} must start with {' or '.join(sorted(schemes))}, such as {example}."
        )
