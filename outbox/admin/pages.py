"""Pages of our own inside the admin: its frame, its permissions, its messages."""

from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST

FRAMES_OURS = csp_update({"frame-src": [SELF]})


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class PagesMixin:
    """A ModelAdmin with pages beside its list; each names the permission that opens it."""

    def page(self, route: str, view, name: str, *, permission: str, posts_only: bool = False):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        opened = require_POST(guarded) if posts_only else guarded
        return path(route, self.admin_site.admin_view(opened), name=name)

    def show(self, request, template: str, *, title: str, **context) -> TemplateResponse:
        frame = self.admin_site.each_context(request) | {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/outbox/{template}", frame | context)

    def succeeded(self, request, sentence: str) -> None:
        self.message_user(request, sentence, messages.SUCCESS)

    def refused(self, request, sentence) -> None:
        self.message_user(request, str(sentence), messages.WARNING)
