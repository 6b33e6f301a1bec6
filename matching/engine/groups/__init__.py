"""Groups of mentees around a lead, formed well and with a bound on how much better any could be."""

from matching.engine.groups.forming import form_groups
from matching.engine.groups.plan import Group, GroupPlan, RuleBroken, check_groups, group_value
from matching.engine.groups.pricing import price_bound
from matching.engine.groups.problem import GroupProblem

__all__ = [
    "Group",
    "GroupPlan",
    "GroupProblem",
    "RuleBroken",
    "check_groups",
    "form_groups",
    "group_value",
    "price_bound",
]
