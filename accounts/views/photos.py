from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Photo


@require_safe
@cache_control(private=True, max_age=7 * 24 * 3600, immutable=True)
def photo(request, pk):
    """A photo, to signed-in people whom a page has shown it to: the seal in its address says so."""
    found = get_object_or_404(Photo, pk=pk)
    if not constant_time_compare(request.GET.get("seal", ""), found.seal):
        raise Http404
    return HttpResponse(
        bytes(found.webp),
        content_type="image/webp",
        headers={
            "Content-Disposition": 'inline; filename="photo.webp"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
