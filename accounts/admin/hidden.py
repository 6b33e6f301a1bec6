"""Other packages' tables that hold secrets or ways in; here nobody reads or edits them by hand."""

# Their own admin modules must have registered them before they can be taken away.
from allauth.account import admin as _account  # noqa: F401
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa import admin as _mfa  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _sessions  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin

for model in (Authenticator, EmailAddress, EmailConfirmation, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
