"""Several mentors for one mentee: from places to spare, or as many for each as were asked for."""

from matching.engine.several.each import SeveralPlan, check_several, most_each, solve_several
from matching.engine.several.spare import FurtherMentors, further_mentors

__all__ = [
    "FurtherMentors",
    "SeveralPlan",
    "check_several",
    "further_mentors",
    "most_each",
    "solve_several",
]
