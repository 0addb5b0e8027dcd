"""The last words, served from elsewhere."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from .conftest import Command


def test_the_file_speaks_german_then_english_and_needs_nothing_of_ours(hotline: Command) -> None:
    result = hotline("fallback-file")
    assert result.returncode == 0
    verbs = list(ET.fromstring(result.stdout.encode()))
    assert [(verb.tag, verb.get("language")) for verb in verbs] == [
        ("Say", "de-DE"),
        ("Say", "en-GB"),
        ("Hangup", None),
    ]
    assert "Im Notfall wählen Sie 112" in str(verbs[0].text)
    assert "dial 112" in str(verbs[1].text)
    assert "http" not in result.stdout
    assert "action" not in result.stdout
