from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.fields import AliasesField
from accounts.models import Discipline, Role, Sector, Situation, Topic
from accounts.services.catalogues import save_edited_entry, set_hidden


class EntryForm(forms.ModelForm):
    aliases = AliasesField(label=_("Aliases in English"))
    aliases_fr = AliasesField(label=_("Aliases in French"))


@admin.register(Role, Discipline, Topic, Situation, Sector)
class EntryAdmin(admin.ModelAdmin):
    """Entries are added, renamed and hidden. None is deleted, since somebody may hold it."""

    form = EntryForm
    list_display = ["en", "fr", "family", "sensitive", "is_hidden"]
    list_filter = ["is_hidden", "sensitive", "family"]
    search_fields = ["en", "fr", "slug", "aliases", "aliases_fr"]
    fields = ["slug", "family", "en", "fr", "aliases", "aliases_fr", "sensitive", "is_hidden", "position"]
    actions = ["hide", "offer_again"]

    def get_readonly_fields(self, request, obj=None):
        # Matching and imports know an entry by its slug.
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["en"]}

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        save_edited_entry(obj)

    @admin.action(description=_("Hide: keep where chosen, offer no longer"), permissions=["change"])
    def hide(self, request, queryset):
        self._report(request, set_hidden(queryset, True))

    @admin.action(description=_("Offer again"), permissions=["change"])
    def offer_again(self, request, queryset):
        self._report(request, set_hidden(queryset, False))

    def _report(self, request, count):
        words = ngettext("%(count)s entry is changed.", "%(count)s entries are changed.", count)
        self.message_user(request, words % {"count": count})
