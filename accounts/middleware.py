from django.conf import settings
from django.utils import timezone, translation

LANGUAGES = dict(settings.LANGUAGES)


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
