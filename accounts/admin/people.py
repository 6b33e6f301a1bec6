from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Person, PersonRole
from accounts.services.my_data import LastAdmin, delete_person
from accounts.services.rights import NotYours, change_rights, remove_second_factors
from outbox.bounces import suppression_of

RIGHTS = ["is_staff", "is_superuser", "is_active"]
GROUPS_HELP = lazy(
    "Who is a programme admin may do what these groups may. “Programme admins” holds all that running a cohort takes."
)
OWN_WORDS = [
    "pronouns",
    "official_title",
    "organisation",
    "disciplines",
    "other_discipline",
    "sectors",
    "other_sector",
    "region",
    "language",
    "time_zone",
    "spoken_languages",
    "about",
]


class RolesInline(admin.TabularInline):
    model = PersonRole
    extra = 0
    fields = ["label", "how", "since", "until"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("role")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=lazy("role"))
    def label(self, role):
        return role.label


class PersonForm(forms.ModelForm):
    """Rights are checked before anything is saved, so that a refusal is a sentence beside what was typed."""

    by: Person

    def clean(self):
        cleaned = super().clean()
        changed = [
            name for name in RIGHTS if name in cleaned and cleaned[name] != getattr(self.instance, name)
        ]
        if changed and self.instance == self.by:
            raise forms.ValidationError(
                _("Ask another admin to change your own rights: nobody can lock themselves out this way.")
            )
        return cleaned


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    """People describe themselves; here they are found, and an admin with all rights names other admins.

    Situations are left out, since some of them are never shown, and so is everything private to a mentorship.
    """

    form = PersonForm
    list_display = ["name", "email", "organisation", "roles_in_short", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_active", "is_staff", "region", "language", "sectors", "disciplines"]
    list_select_related = ["organisation"]
    list_per_page = 50
    search_fields = ["name", "sort_key", "email", "organisation__name", "organisation__sort_key"]
    search_help_text = lazy("Search by name, mail address or organisation; accents do not matter.")
    ordering = ["sort_key"]
    date_hierarchy = "date_joined"
    inlines = [RolesInline]
    fieldsets = [
        (None, {"fields": ["name", "email", "mail", "date_joined", "last_login"]}),
        (lazy("In their own words"), {"fields": OWN_WORDS}),
        (lazy("Rights"), {"fields": [*RIGHTS, "groups"]}),
    ]
    filter_horizontal = []
    actions = ["remove_factors"]

    def get_readonly_fields(self, request, obj=None):
        # Whoever could change an address could ask for a new password there.
        fixed = ["email", "mail", "date_joined", "last_login", *OWN_WORDS]
        if request.user.is_superuser:
            return fixed
        return ["name", *fixed, *RIGHTS, "groups"] if obj and obj.is_staff else [*fixed, *RIGHTS, "groups"]

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        form.by = request.user
        if "groups" in form.base_fields:
            form.base_fields["groups"].help_text = GROUPS_HELP
        return form

    def get_queryset(self, request):
        roles = PersonRole.objects.select_related("role")
        return super().get_queryset(request).prefetch_related(Prefetch("roles", roles))

    @admin.display(description=lazy("roles"))
    def roles_in_short(self, person):
        return " · ".join(role.label for role in person.roles.all() if role.how != PersonRole.How.AIM)

    @admin.display(description=lazy("mail"))
    def mail(self, person):
        """What was sent to them, and whether it arrives."""
        log = f"{reverse('admin:outbox_mail_changelist')}?person__id__exact={person.pk}"
        link = format_html('<a href="{}">{}</a>', log, _("What they were sent"))
        stopped = suppression_of(person)
        if stopped is None:
            return link
        why = _("It comes back, so nothing is sent there since %(day)s: %(reason)s") % {
            "day": date_format(localtime(stopped.since), "SHORT_DATE_FORMAT"),
            "reason": stopped.reason,
        }
        return format_html("{}<br>{}", why, link)

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        rights = {name: form.cleaned_data[name] for name in RIGHTS if name in form.cleaned_data}
        if "name" in form.changed_data:
            obj.save(update_fields=["name"])
        change_rights(obj, by=request.user, **rights)

    # --- leaving ---

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser and obj != request.user

    def get_actions(self, request):
        # One person at a time, after looking at them.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(self, objs, request):
        # What goes with a person is for the services to erase; Django's own list would stop at protected rows.
        return [str(person) for person in objs], {Person._meta.verbose_name: len(objs)}, set(), []

    def delete_model(self, request, obj):
        delete_person(obj)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except LastAdmin as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:accounts_person_change", args=[unquote(object_id)]))

    # --- a lost second factor ---

    @admin.action(
        description=lazy("Remove passkeys and authenticator app (lost device)"), permissions=["change"]
    )
    def remove_factors(self, request, queryset):
        for person in queryset:
            try:
                remove_second_factors(person, by=request.user)
            except NotYours as refusal:
                self.message_user(request, f"{person}: {refusal}", messages.WARNING)
            else:
                self.log_change(request, person, "Second factors removed")
                self.message_user(request, _("%(name)s can set up a new second factor.") % {"name": person})
