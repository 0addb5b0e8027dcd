"""Slow and obvious answers to hold the solver against."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from matching.problem import Demand, Problem


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


def sparse_cost(problem: Problem) -> int:
    """The least cost by scipy's sparse solver; costs are raised by 1, for it takes 0 for "no edge"."""
    first, total = {}, 0
    for helper, slots in problem.slots.items():
        first[helper] = total
        total += len(slots)
    edges = []
    for row, demand in enumerate(problem.demands.values()):
        edges.append((row, total + row, demand.penalty + 1))
        for helper, cost in demand.costs.items():
            edges += [(row, first[helper] + k, cost + s + 1) for k, s in enumerate(problem.slots[helper])]
    rows, columns, costs = zip(*edges, strict=True)
    size = len(problem.demands)
    found = min_weight_full_bipartite_matching(
        coo_array((costs, (rows, columns)), (size, total + size)).tocsr()
    )
    chosen = {(row, column): cost for row, column, cost in edges}
    return sum(chosen[pair] - 1 for pair in zip(found[0].tolist(), found[1].tolist(), strict=True))


def flow_cost(problem: Problem) -> int:
    """The least cost by OR-tools' minimum cost flow."""
    flow, end = SimpleMinCostFlow(), 0
    node = {helper: number for number, helper in enumerate(problem.slots, start=1)}
    for helper, slots in problem.slots.items():
        for slot in slots:
            flow.add_arc_with_capacity_and_unit_cost(node[helper], end, 1, slot)
    for number, demand in enumerate(problem.demands.values(), start=len(node) + 1):
        flow.set_node_supply(number, 1)
        flow.add_arc_with_capacity_and_unit_cost(number, end, 1, demand.penalty)
        for helper, cost in demand.costs.items():
            flow.add_arc_with_capacity_and_unit_cost(number, node[helper], 1, cost)
    flow.set_node_supply(end, -len(problem.demands))
    assert flow.solve() == flow.OPTIMAL
    return flow.optimal_cost()
