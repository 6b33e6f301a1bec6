from django import forms
from django.contrib import admin, messages
from django.db.models import Max
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Notice, NoticeVersion
from accounts.queries import version_in_force
from accounts.services.notices import AcceptedVersion, save_version


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """The pages are fixed, since links lead to them; their titles and texts are the admins'."""

    list_display = ["__str__", "slug", "last_dated"]
    fields = ["slug", "title_en", "title_fr", "all_versions"]
    readonly_fields = ["slug", "all_versions"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(last_dated=Max("versions__dated"))

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=lazy("latest version"), ordering="last_dated")
    def last_dated(self, notice):
        return notice.last_dated

    @admin.display(description=lazy("versions"))
    def all_versions(self, notice):
        links = [
            (reverse("admin:accounts_noticeversion_change", args=[version.pk]), version.dated)
            for version in notice.versions.all()
        ]
        add = f"{reverse('admin:accounts_noticeversion_add')}?notice={notice.pk}"
        rows = format_html_join("", '<li><a href="{}">{}</a></li>', links)
        return format_html('<ul>{}</ul><a href="{}">{}</a>', rows, add, _("Write a new version"))


class VersionForm(forms.ModelForm):
    class Meta:
        help_texts = {
            "dated": lazy("The day from which it counts; a later day than today waits until then."),
            "en": lazy("Markdown. {contact} becomes the programme’s address for questions."),
            "fr": lazy("Markdown. {contact} becomes the programme’s address for questions."),
        }


@admin.register(NoticeVersion)
class VersionAdmin(admin.ModelAdmin):
    """What somebody accepted stays as it was; a new version says it better."""

    form = VersionForm
    list_display = ["notice", "dated", "is_accepted"]
    list_filter = ["notice"]
    list_select_related = ["notice"]
    fields = ["notice", "dated", "en", "fr"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_acceptance()

    def get_changeform_initial_data(self, request):
        """A new version starts from the words in force."""
        initial = {"dated": timezone.localdate(), **super().get_changeform_initial_data(request)}
        asked = request.GET.get("notice", "")
        notice = Notice.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
        current = version_in_force(notice.slug) if notice else None
        return initial | ({"en": current.en, "fr": current.fr} if current else {})

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not getattr(obj, "is_accepted", False)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not getattr(obj, "is_accepted", False)

    @admin.display(description=lazy("accepted by somebody"), boolean=True)
    def is_accepted(self, version):
        return version.is_accepted

    def save_model(self, request, obj, form, change):
        save_version(obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except AcceptedVersion as refusal:
            # Somebody accepted it while this admin was writing.
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.path)
