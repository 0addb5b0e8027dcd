"""Paper for what is handed out as PDF: A4, page numbers, fonts with Latin, Cyrillic and Arabic letters."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
from fpdf import FPDF

_FONT, _ARABIC = "noto", "noto-arabic"

#: Sizes of letters in points: the title, headings, what is read.
_TITLE, _HEADING, _TEXT = 15, 11, 9

#: How wide the labels are beside their texts, in millimetres.
_LABELS = 55


class Paper(FPDF):
    """A4 with page numbers; ``page_words`` is how the page's language says "page".

    Arabic is shaped and runs from the right.
    """

    def __init__(self, page_words: str, orientation: Literal["portrait", "landscape"]) -> None:
        super().__init__(orientation=orientation, format="A4")
        self._page_words = page_words
        for family, package, name in (
            (_FONT, fontpkg_noto_sans, "NotoSans[wdth,wght].ttf"),
            (_ARABIC, fontpkg_noto_sans_arabic, "NotoSansArabic[wdth,wght].ttf"),
        ):
            for style in ("", "B"):
                self.add_font(family, style, Path(package.__file__ or "").parent / "files" / name)
        self.set_fallback_fonts([_ARABIC])
        self.set_text_shaping(use_shaping_engine=True)

    def begin(self, title: str, subtitle: str) -> None:
        """The first page, with its title; what follows is in the letters of the text."""
        self.add_page()
        self.set_font(_FONT, size=_TITLE)
        self.cell(text=title, new_x="LMARGIN", new_y="NEXT")
        self.set_font(_FONT, size=_TEXT)
        self.multi_cell(0, text=subtitle, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def heading(self, words: str) -> None:
        """A heading, which no page ends with."""
        if self.will_page_break(30):
            self.add_page()
        self.ln(3)
        self.set_font(_FONT, size=_HEADING)
        self.multi_cell(0, text=words, new_x="LMARGIN", new_y="NEXT")
        self.set_font(_FONT, size=_TEXT)
        self.ln(1)

    def labelled(self, lines: Iterable[tuple[str, str]]) -> None:
        """Lines of a label and a text, as long as it may be."""
        widths = (_LABELS, round(self.epw) - _LABELS)
        with self.table(
            col_widths=widths, text_align="LEFT", line_height=5, first_row_as_headings=False
        ) as table:
            for line in lines:
                row = table.row()
                for cell in line:
                    row.cell(cell)

    def paragraph(self, words: str) -> None:
        """Words over the whole width."""
        self.multi_cell(0, text=words, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def footer(self) -> None:
        """The page's number below each page."""
        self.set_y(-12)
        self.set_font(_FONT, size=8)
        self.cell(0, 6, f"{self._page_words} {self.page_no()}", align="C")
