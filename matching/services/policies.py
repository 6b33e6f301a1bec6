from matching.engine.policy import Policy
from matching.models import Cohort
from matching.policy import differing


def change_policy(cohort: Cohort, policy: Policy) -> None:
    """Keep the weights of a cohort's next runs; those already computed keep their own."""
    Cohort.objects.filter(pk=cohort.pk).update(policy=differing(policy))
