"""QR codes: the path fills the dark modules and no others, with the white margin that scanners need."""

from __future__ import annotations

import re

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.desk import qr


@settings(max_examples=20, deadline=None)
@given(text=st.text(min_size=1, max_size=200))
def test_the_path_fills_the_dark_modules_and_no_others(text: str) -> None:
    drawn = qr.draw(text)
    filled = set()
    for run in re.finditer(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", drawn.path):
        x, y, right, left = map(int, run.groups())
        assert right == left
        filled |= {(x + step, y) for step in range(right)}
    assert re.sub(r"M\d+ \d+h\d+v1h-\d+z", "", drawn.path) == ""
    matrix = segno.make(text, error="m", micro=False).matrix
    dark = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    assert filled == dark
    assert drawn.size == len(matrix) + 8
