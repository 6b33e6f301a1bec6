"""The engine and its peers, each behind the same door: scores and places in, a mentor for each out.

The peers solve an easier problem, the highest total alone, without a proof. Each measurement is a
process of its own, so that its peak memory is its own too:

python -m benchmarks.peers NAME FILE.npz REPEATS
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.int16]
Places = NDArray[np.int64]
# In points: no sum of scores that a forbidden pair could add would be worth it.
FORBIDDEN = -1_000_000


def engine(scores: Scores, places: Places) -> NDArray[np.int64]:
    """All four objectives, with certificate."""
    from matching.engine import Problem, solve  # each process imports what it measures, and nothing else

    return solve(Problem(scores, places)).mentor


def lapx(scores: Scores, places: Places) -> NDArray[np.int64]:
    """`lapjvs` of lapx: Jonker and Volgenant, each mentor repeated for every place."""
    import lap

    columns, mentor = _replicated(scores, places)
    _, rows, chosen = lap.lapjvs(-columns, extend_cost=True, return_cost=True)
    answer = np.full(len(scores), -1)
    answer[rows] = mentor[chosen]
    return _allowed(scores, answer)


def scipy_lsa(scores: Scores, places: Places) -> NDArray[np.int64]:
    """`linear_sum_assignment` of SciPy, each mentor repeated for every place."""
    from scipy.optimize import linear_sum_assignment

    columns, mentor = _replicated(scores, places)
    rows, chosen = linear_sum_assignment(columns, maximize=True)
    answer = np.full(len(scores), -1)
    answer[rows] = mentor[chosen]
    return _allowed(scores, answer)


def ortools_dense(scores: Scores, places: Places) -> NDArray[np.int64]:
    """`SimpleMinCostFlow` of OR-Tools with an arc for every allowed pair."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    mentees, mentors = scores.shape
    row, column = (part.astype(np.int32) for part in np.nonzero(scores >= 0))
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        row, mentees + column, np.ones(len(row), dtype=np.int64), -scores[row, column].astype(np.int64)
    )
    ends = np.full(mentors, mentees + mentors)
    flow.add_arcs_with_capacity_and_unit_cost(mentees + np.arange(mentors), ends, places, 0 * places)
    flow.set_nodes_supplies(np.arange(mentees), np.ones(mentees, dtype=np.int64))
    flow.set_node_supply(mentees + mentors, -mentees)
    flow.solve_max_flow_with_min_cost()
    used = np.flatnonzero(flow.flows(arcs))
    answer = np.full(mentees, -1)
    answer[row[used]] = column[used]
    return answer


def highs(scores: Scores, places: Places) -> NDArray[np.int64]:
    """HiGHS on the linear programme, whose corners are matchings."""
    import highspy

    mentees, mentors = scores.shape
    row, column = np.nonzero(scores >= 0)
    size = len(row)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, mentees + mentors
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = scores[row, column].astype(float)
    model.col_lower_, model.col_upper_ = np.zeros(size), np.ones(size)
    model.row_lower_ = np.zeros(mentees + mentors)
    model.row_upper_ = np.concatenate([np.ones(mentees), places]).astype(float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = 2 * np.arange(size + 1)
    model.a_matrix_.index_ = np.column_stack([row, mentees + column]).ravel()
    model.a_matrix_.value_ = np.ones(2 * size)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(model)
    solver.run()
    used = np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5)
    answer = np.full(mentees, -1)
    answer[row[used]] = column[used]
    return answer


def networkx_flow(scores: Scores, places: Places) -> NDArray[np.int64]:
    """`max_flow_min_cost` of NetworkX, in pure Python."""
    import networkx

    graph = networkx.DiGraph()
    for row, column in np.argwhere(scores >= 0).tolist():
        graph.add_edge(("mentee", row), ("mentor", column), capacity=1, weight=-int(scores[row, column]))
    graph.add_edges_from((("source", ("mentee", row)) for row in range(len(scores))), capacity=1, weight=0)
    for column, number in enumerate(places.tolist()):
        graph.add_edge(("mentor", column), "sink", capacity=number, weight=0)
    flow = networkx.max_flow_min_cost(graph, "source", "sink")
    chosen = [[key[1] for key, used in flow["mentee", row].items() if used] for row in range(len(scores))]
    return np.array([mentors[0] if mentors else -1 for mentors in chosen])


SOLVERS: dict[str, Callable[[Scores, Places], NDArray[np.int64]]] = {
    "engine": engine,
    "lapx": lapx,
    "ortools_dense": ortools_dense,
    "scipy_lsa": scipy_lsa,
    "highs": highs,
    "networkx": networkx_flow,
}


def _replicated(scores: Scores, places: Places) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    mentor = np.repeat(np.arange(len(places)), places)
    columns = scores[:, mentor].astype(np.float64)
    columns[columns < 0] = FORBIDDEN
    return columns, mentor


def _allowed(scores: Scores, mentor: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(scores[np.arange(len(scores)), mentor] >= 0, mentor, -1)


def measure(name: str, file: str, repeats: int) -> dict:
    """Seconds and processor seconds (medians of the repeats), peak memory of the process, what was found."""
    with np.load(file) as data:
        scores, places = data["scores"], data["places"]
    # Imports and first calls are not what is measured.
    SOLVERS[name](np.array([[5, 4], [3, 4]], dtype=np.int16), np.array([1, 1]))
    seconds, worked = [], []
    for _ in range(repeats):
        started, before = time.perf_counter(), time.process_time()
        mentor = SOLVERS[name](scores, places)
        seconds.append(time.perf_counter() - started)
        worked.append(time.process_time() - before)
    matched = np.flatnonzero(mentor >= 0)
    found = scores[matched, mentor[matched]].astype(int)
    return {
        "seconds": statistics.median(seconds),
        "processor_seconds": statistics.median(worked),
        "peak_mb": peak_mb(),
        "matched": len(matched),
        "worst": int(found.min()),
        "total": int(found.sum()),
    }


def peak_mb() -> float:
    """Of this process alone: getrusage would count what the parent held before the fork."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
