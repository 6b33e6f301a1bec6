from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.admin.pages import PagesMixin
from matching.forms.sheets import ColumnsForm, SendSheetForm
from matching.models import Application, Cohort, Sheet
from matching.services import importing
from matching.sheets.columns import COLUMNS
from matching.sheets.reading import NotASheet

Part = Application.Part


@admin.register(Sheet)
class SheetAdmin(PagesMixin, admin.ModelAdmin):
    """Applications from a spreadsheet: send it, name its columns, look at what would come of it, import it."""

    list_display = ["__str__", "cohort", "sent_by", "sent_at", "imported_at", "imported"]
    list_filter = ["cohort"]
    list_select_related = ["cohort", "sent_by"]

    def has_add_permission(self, request):
        return False

    def get_urls(self):
        pages = [
            self.page("send/<int:cohort>/", self.send, "matching_send_sheet"),
            self.page("template.csv", self.template, "matching_sheet_template"),
            self.page("<int:pk>/columns/", self.columns, "matching_sheet_columns"),
            self.page("<int:pk>/change/", self.look, "matching_sheet_change"),
        ]
        return pages + super().get_urls()

    def send(self, request, cohort):
        cohort = get_object_or_404(Cohort, pk=cohort)
        form = SendSheetForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                sheet = importing.keep_sheet(cohort, name=file.name, content=file.read(), by=request.user)
            except NotASheet as unreadable:
                form.add_error("file", str(unreadable))
            else:
                return redirect("admin:matching_sheet_columns", sheet.pk)
        return self.show(
            request,
            "sheet/send.html",
            title=_("Import applications from a sheet"),
            cohort=cohort,
            form=form,
            columns=COLUMNS,
        )

    def template(self, request):
        """An empty sheet with headings that are all understood, in the admin's language."""
        headings = ",".join(f'"{column.label}"' for column in COLUMNS)
        # Excel takes a CSV for UTF-8 only where it begins so.
        answer = HttpResponse(f"\ufeff{headings}\r\n", content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="applications.csv"'
        return answer

    def columns(self, request, pk):
        sheet = get_object_or_404(Sheet.objects.select_related("cohort"), pk=pk, imported_at=None)
        form = ColumnsForm(request.POST or None, sheet=sheet)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                importing.say_what_columns_mean(
                    sheet, form.meanings, part_unless_said=form.cleaned_data["part_unless_said"]
                )
            return redirect("admin:matching_sheet_change", pk)
        title = _("What the columns of %(sheet)s mean") % {"sheet": sheet}
        return self.show(request, "sheet/columns.html", title=title, sheet=sheet, form=form)

    def look(self, request, pk):
        sheet = get_object_or_404(Sheet.objects.select_related("cohort", "sent_by"), pk=pk)
        if sheet.imported_at:
            return self.show(request, "sheet/imported.html", title=str(sheet), sheet=sheet)
        if request.method == "POST":
            with self.reporting(request):
                return self._import(request, sheet)
        findings = importing.look_at(sheet)
        return self.show(
            request,
            "sheet/look.html",
            title=_("Look at %(sheet)s before it is imported") % {"sheet": sheet},
            sheet=sheet,
            findings=findings,
            mentees=findings.count(Part.MENTEE),
            mentors=findings.count(Part.MENTOR),
        )

    def _import(self, request, sheet):
        count = importing.import_sheet(sheet, leave_out_faulty="leave_out_faulty" in request.POST)
        self.log_change(request, sheet, "imported")
        self.succeeded(
            request,
            ngettext(
                "%(count)s application is imported and waits for a decision. The person is told by mail.",
                "%(count)s applications are imported and wait for a decision. Each person is told by mail.",
                count,
            )
            % {"count": count},
        )
        return redirect("admin:matching_sheet_change", sheet.pk)
