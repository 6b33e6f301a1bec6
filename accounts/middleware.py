from django.utils import timezone, translation


class PreferencesMiddleware:
    """Speak the signed-in person's language and show times where they are."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        person = request.user
        if not person.is_authenticated:
            return self.get_response(request)
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(person.time_zone):
            return self.get_response(request)
