"""The mailbox of a machine where mail is caught instead of sent."""

import re
from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from outbox.caught import Box
from outbox.sandbox import sandboxed

A_PAGE = 50


def where_mail_is_caught(view):
    """These pages show every mail to anybody, so they exist only where a catcher keeps them from leaving."""

    @login_not_required
    @require_safe
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.MAILBOX_DIR:
            raise Http404
        return view(request, Box(settings.MAILBOX_DIR), *args, **kwargs)

    return guarded


@where_mail_is_caught
def mailbox(request, box):
    page = Paginator(box.keys(), A_PAGE).get_page(request.GET.get("page"))
    caught = [box.find(key) for key in page]
    return render(request, "outbox/mailbox.html", {"page": page, "caught": list(filter(None, caught))})


@where_mail_is_caught
@csp_update({"frame-src": [SELF]})
def caught_mail(request, box, key):
    return render(request, "outbox/caught_mail.html", {"caught": _find(box, key)})


@where_mail_is_caught
def caught_html(request, box, key):
    html = _find(box, key).html
    if not html:
        raise Http404
    # A link in a mail opens outside of the frame, as it would from any mailbox.
    html = re.sub(r"(?i)(<head[^>]*>)", r'\1<base target="_blank">', html, count=1)
    return sandboxed(html, allows="allow-popups allow-popups-to-escape-sandbox")


def _find(box, key):
    caught = box.find(key)
    if caught is None:
        raise Http404
    return caught
