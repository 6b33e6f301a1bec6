"""The matching engine: arrays in, the best plan and its proof out. It knows no people and no Django.

    problem = Problem(scores, capacity)
    plan = solve(problem, seed=7)
    verify(problem, plan)

The model, the proof in plain words and its sources stand in docs/matching.md.
"""

from matching.engine.explain import (
    BlockingPairs,
    PlacePrices,
    Shortage,
    blocking_pairs,
    explain_unmatched,
    place_prices,
)
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
from matching.engine.solver import solve
from matching.engine.verify import verify
from matching.engine.whatif import cost_of_forbidding, cost_of_forcing

__all__ = [
    "MAX_SCORE",
    "UNMATCHED",
    "BlockingPairs",
    "Certificate",
    "PlacePrices",
    "Plan",
    "Problem",
    "ProofFailed",
    "Regret",
    "Shortage",
    "Stopped",
    "blocking_pairs",
    "cost_of_forbidding",
    "cost_of_forcing",
    "explain_unmatched",
    "place_prices",
    "solve",
    "verify",
]
