"""The MIDL instance: three reviewers a paper, beside a published table."""

from benchmarks.midl import PUBLISHED, UNITS, load
from matching.engine.several import check_several, solve_several


def test_the_worst_paper_of_midl_is_as_well_off_as_it_can_be_and_the_total_is_the_best():
    instance = load()

    plan = solve_several(*instance)

    check_several(*instance, plan)
    assert round(plan.worst / UNITS, 4) == 0.9448
    assert plan.worst == plan.worst_limit
    assert round(plan.total / UNITS, 2) == 201.77
    assert plan.total <= plan.bound < plan.total + UNITS // 100
    assert plan.worst / UNITS > max(worst for *_, worst in PUBLISHED)
