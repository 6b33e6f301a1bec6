"""Groups of mentees around a lead, formed well and with a bound on how much better any could be."""

from .plan import Group, GroupPlan, RuleBroken, check_groups, group_value
from .problem import GroupProblem

__all__ = ["Group", "GroupPlan", "GroupProblem", "RuleBroken", "check_groups", "group_value"]
