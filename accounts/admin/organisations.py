from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.admin.fields import AliasesField
from accounts.models import Organisation
from accounts.services.organisations import NotMergeable, merge_organisations


class OrganisationForm(forms.ModelForm):
    aliases = AliasesField(label=lazy("Aliases"))


class Standing(admin.SimpleListFilter):
    title = lazy("state")
    parameter_name = "merged"

    def lookups(self, request, model_admin):
        return [("yes", lazy("merged into another"))]

    def choices(self, changelist):
        standing, *others = super().choices(changelist)
        return [{**standing, "display": lazy("in use")}, *others]

    def queryset(self, request, organisations):
        return organisations.filter(merged_into__isnull=self.value() != "yes")


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    """Employers as people typed them; what is one employer under several names is merged."""

    form = OrganisationForm
    list_display = ["name", "other_names", "people_count", "merged_into"]
    list_filter = [Standing]
    list_select_related = ["merged_into"]
    search_fields = ["name", "sort_key", "aliases"]
    fields = ["name", "aliases", "merged_into"]
    readonly_fields = ["merged_into"]
    actions = ["merge"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people_count=Count("people"))

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=lazy("aliases"))
    def other_names(self, organisation):
        return " · ".join(organisation.aliases)

    @admin.display(description=lazy("people"), ordering="people_count")
    def people_count(self, organisation):
        return organisation.people_count

    @admin.action(description=lazy("Merge into one"), permissions=["change"])
    def merge(self, request, queryset):
        chosen = list(queryset)
        stays = next((one for one in chosen if str(one.pk) == request.POST.get("stays")), None)
        if len(chosen) < 2:
            self.message_user(request, _("Choose at least two organisations to merge."), messages.WARNING)
        elif not stays:
            return self._ask(request, chosen)
        else:
            self._merge(request, [one for one in chosen if one != stays], stays)

    def _ask(self, request, chosen):
        context = self.admin_site.each_context(request) | {
            "title": _("Which name stays?"),
            "opts": self.opts,
            "chosen": chosen,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "accounts/admin_merge.html", context)

    def _merge(self, request, gone, stays):
        try:
            for one in gone:
                merge_organisations(one, into=stays)
        except NotMergeable as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            names = " · ".join(one.name for one in gone)
            self.log_change(request, stays, f"Merged: {names}")
            self.message_user(
                request, _("%(names)s now lead to %(stays)s.") % {"names": names, "stays": stays.name}
            )
