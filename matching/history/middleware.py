from matching.history.acting import ADMIN, MEMBER, Acting, acting, current


class HistoryMiddleware:
    """What a request changes is one act: an admin's, by name and page, or a member's, without a name."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with acting(Acting(MEMBER)):
            return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        if match.namespaces[:1] == ["admin"] and request.user.is_staff:
            now = current()
            now.actor, now.by, now.words = ADMIN, request.user.pk, match.url_name or ""
