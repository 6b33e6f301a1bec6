from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render

from accounts.notices import as_page
from accounts.queries import versions_so_far


@login_not_required
def notice(request, slug, dated=None):
    """The version in force, or the one of a day."""
    versions = versions_so_far(slug)
    shown = next((version for version in versions if version.dated == dated or dated is None), None)
    if not shown:
        raise Http404
    context = {"notice": shown.notice, "shown": shown, "text": as_page(shown.text), "versions": versions}
    return render(request, "accounts/notice.html", context)
