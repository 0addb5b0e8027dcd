"""Slow and obvious answers to hold the solver against."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from matching.solver import Demand, Problem


def least_cost(problem: Problem) -> int:
    """The least cost by trying every assignment."""

    def rest(open_requests: list[int], used: dict[int, int]) -> int:
        if not open_requests:
            return 0
        request, others = open_requests[0], open_requests[1:]
        demand = problem.demands[request]
        costs = [demand.penalty + rest(others, used)]
        for helper, cost in demand.costs.items():
            tasks = used.get(helper, 0)
            if tasks < len(problem.slots[helper]):
                slot = problem.slots[helper][tasks]
                costs.append(cost + slot + rest(others, {**used, helper: tasks + 1}))
        return min(costs)

    return rest(sorted(problem.demands), {})


def forced_cost(problem: Problem, request: int, helper: int) -> int:
    """The least cost if this request must go to this helper."""
    far = 10**6
    only = Demand(far, {helper: problem.demands[request].costs[helper]})
    return least_cost(Problem({**problem.demands, request: only}, problem.slots))


def scipy_cost(problem: Problem) -> int:
    """The least cost by scipy's dense solver, every place and every "unserved" a column of its own."""
    places = [(helper, slot) for helper, slots in problem.slots.items() for slot in slots]
    costs = np.full((len(problem.demands), len(places) + len(problem.demands)), 10**9)
    for row, demand in enumerate(problem.demands.values()):
        costs[row, len(places) + row] = demand.penalty
        for column, (helper, slot) in enumerate(places):
            if helper in demand.costs:
                costs[row, column] = demand.costs[helper] + slot
    rows, columns = linear_sum_assignment(costs)
    return int(costs[rows, columns].sum())
