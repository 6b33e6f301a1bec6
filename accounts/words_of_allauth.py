"""Words of allauth that our French says in its own way. Nothing imports them: `makemessages` finds them here."""

from django.utils.translation import gettext_noop

WORDS = [
    gettext_noop("New Password (again)"),
    gettext_noop("Email"),
    gettext_noop("Remember Me"),
    gettext_noop("Authenticator code"),
    gettext_noop("Use a security key"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use your password"),
    gettext_noop("Incorrect code."),
    gettext_noop("Incorrect password."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Please type your current password."),
    gettext_noop("This account is currently inactive."),
    gettext_noop("This email address is already associated with this account."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("You cannot activate two-factor authentication until you have verified your email address."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled."),
]
