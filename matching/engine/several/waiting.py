"""A solver at work in one thread, progress told from another."""

from concurrent.futures import ThreadPoolExecutor, wait

from ortools.sat.python import cp_model

from matching.engine.problem import Progress

EVERY_SECONDS = 0.5


def solve_model(
    model: cp_model.CpModel, solver: cp_model.CpSolver, progress: Progress | None, fraction: float, words: str
) -> bool:
    """Whether the model has an answer, now held by solver. What progress raises ends the search, and is raised."""
    if progress is None:
        return _found(solver.solve(model))
    with ThreadPoolExecutor(1) as pool:
        search = pool.submit(solver.solve, model)
        try:
            while not wait([search], timeout=EVERY_SECONDS).done:
                progress(fraction, words)
        except BaseException:
            solver.stop_search()
            raise
        return _found(search.result())


def _found(status) -> bool:
    # No limit is set on the search: FEASIBLE means that it was stopped, and nobody reads the answer.
    return status == cp_model.OPTIMAL
