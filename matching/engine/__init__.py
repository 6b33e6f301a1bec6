"""The matching engine: arrays in, the best plan and its proof out. It knows no people and no Django.

    problem = Problem(scores, capacity)
    plan = solve(problem, seed=7)
    verify(problem, plan)

The model, the proof in plain words and its sources stand in docs/matching.md.
"""

from matching.engine.explain import (
    FairnessRow,
    PlacePrices,
    Shortage,
    explain_unmatched,
    fairness,
    one_more_place,
    place_prices,
)
from matching.engine.groups import GroupPlan, GroupProblem, form_groups
from matching.engine.problem import (
    MAX_SCORE,
    UNMATCHED,
    Certificate,
    Plan,
    Problem,
    ProofFailed,
    Regret,
    Stopped,
)
from matching.engine.several import further_mentors, solve_several
from matching.engine.solver import solve
from matching.engine.stability import BlockingPairs, blocking_pairs, cost_of_stability
from matching.engine.verify import verify
from matching.engine.whatif import WhatIf, cost_of_forbidding, cost_of_forcing

__all__ = [
    "MAX_SCORE",
    "UNMATCHED",
    "BlockingPairs",
    "Certificate",
    "FairnessRow",
    "GroupPlan",
    "GroupProblem",
    "PlacePrices",
    "Plan",
    "Problem",
    "ProofFailed",
    "Regret",
    "Shortage",
    "Stopped",
    "WhatIf",
    "blocking_pairs",
    "cost_of_forbidding",
    "cost_of_forcing",
    "cost_of_stability",
    "explain_unmatched",
    "fairness",
    "form_groups",
    "further_mentors",
    "one_more_place",
    "place_prices",
    "solve",
    "solve_several",
    "verify",
]
