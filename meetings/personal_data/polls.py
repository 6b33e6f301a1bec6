"""What is held about a person's polls for a time: for their export, and what stays when they go."""

from accounts import personal_data
from accounts.models import Person
from meetings.models import TimePoll, TimeVote


def register_personal_data() -> None:
    personal_data.register("time_polls", export=export, erase=erase)


def export(person: Person) -> dict:
    asked = TimePoll.objects.filter(asked_by=person).prefetch_related("options").order_by("pk")
    votes = TimeVote.objects.filter(person=person).select_related("option__poll").order_by("pk")
    return {
        "times_proposed": [
            {
                "title": poll.title,
                "asked_at": poll.created_at,
                "times": [one.starts_at for one in poll.options.all()],
            }
            for poll in asked
        ],
        "times_answered": [
            {"title": vote.option.poll.title, "time": vote.option.starts_at, "can": vote.can}
            for vote in votes
        ],
    }


def erase(person: Person) -> None:
    """Answers go with the person; what they asked goes too, unless a session came of it."""
    TimePoll.objects.filter(asked_by=person, session=None).delete()
