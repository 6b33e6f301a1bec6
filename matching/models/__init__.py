from matching.models.application import Application, Availability, Block, Need, Offer
from matching.models.mentorship import Member, Mentorship
from matching.models.programme import Cohort, Programme, Stream
from matching.models.run import MatchRun, Proposal
from matching.models.sheet import Sheet

__all__ = [
    "Application",
    "Availability",
    "Block",
    "Cohort",
    "MatchRun",
    "Member",
    "Mentorship",
    "Need",
    "Offer",
    "Programme",
    "Proposal",
    "Sheet",
    "Stream",
]
