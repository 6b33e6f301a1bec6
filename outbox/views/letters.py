"""What a mail looks like, for the admin's pages to show in a frame."""

from functools import wraps

from django.contrib import admin
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from outbox import kinds, previews
from outbox.models import Mail
from outbox.sandbox import sandboxed


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
    """The HTML that a reader was or will be sent; never that of a code, a reset link or anything private."""
    mail = get_object_or_404(Mail.objects.exclude(html=""), pk=pk)
    if kinds.is_hidden(mail.kind):
        raise Http404
    return sandboxed(mail.html)


@for_admins
def sample(request, name, language):
    kind = previews.find(name, language)
    if kind is None:
        raise Http404
    html = previews.render_sample(kind, language).html
    return sandboxed(previews.in_scheme(html, request.GET.get("scheme", "")))
