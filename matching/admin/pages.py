"""Pages of our own inside the admin: its frame, its permissions, its messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path

from matching.encounters import ORDER
from matching.errors import GroupRefused, Refused
from matching.models import Member


class PagesMixin:
    """A ModelAdmin with pages beside its list; each is closed to whoever may not change the model."""

    def page(self, route: str, view, name: str):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not self.has_change_permission(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return path(route, self.admin_site.admin_view(guarded), name=name)

    def show(self, request, template: str, *, title: str, **context) -> TemplateResponse:
        frame = self.admin_site.each_context(request) | {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/matching/{template}", frame | context)

    @contextmanager
    def reporting(self, request) -> Iterator[None]:
        """What a service refuses becomes messages; what stands after it in the block is then left out."""
        try:
            yield
        except GroupRefused as refused:
            for sentence in refused.sentences:
                self.message_user(request, sentence, messages.WARNING)
        except Refused as refused:
            self.message_user(request, str(refused), messages.WARNING)

    def succeeded(self, request, sentence: str) -> None:
        self.message_user(request, sentence, messages.SUCCESS)


def in_order(members: list[Member]) -> list[Member]:
    return sorted(members, key=lambda member: (ORDER[member.part], member.pk))
