"""Which mail somebody wishes to get: on a page of their own, and from the mail itself without signing in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outbox import kinds, preferences
from outbox.forms import PreferencesForm
from outbox.rendering import as_read_by
from outbox.unsubscribe import BadLink, choices_url, read_choices, read_stop

may_ask_or_tell = require_http_methods(["GET", "HEAD", "POST"])


@may_ask_or_tell
def mine(request):
    return _choose(request, request.user, "outbox/preferences.html", to="outbox:preferences")


@login_not_required
@never_cache
@may_ask_or_tell
def choices(request, token):
    """The same page from a mail. Whoever holds the link can change nothing else, and learns no address."""
    try:
        person = read_choices(token)
    except BadLink:
        raise Http404 from None
    with as_read_by(person, person.language):
        return _choose(request, person, "outbox/choices.html", to=request.path)


def _choose(request, person, template, *, to):
    posted = request.POST if request.method == "POST" else None
    form = PreferencesForm(posted, person=person)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your choices are kept."))
        return redirect(to)
    return render(request, template, {"form": form})


# A mailbox's own button posts without any cookie (RFC 8058): the signed address says who asks, and for what.
@csrf_exempt
@login_not_required
@never_cache
@may_ask_or_tell
def stop(request, token):
    """To look at the page changes nothing, since gateways open every link; to post to it does, as often as one likes."""
    try:
        person, name = read_stop(token)
        kind = kinds.find(name)
        if request.method == "POST":
            preferences.stop(person, name)
    except (BadLink, kinds.UnknownKind, preferences.NotToBeSwitchedOff):
        raise Http404 from None
    with as_read_by(person, person.language):
        context = {"kind": kind, "is_done": request.method == "POST", "choices_url": choices_url(person)}
        return render(request, "outbox/stop.html", context)
