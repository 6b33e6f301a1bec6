"""Who was there: whoever might have been, one tick each, and somebody who came without a seat."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Person
from meetings.models import Seat, Session
from meetings.queries.seats import expected_at, may_have_come

SAYS = {
    Seat.State.GOING: "",
    Seat.State.CANNOT: lazy("said: cannot come"),
    Seat.State.WAITING: lazy("was on the waiting list"),
    Seat.State.OFFERED: lazy("was offered a seat"),
}


class PeopleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, *args, seats: dict[int, Seat], **options):
        self.seats = seats
        super().__init__(*args, **options)

    def label_from_instance(self, person):
        seat = self.seats.get(person.pk)
        said = SAYS[seat.state] if seat and (seat.answered_at or seat.state != Seat.State.CANNOT) else ""
        return f"{person} ({said})" if said else str(person)


class AttendanceForm(forms.Form):
    """Prefilled with who was going; once noted, with what was noted."""

    another = forms.EmailField(
        label=lazy("Somebody else came"),
        help_text=lazy("Their mail address, if they are not in the list."),
        required=False,
    )
    kind_words = forms.BooleanField(
        label=lazy("Send a kind word to those who had a seat and were not there"),
        help_text=lazy("“We missed you”, without asking why. It leaves in two hours, once for each."),
        required=False,
    )

    def __init__(self, *args, session: Session, **options):
        super().__init__(*args, **options)
        self.session = session
        seats = {seat.person_id: seat for seat in session.places.all()}
        people = expected_at(session)
        self.fields["present"] = PeopleField(
            label=lazy("Who was there"),
            queryset=people,
            seats=seats,
            required=False,
            initial=[pk for pk, seat in seats.items() if was_there(session, seat)],
        )
        self.order_fields(["present", "another", "kind_words"])
        self.has_people = people.exists()

    def clean_another(self) -> Person | None:
        typed = self.cleaned_data["another"]
        if not typed:
            return None
        person = may_have_come(self.session).filter(email__iexact=typed).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody who may come to this session has this address. Check it, or ask them for theirs.")
            )
        return person

    @property
    def present(self) -> list[Person]:
        another = self.cleaned_data["another"]
        return [*self.cleaned_data["present"], *([another] if another else [])]


def was_there(session: Session, seat: Seat) -> bool:
    return bool(seat.attended) if session.attendance_noted_at else seat.state == Seat.State.GOING
