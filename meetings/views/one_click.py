from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from matching.errors import Refused
from meetings import one_click as links


def keeps_its_address_to_itself(view):
    """The address is the authority: no other site learns it, and no search engine keeps it."""

    @wraps(view)
    def quiet(*args, **kwargs):
        response = view(*args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return quiet


# Without csrf protection, and rightly: the signed address itself is what allows the act, no cookie of the reader's
# is looked at, so another site that posts here needs the address, and who has the address needs no other site.
@csrf_exempt
@login_not_required
@never_cache
@keeps_its_address_to_itself
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request, token):
    """Looking changes nothing, since mail gateways look at every link; only the button acts."""
    try:
        click = links.read(token)
    except links.LinkRefused:
        return render(request, "meetings/rhythm/link_refused.html", status=410)
    with translation.override(click.person.language), timezone.override(click.person.zone):
        return act(request, click) if request.method == "POST" else ask(request, click)


def ask(request, click):
    context = {"question": click.question(), "person": click.person}
    return render(request, "meetings/rhythm/one_click.html", context)


def act(request, click):
    try:
        said, refused = click.act(), ""
    except Refused as reason:
        said, refused = "", str(reason)
    context = {"said": said, "refused": refused, "person": click.person}
    return render(request, "meetings/rhythm/one_click_done.html", context, status=409 if refused else 200)
