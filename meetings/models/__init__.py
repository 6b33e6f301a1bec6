from meetings.models.feeds import CalendarReply, Feed
from meetings.models.polls import TimeOption, TimePoll, TimeVote
from meetings.models.private import (
    Action,
    EmergencyEvent,
    Goal,
    LearningEntry,
    MeToo,
    Note,
    SessionNeed,
)
from meetings.models.rhythm import FitCheck, MetElsewhere, ReminderChoice, Rhythm
from meetings.models.session import Seat, Series, Session

__all__ = [
    "Action",
    "CalendarReply",
    "EmergencyEvent",
    "Feed",
    "FitCheck",
    "Goal",
    "LearningEntry",
    "MeToo",
    "MetElsewhere",
    "Note",
    "ReminderChoice",
    "Rhythm",
    "Seat",
    "Series",
    "Session",
    "SessionNeed",
    "TimeOption",
    "TimePoll",
    "TimeVote",
]
