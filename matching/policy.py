"""A cohort's matching policy: the engine's weights, of which the cohort keeps those that differ."""

from matching.engine.policy import Policy
from matching.models import Cohort


def policy_of(cohort: Cohort) -> Policy:
    """Raises ValueError, saying what to change, where the stored weights make no policy."""
    return Policy.from_dict(cohort.policy)


def differing(policy: Policy) -> dict:
    """What a cohort stores of a policy."""
    usual = Policy().as_dict()
    return {name: value for name, value in policy.as_dict().items() if value != usual[name]}
