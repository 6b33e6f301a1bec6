"""What the private pages have in common."""

from functools import wraps

from django.http import Http404
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from meetings.queries.private import Access, access_to


def private_page(view):
    """Neither a shared computer nor a proxy keeps such a page, and no error report quotes what was sent."""

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    def shown(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    return shown


def posted(request):
    """What was sent, also where that is nothing; None where a page is only looked at."""
    return request.POST if request.method == "POST" else None


def found_access(request, session_pk) -> Access:
    access = access_to(request.user, session_pk)
    if access is None:
        raise Http404
    return access
