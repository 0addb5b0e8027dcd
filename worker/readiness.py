"""Whether this process can do its work: the database answers and has the newest schema.

Settings, profile and prompts need no question here: without them the process would not have begun. The
broker is not asked either, because calls go on without it.
"""

from __future__ import annotations

import sqlalchemy.exc

from intake.services import Services
from worker import migrate


class Readiness:
    """Asks the database; the newest step that the house knows is read once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._newest = migrate.newest_step()

    def faults(self) -> list[str]:
        """What stands in the way, in plain words; empty if nothing does."""
        try:
            step = migrate.step_of(self._services.db)
        except sqlalchemy.exc.SQLAlchemyError:
            return ["the database does not answer"]
        if step != self._newest:
            return ["the database is not at the newest schema: run 'hotline migrate'"]
        return []
