"""matching JUDGES: which helper for which request, and the coordinators' pages.

Lives here: the rules with their reasons, the solver, proposals and missions as rows.
May import: ``intake``.
"""
