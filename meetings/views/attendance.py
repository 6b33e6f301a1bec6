from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from matching.errors import Refused
from meetings.forms.attendance import AttendanceForm
from meetings.queries.seats import attendance_can_be_noted
from meetings.queries.sessions import runs_it, visible_to
from meetings.services.attendance import note_attendance


def attendance(request, pk):
    session = get_object_or_404(visible_to(request.user).select_related("mentorship"), pk=pk)
    if not runs_it(request.user, session):
        raise Http404
    if not attendance_can_be_noted(session):
        messages.info(request, _("Who was there can be noted once the session has begun."))
        return redirect("meetings:session", pk)
    form = AttendanceForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid() and noted(request, session, form):
        return redirect("meetings:session", pk)
    return render(request, "meetings/attendance.html", {"session": session, "form": form})


def noted(request, session, form) -> bool:
    try:
        note_attendance(session, form.present, sends_kind_words=form.cleaned_data["kind_words"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, _("Noted. You can correct it at any time."))
    return True
