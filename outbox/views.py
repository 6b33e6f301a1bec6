import re
from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from outbox import kinds, previews
from outbox.caught import Box
from outbox.models import Mail

NOTHING_BUT_STYLE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
A_PAGE = 50


def sandboxed(html: str, *, allows: str = "") -> HttpResponse:
    """A mail's HTML as it is, cut off from the site: no script, no cookie, no address but data."""
    response = HttpResponse(html)
    response["Content-Security-Policy"] = f"sandbox {allows}".strip() + f"; {NOTHING_BUT_STYLE}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "no-store"
    return response


def for_admins(view):
    """As the admin's own pages: a stranger to it learns nothing, not even what exists."""

    @require_safe
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not (admin.site.has_permission(request) and request.user.has_perm("outbox.view_mail")):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@for_admins
def rendering(request, pk):
    """The HTML that a reader was or will be sent; never that of a code or a reset link."""
    mail = get_object_or_404(Mail.objects.exclude(html=""), pk=pk)
    if kinds.is_secret(mail.kind):
        raise Http404
    return sandboxed(mail.html)


@for_admins
def sample(request, name, language):
    kind = previews.find(name, language)
    if kind is None:
        raise Http404
    return sandboxed(previews.render_sample(kind, language).html)


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
