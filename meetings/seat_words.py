"""What is said to somebody about their own seat, on a page and after a link in a mail."""

from django.utils.translation import gettext as _

from meetings.models import Seat


def booked(seat: Seat) -> str:
    if seat.state == Seat.State.WAITING:
        return _(
            "All seats are taken, so you are on the waiting list. We write to you when one is free for you."
        )
    return _("You are going. The session is in your calendar once the mail about it arrives.")
