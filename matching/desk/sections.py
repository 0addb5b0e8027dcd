"""The coordinators' sections of the desk, in the order of the navigation."""

from __future__ import annotations

from matching.desk import (
    clear_pages,
    directory_pages,
    gap_pages,
    group_pages,
    import_pages,
    insight_pages,
    mission_pages,
    pages,
    person_pages,
    talk_pages,
)

SECTIONS = (
    pages.SECTION,
    insight_pages.SECTION,
    clear_pages.SECTION,
    mission_pages.SECTION,
    gap_pages.SECTION,
    talk_pages.SECTION,
    directory_pages.SECTION,
    group_pages.SECTION,
    import_pages.SECTION,
    person_pages.SECTION,
)
