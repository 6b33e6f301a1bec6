from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matching.errors import Refused
from meetings.queries.sessions import visible_to
from meetings.seat_words import booked
from meetings.services import seats


@require_POST
def book(request, pk):
    return done(request, pk, lambda session: booked(seats.book_seat(session, request.user)))


@require_POST
def give_back(request, pk):
    def act(session):
        seats.give_back(session, request.user)
        return _("Done. If somebody waits for a seat, it is offered to them now.")

    return done(request, pk, act)


@require_POST
def say_cannot(request, pk):
    def act(session):
        seats.say_cannot(session, request.user)
        return _("Thank you for saying so. If that changes, you can come after all.")

    return done(request, pk, act)


def done(request, pk, act):
    session = get_object_or_404(visible_to(request.user), pk=pk)
    try:
        messages.success(request, act(session))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("meetings:session", pk)
