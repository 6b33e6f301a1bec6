"""What history holds about a person: for their export, and to be made nobody's."""

from accounts import personal_data
from accounts.models import Person
from matching.models import Act, Event
from matching.services.history import forget

# Who decided is another person's data.
BY = {
    Act.Actor.ADMIN: "a programme admin",
    Act.Actor.MEMBER: "a member",
    Act.Actor.COMMAND: "the programme",
    Act.Actor.CLOCK: "the programme",
    Act.Actor.DATABASE: "a database administrator",
}


def register_personal_data() -> None:
    personal_data.register("history", export=export, erase=forget)


def export(person: Person) -> dict:
    theirs = person.applications.values("pk")
    events = Event.objects.filter(model="application", row__in=theirs).select_related("act").order_by("pk")
    return {"history_of_applications": [in_words(event) for event in events]}


def in_words(event: Event) -> dict:
    return {
        "at": event.at,
        "by": BY[event.act.actor],
        "application": event.row,
        "from_to": {name: pair for name, pair in event.changes.items() if name != "decided_by"},
    }
