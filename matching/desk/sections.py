"""The coordinators' sections of the desk, in the order of the navigation."""

from __future__ import annotations

from matching.desk import directory_pages, group_pages, import_pages, pages

SECTIONS = (pages.SECTION, directory_pages.SECTION, group_pages.SECTION, import_pages.SECTION)
