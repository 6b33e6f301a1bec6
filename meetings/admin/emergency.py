"""The log of emergency access, for admins with all rights: to be read, and to approve that telling waits."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from matching.admin.pages import PagesMixin
from meetings.models import EmergencyEvent
from meetings.queries.emergency import may_be_approved
from meetings.services.emergency import approve_delay


@admin.register(EmergencyEvent)
class EmergencyAdmin(PagesMixin, admin.ModelAdmin):
    list_display = ["at", "what", "mentorship_number", "by", "reason", "tell_at"]
    list_filter = ["what", ("at", admin.DateFieldListFilter)]
    list_per_page = 50
    fields = ["at", "what", "mentorship_number", "by", "reason", "tell_at", "access", "approval"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_module_permission(self, request):
        return request.user.is_superuser

    def get_urls(self):
        approve = self.admin_site.admin_view(require_POST(self.approve))
        return [path("<int:pk>/approve/", approve, name="meetings_approve_delay"), *super().get_urls()]

    @admin.display(description=lazy("telling later"))
    def approval(self, event):
        if not may_be_approved(event):
            return "–"
        # The form that it sends is the page's own, which Django's admin draws around every object.
        return format_html(
            '<button type="submit" formaction="{}" formmethod="post">{}</button>',
            reverse("admin:meetings_approve_delay", args=[event.pk]),
            _("Approve that its people are told later"),
        )

    def approve(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        event = get_object_or_404(EmergencyEvent, pk=pk)
        with self.reporting(request):
            approve_delay(event.access, by=request.user)
            self.succeeded(request, _("Approved. Its people are told on the day that was asked for."))
        return redirect("admin:meetings_emergencyevent_change", pk)
