from matching.models.application import Application, ApplicationNote, Availability, Block, Need, Offer
from matching.models.choice import Choice
from matching.models.group_run import GroupRun
from matching.models.history import Act, Event
from matching.models.mentorship import Member, Mentorship, Turn
from matching.models.programme import Cohort, Programme, Stream
from matching.models.run import MatchRun, Proposal, Ruling
from matching.models.sheet import Sheet

__all__ = [
    "Act",
    "Application",
    "ApplicationNote",
    "Availability",
    "Block",
    "Choice",
    "Cohort",
    "Event",
    "GroupRun",
    "MatchRun",
    "Member",
    "Mentorship",
    "Need",
    "Offer",
    "Programme",
    "Proposal",
    "Ruling",
    "Sheet",
    "Stream",
    "Turn",
]
