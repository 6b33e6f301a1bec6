"""The mails about somebody's own account. allauth decides when, these templates say it, the outbox sends it."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from outbox import kinds
from outbox.rendering import render
from outbox.services import queue_rendered_mail

KINDS = {
    "account/email/email_confirmation": "verify_address",
    "account/email/email_confirmation_signup": "verify_address",
    "account/email/login_code": "sign_in_code",
    "account/email/password_reset_key": "password_reset",
    "account/email/account_already_exists": "account_exists",
    "account/email/unknown_account": "no_account",
}
# What happened, of the notices that all look alike.
NEWS = {
    "account/email/password_changed": gettext_noop("Your password was changed."),
    "account/email/password_set": gettext_noop("A password was set for your account."),
    "account/email/password_reset": gettext_noop("Your password was replaced with a new one."),
    "account/email/email_changed": gettext_noop("The mail address of your account was changed."),
    "account/email/email_confirm": gettext_noop("The mail address of your account was verified."),
    "account/email/email_deleted": gettext_noop("A mail address was removed from your account."),
    "mfa/email/totp_activated": gettext_noop("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": gettext_noop("The authenticator app was removed from your account."),
    "mfa/email/webauthn_added": gettext_noop("A passkey or security key was added to your account."),
    "mfa/email/webauthn_removed": gettext_noop("A passkey or security key was removed from your account."),
    "mfa/email/recovery_codes_generated": gettext_noop("New recovery codes were made for your account."),
}
OF_NO_USE_AFTER = {
    "verify_address": timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS),
    "sign_in_code": timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
    "password_reset": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
}
SHOWN = ("code", "activate_url", "password_reset_url", "timestamp", "user_agent", "ip")


def queue_account_mail(prefix: str, email: str, context: dict, *, person, language: str) -> None:
    """Render now, since only the request knows the code or the link, and queue under a key of its own."""
    kind = KINDS.get(prefix, "security_notice")
    words = {name: context[name] for name in SHOWN if name in context} | {"email": email}
    if kind == "security_notice":
        words["news"] = NEWS[prefix]
    _queue(kind, email, words, person=person, language=language)


def queue_farewell(email: str, name: str, *, language: str) -> None:
    """Confirm to somebody that their account is gone. There is no person any more to attach it to."""
    _queue(
        "account_deleted",
        email,
        {"name": name, "contact": settings.CONTACT_EMAIL},
        person=None,
        language=language,
    )


def queue_notice(person, news: str) -> None:
    """Tell somebody what an admin did to their account; `news` is marked for translation, not translated."""
    _queue("security_notice", person.email, {"news": news}, person=person, language=person.language)


def queue_rights_changed(reader, *, about, by) -> None:
    words = {"about": about, "by": by, "is_you": reader == about}
    _queue("rights_changed", reader.email, words, person=reader, language=reader.language)


def _queue(kind: str, email: str, words: dict, *, person, language: str) -> None:
    mail = render(kind, words, person=person, language=language)
    lifetime = OF_NO_USE_AFTER.get(kind)
    with translation.override(language):
        queue_rendered_mail(
            kind,
            key=f"{kind}:{uuid4()}",
            to=email,
            person=person,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            expires_at=timezone.now() + lifetime if lifetime else None,
        )


def _sample(**words) -> dict:
    """Invented words; a link leads into this site, wherever that is when it is asked for."""
    links = {
        name: f"{settings.PUBLIC_URL}{path}"
        for name, path in words.items()
        if name in {"activate_url", "password_reset_url"}
    }
    return {"email": "samira@example.org", **words, **links}


def register_kinds() -> None:
    samples = {
        "verify_address": (
            _("Verify an address"),
            {"activate_url": "/accounts/confirm-email/MTI:1wRk3q:Y0bq7TnW/"},
        ),
        "sign_in_code": (_("Sign-in code"), {"code": "WX7-29Q"}),
        "password_reset": (
            _("New password"),
            {"password_reset_url": "/accounts/password/reset/key/c-d9x2kf-4e7a/"},
        ),
        "account_exists": (_("Sign-up with a known address"), {}),
        "no_account": (_("No account for this address"), {}),
        "security_notice": (
            _("Security notice"),
            {"news": NEWS["account/email/password_changed"], "ip": "192.0.2.7", "user_agent": "Firefox"},
        ),
        "rights_changed": (
            _("Rights changed"),
            {
                "about": {"name": "Samira Haddad", "is_superuser": True},
                "by": {"name": "Ngozi Okafor"},
                "is_you": False,
            },
        ),
        "account_deleted": (_("Account deleted"), {"name": "Samira", "contact": settings.CONTACT_EMAIL}),
    }
    for name, (label, words) in samples.items():
        kinds.register(
            kinds.MailKind(
                name=name,
                label=label,
                is_secret=name != "rights_changed",
                # Who did not ask for it had better know at once.
                ignores_night=True,
                group=kinds.Group.ACCOUNT,
                is_for_admins=name == "rights_changed",
                sample=lambda words=words: _sample(**words),
            )
        )
