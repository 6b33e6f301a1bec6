import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils import timezone, translation

LANGUAGES = dict(settings.LANGUAGES)
SECONDS_BETWEEN_NOTES = 10 * 60


class PreferencesMiddleware:
    """Speak the signed-in person's language and show times where they are."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        person = request.user
        if not person.is_authenticated:
            return self.get_response(request)
        # A language that was taken away since: the page speaks the browser's.
        if person.language in LANGUAGES:
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(person.zone):
            return self.get_response(request)


class LastSeenMiddleware:
    """Keep the list of signed-in devices up to date, at the price of a write now and then rather than one a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        now = int(time.time())
        if request.user.is_authenticated and now - request.session.get("seen_at", 0) > SECONDS_BETWEEN_NOTES:
            request.session["seen_at"] = now
            UserSession.objects.create_from_request(request)
        return self.get_response(request)
