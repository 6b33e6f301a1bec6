"""Where the provider tells of bounces: mounted only where one is named in the environment."""

from importlib import import_module

from anymail.signals import tracking
from django.conf import settings
from django.urls import path

from outbox import bounces

# Those whose events name the Message-ID that we gave; the others send their bounces to a mailbox.
VIEWS = {
    "brevo": "BrevoTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
}


def connect() -> None:
    """The one signal that we listen to: it is how django-anymail hands over what it has read."""
    if settings.MAIL_PROVIDER:
        tracking.connect(bounces.heed, dispatch_uid="outbox-bounces")


def urls() -> list:
    if not settings.MAIL_PROVIDER:
        return []
    module = import_module(f"anymail.webhooks.{settings.MAIL_PROVIDER}")
    view = getattr(module, VIEWS[settings.MAIL_PROVIDER]).as_view()
    return [path("mail/webhook/", view, name="webhook")]
