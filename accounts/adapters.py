"""How allauth behaves here: its mails go through the outbox, its links start with PUBLIC_URL, its words are ours."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.mails import queue_account_mail
from accounts.queries import person_of_address

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def display_name(person) -> str:
    return person.name


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _(
            "This account is closed. Write to the programme if you think it should not be."
        ),
        "email_password_mismatch": _(
            "This address and this password do not belong together. Check both, or choose a new password."
        ),
        "email_taken": _("There is an account for this address already."),
        "incorrect_code": _("This is not the code we sent. Check it, or ask for a new one."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your current password."),
        "too_many_login_attempts": _(
            "There were too many attempts to sign in. Wait five minutes, then try again."
        ),
        "rate_limited": _("That was a little fast. Wait a minute, then try again."),
    }

    def send_mail(self, template_prefix, email, context):
        # Looked up for every address, known or not, so that both take as long.
        person = context.get("user") or person_of_address(email)
        language = person.language if person else get_language()
        queue_account_mail(template_prefix, email, context, person=person, language=language)

    def is_login_by_code_required(self, login):
        """A password is not enough; who holds a passkey or an authenticator app is asked for that instead."""
        if login.signup or (login.user and is_mfa_enabled(login.user, SECOND_FACTORS)):
            return False
        return super().is_login_by_code_required(login)

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.PUBLIC_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key):
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return settings.PUBLIC_URL + path

    def get_user_search_fields(self):
        return ["name", "email"]
