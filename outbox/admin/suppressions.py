from django.contrib import admin

from outbox.admin.pages import ReadOnlyAdmin
from outbox.models import Suppression


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Addresses that refused mail for good. Taking one off the list lets mail go there again."""

    list_display = ["address", "reason", "since"]
    search_fields = ["address"]
    ordering = ["-since"]
