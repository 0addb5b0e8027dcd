"""Who may do what: the roles and the table of their permissions. Pure."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for. An administrator sees accounts and settings, and no cases."""

    OPERATOR = "operator"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a page or an action asks for."""

    RETURN_CALLS = "return_calls"
    MATCH = "match"
    MANAGE_STAFF = "manage_staff"
    LIFT_BLOCKS = "lift_blocks"
    SEE_FIGURES = "see_figures"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset({Permission.RETURN_CALLS}),
    Role.COORDINATOR: frozenset(
        {Permission.RETURN_CALLS, Permission.MATCH, Permission.LIFT_BLOCKS, Permission.SEE_FIGURES}
    ),
    Role.ADMINISTRATOR: frozenset({Permission.MANAGE_STAFF, Permission.LIFT_BLOCKS, Permission.SEE_FIGURES}),
}
