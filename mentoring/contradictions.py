"""Settings that cannot work together, each named in a sentence that says what to change."""

from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50
BYTES_OF_A_KEY, LENGTH_OF_A_KEY = 32, 44
HOW_TO_MAKE_A_KEY = (
    "Make one, and keep a copy of it apart from the backups: "
    'python -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
)
LOCAL_HOSTS = ["localhost", "127.0.0.1"]
# Whose webhooks name the Message-ID that we gave, without which no bounce is believed.
PROVIDERS = ["brevo", "mailgun", "sendgrid"]
SHORTEST_WEBHOOK_SECRET = 20


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What whoever runs this install chose, as far as one choice can spoil another."""

    debug: bool
    secret_key: str
    encryption_keys: list[str]
    public_url: str
    allowed_hosts: list[str]
    trusted_proxies: int
    serves_tls: bool
    database_url: str
    database_pool_size: int
    redis_url: str
    email_url: str
    mail_from: str
    mailbox_dir: Path | None
    inbox_url: str = ""
    mail_provider: str = ""
    mail_webhook_secret: str = ""
    mail_webhook_key: str = ""

    @property
    def address(self) -> SplitResult:
        return urlsplit(self.public_url)

    @property
    def is_local(self) -> bool:
        return self.address.hostname in LOCAL_HOSTS


def default_hosts(public_url: str) -> list[str]:
    """The names a request may come by when nobody lists them: the public one, or this machine's."""
    host = urlsplit(public_url).hostname
    return LOCAL_HOSTS if host in LOCAL_HOSTS else [host or ""]


def refuse_contradictions(choices: Choices) -> None:
    """Raise ImproperlyConfigured with the first sentence there is to say."""
    for find in (find_in_address, find_in_keys, find_in_servers, find_in_public_place, find_in_webhook):
        for sentence in find(choices):
            raise ImproperlyConfigured(sentence)


def find_in_address(choices: Choices) -> Iterator[str]:
    address = choices.address
    if address.scheme not in {"http", "https"} or not address.hostname:
        yield (
            f"PUBLIC_URL is {choices.public_url!r}. "
            "Write the full address people type, such as https://mentoring.example.org."
        )
    if address.path or address.query or address.fragment:
        yield f"PUBLIC_URL is {choices.public_url}. Give the host alone: {address.scheme}://{address.netloc}."
    if choices.trusted_proxies < 0:
        yield f"TRUSTED_PROXIES is {choices.trusted_proxies}. Count the proxies in front: 0, 1 or more."


def find_in_keys(choices: Choices) -> Iterator[str]:
    if not choices.encryption_keys:
        yield f"ENCRYPTION_KEYS is empty, so no note could be stored. {HOW_TO_MAKE_A_KEY}"
    for place, key in enumerate(choices.encryption_keys, start=1):
        if not is_encryption_key(key):
            yield (
                f"Key {place} of ENCRYPTION_KEYS is not 32 random bytes in URL-safe base64 (44 characters). "
                f"Copy it whole, or make a new one if nothing was stored yet. {HOW_TO_MAKE_A_KEY}"
            )


def is_encryption_key(key: str) -> bool:
    try:
        return key.isascii() and len(key) == LENGTH_OF_A_KEY and len(urlsafe_b64decode(key)) == BYTES_OF_A_KEY
    except NotBase64:
        return False


def find_in_servers(choices: Choices) -> Iterator[str]:
    yield from find_scheme(
        "DATABASE_URL",
        choices.database_url,
        {"postgres", "postgresql"},
        "postgres://user:password@host/name",
    )
    yield from find_scheme("REDIS_URL", choices.redis_url, {"redis", "rediss", "unix"}, "redis://host:6379/0")
    yield from find_scheme(
        "EMAIL_URL",
        choices.email_url,
        {"smtp", "smtps", "smtp+tls", "smtp+ssl"},
        "smtp+tls://user:password@host:587",
    )
    if choices.inbox_url:
        yield from find_scheme(
            "INBOX_URL",
            choices.inbox_url,
            {"imaps", "imap+tls", "imap"},
            "imaps://user:password@imap.example.org/INBOX",
        )
    if choices.database_pool_size < 0:
        yield f"DATABASE_POOL_SIZE is {choices.database_pool_size}. Write 0 for no pool, or how many connections it may hold."


def find_scheme(name: str, value: str, schemes: set[str], example: str) -> Iterator[str]:
    if urlsplit(value).scheme not in schemes:
        yield f"{name} must start with {' or '.join(sorted(schemes))}, such as {example}."


def find_in_webhook(choices: Choices) -> Iterator[str]:
    """Whoever can call the webhook can stop mail to a reader, so it is never open."""
    if not choices.mail_provider:
        return
    if choices.mail_provider not in PROVIDERS:
        yield (
            f"MAIL_PROVIDER is {choices.mail_provider}. It may be {', '.join(PROVIDERS)}; "
            "with another provider, let bounces come back to the mailbox of INBOX_URL."
        )
    name, _, password = choices.mail_webhook_secret.partition(":")
    if not name or len(password) < SHORTEST_WEBHOOK_SECRET:
        yield (
            "MAIL_WEBHOOK_SECRET must be a name and a long random password, such as "
            f"mentoring:… with at least {SHORTEST_WEBHOOK_SECRET} characters after the colon."
        )
    if choices.mail_provider == "mailgun" and not choices.mail_webhook_key:
        yield "MAIL_WEBHOOK_KEY is not set. Mailgun signs its webhooks: copy the signing key from its pages."


def find_in_public_place(choices: Choices) -> Iterator[str]:
    """What is harmless on one's own machine and dangerous, or of no use, at a public address."""
    if choices.is_local:
        return
    address = choices.address
    if address.scheme != "https":
        yield f"PUBLIC_URL is {choices.public_url}, without encryption. Serve it as https://{address.netloc}."
    if not choices.trusted_proxies and not choices.serves_tls:
        yield (
            "PUBLIC_URL is https, but nothing here encrypts, so every page would redirect to itself for ever. "
            "Set TRUSTED_PROXIES to the number of proxies in front, or give granian a certificate (GRANIAN_SSL_CERTIFICATE)."
        )
    if choices.debug:
        yield "DEBUG is on at a public address. Unset DEBUG, or use a localhost PUBLIC_URL."
    if len(choices.secret_key) < SHORTEST_SECRET:
        yield (
            f"SECRET_KEY has {len(choices.secret_key)} characters. Use at least {SHORTEST_SECRET} random ones: "
            'python -c "import secrets; print(secrets.token_urlsafe(60))"'
        )
    if choices.mailbox_dir:
        yield "MAILBOX_DIR shows every mail to anybody, so it works on localhost only. Unset it."
    if address.hostname not in choices.allowed_hosts and "*" not in choices.allowed_hosts:
        yield (
            f"ALLOWED_HOSTS lacks {address.hostname}, the host of PUBLIC_URL. "
            "Add it, or leave ALLOWED_HOSTS unset."
        )
    if "*" in choices.allowed_hosts:
        yield "ALLOWED_HOSTS is *, so links in mails could be forged. Name the hosts, or leave it unset."
    yield from find_in_mail(choices)


def find_in_mail(choices: Choices) -> Iterator[str]:
    server = urlsplit(choices.email_url)
    if server.password and server.scheme == "smtp" and server.hostname not in LOCAL_HOSTS:
        yield "EMAIL_URL sends its password unencrypted. Write smtp+tls:// (port 587) or smtp+ssl:// (port 465)."
    inbox = urlsplit(choices.inbox_url)
    if inbox.password and inbox.scheme == "imap" and inbox.hostname not in LOCAL_HOSTS:
        yield "INBOX_URL sends its password unencrypted. Write imaps:// (port 993) or imap+tls:// (port 143)."
    if choices.mail_from.rstrip("> ").endswith("@localhost"):
        yield (
            f"MAIL_FROM is {choices.mail_from}, which other mail servers refuse. "
            "Set it to an address of yours, such as Mentoring <mentoring@example.org>."
        )
