"""``hotline fallback-file``: the last words, as a file that another web server can give to the carrier.

If neither the hotline nor its own fallback can be reached, the carrier would speak an English error of its
own. This file needs nothing of ours: no database, no answer, no address.
"""

from __future__ import annotations

import argparse

from intake.profile import load_profile
from voice.prompts import load_prompts
from voice.state import Reply, Saying
from voice.twiml import render
from worker.commands.common import profile_folder_of

#: German first, then English: a caller who understands neither hears at least that a person speaks.
_LANGUAGES = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""
    parser.epilog = (
        "Save it as fallback.xml on a web server elsewhere that serves it as text/xml, also for POST, and "
        "name its address as the fallback URL of the number on the carrier's console."
    )


def run(args: argparse.Namespace) -> int:
    """Print the file."""
    district = load_profile(profile_folder_of(args))
    languages = district.languages[:_LANGUAGES]
    reply = Reply(says=tuple(Saying("apology", language) for language in languages))
    print(render(reply, load_prompts(languages), district))
    return 0
