"""Who may do what: the roles and the table of their permissions. Pure."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for. An administrator sees accounts and settings, and no cases.

    A contact point is a town hall, which types in what comes on paper or in person, and sees nothing else.
    """

    OPERATOR = "operator"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    CONTACT_POINT = "contact_point"


class Permission(StrEnum):
    """What a page or an action asks for."""

    RETURN_CALLS = "return_calls"
    MATCH = "match"
    MANAGE_STAFF = "manage_staff"
    LIFT_BLOCKS = "lift_blocks"
    SEE_ALARMS = "see_alarms"
    SEE_FIGURES = "see_figures"
    TAKE_REQUESTS = "take_requests"
    SERVE_PERSONS = "serve_persons"  # who ask for their own data, or for its erasure


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset({Permission.RETURN_CALLS, Permission.TAKE_REQUESTS, Permission.SEE_ALARMS}),
    Role.COORDINATOR: frozenset(
        {
            Permission.RETURN_CALLS,
            Permission.TAKE_REQUESTS,
            Permission.MATCH,
            Permission.SERVE_PERSONS,
            Permission.LIFT_BLOCKS,
            Permission.SEE_ALARMS,
            Permission.SEE_FIGURES,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_STAFF, Permission.LIFT_BLOCKS, Permission.SEE_ALARMS, Permission.SEE_FIGURES}
    ),
    Role.CONTACT_POINT: frozenset({Permission.TAKE_REQUESTS}),
}
