from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meetings.calendar.feed import session_text
from meetings.queries.sessions import visible_to, with_people
from meetings.services import feeds


@login_not_required
@require_safe
def feed(request, token):
    """The address is the key: calendars bring no cookie."""
    found = feeds.find(token)
    if found is None:
        raise Http404
    text, found = feeds.read(found)
    response = calendar_response(text)
    etag, modified = quote_etag(found.digest), int(found.changed_at.timestamp())
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response)


@require_safe
@never_cache
def session_ics(request, pk):
    session = get_object_or_404(with_people(visible_to(request.user)), pk=pk)
    response = calendar_response(session_text(session, request.user))
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


def calendar_response(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def calendar_settings(request):
    if request.method == "POST":
        feeds.replace_address(request.user)
        messages.success(request, _("Your calendar has a new address. The old one shows nothing any more."))
        return redirect("meetings:calendar_settings")
    found = feeds.feed_of(request.user)
    address = feeds.address(found)
    context = {"feed": found, "address": address, "webcal": "webcal:" + address.partition(":")[2]}
    return render(request, "meetings/calendar/settings.html", context)
