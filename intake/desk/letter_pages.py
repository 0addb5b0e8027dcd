"""Letters to write: the list of those whom the telephone did not reach, and each letter to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake import audit, letters
from intake.desk.accounts import account
from intake.desk.scripts import LetterText, Told, load_scripts
from intake.kinds import CallbackKind, LastResort
from intake.letter_models import Letter
from intake.models import Callback, Helper, Request
from intake.phone_numbers import display
from intake.profile_languages import PAGE_LANGUAGES
from intake.web import now, place_name, services

blueprint = Blueprint("letters", __name__)

#: Letters on one page: more are not written in a day.
MOST = 100

#: What a letter tells, by why somebody was to be rung.
_TEXTS = {
    CallbackKind.INTAKE: LetterText.UNREACHED,
    CallbackKind.HELPER_LEAD: LetterText.UNREACHED,
    CallbackKind.GROUP_LEAD: LetterText.UNREACHED,
    CallbackKind.STATUS: LetterText.NEWS,
    CallbackKind.CONFIRM_MATCH: LetterText.FOUND,
    CallbackKind.BRIEFING: LetterText.NEWS,
    CallbackKind.FELL_THROUGH: LetterText.NEWS,
    CallbackKind.NO_HELPER: LetterText.NO_HELPER,
    CallbackKind.FOLLOW_UP: LetterText.NEWS,
}


#: Here a helper was to be rung: the address of the request is not hers.
_TO_HELPERS = (CallbackKind.HELPER_LEAD, CallbackKind.BRIEFING)


@dataclass(frozen=True)
class LetterSeen:
    """A letter with what is known of its reader; ``has_address`` if it can be posted."""

    id: int
    kind: CallbackKind
    since: datetime
    category: str | None
    ags: str | None
    language: str
    has_address: bool
    request: Request | None
    helper: Helper | None
    number: str | None


@blueprint.get("/letters/")
def page() -> str:
    """Everybody who is still to be told, the oldest first."""
    with services().db.read() as db:
        due = letters.due(db, MOST)
        _held = _read_together(db, due)
        rows = [_seen(db, letter) for letter in due]
    return render_template("desk/letters.html", rows=rows)


@blueprint.get("/letters/<int:letter_id>")
def letter(letter_id: int) -> str:
    """One letter, ready to be printed; or what the town hall has to know. Opening it is on record."""
    with services().db.write() as db:
        row = letters.find_due(db, letter_id) or abort(404)
        seen = _seen(db, row)
        audit.append(db, now(), audit.by_staff(account().id), "letter_opened", f"letter:{letter_id}")
    return render_template("desk/letter.html", letter=seen, told=_told(seen))


@blueprint.post("/letters/<int:letter_id>/<way>")
def finish(letter_id: int, way: str) -> Response:
    """Note how it was told, or that it is not needed any more."""
    if way not in (*LastResort, "none"):
        abort(404)
    with services().db.write() as db:
        row = letters.find_due(db, letter_id)
        if row is not None:
            letters.finish(db, now(), row, account().id, None if way == "none" else LastResort(way))
    flash(_("Notiert. Dieser Brief ist erledigt.") if row else _("Dieser Brief war schon erledigt."))
    return redirect(url_for("letters.page"), 303)


def _read_together(db: Session, due: Sequence[Letter]) -> list[object]:
    """What the letters are about, to be held while they are shown: so none asks the database again."""
    wanted = (
        (Request, {letter.request_id for letter in due}),
        (Helper, {letter.helper_id for letter in due}),
        (Callback, {letter.callback_id for letter in due}),
    )
    return [
        row for table, ids in wanted for row in db.scalars(sa.select(table).where(table.id.in_(ids - {None})))
    ]


def _seen(db: Session, row: Letter) -> LetterSeen:
    is_seekers = row.request_id is not None and row.kind not in _TO_HELPERS
    request = db.get(Request, row.request_id) if is_seekers else None
    helper = db.get(Helper, row.helper_id) if row.helper_id else None
    callback = db.get(Callback, row.callback_id) if row.callback_id else None
    known = request or callback
    return LetterSeen(
        id=row.id,
        kind=row.kind,
        since=row.created_at,
        category=request.category if request else None,
        ags=known.ags if known else None,
        language=known.language if known else PAGE_LANGUAGES[0],
        has_address=bool(request and request.name and request.address),
        request=request,
        helper=helper,
        number=known.number if known else None,
    )


def _told(seen: LetterSeen) -> Told:
    """The letter in German, which the district writes in, beside the reader's own language."""
    profile = services().profile
    words = {
        "hotline": profile.hotline_name,
        "district": profile.name,
        "me": account().name,
        "name": (seen.request.name if seen.request else None) or "",
        # on paper a number is not broken over two lines
        "number": display(profile.hotline_number).replace(" ", "\u00a0"),
        "place": place_name(seen.ags),
        "reference": (seen.request.reference if seen.request else None) or "",
        "helper": (seen.helper.name if seen.helper else None) or "",
    }
    scripts = load_scripts(services().settings.profile_folder)
    return scripts.tell(_TEXTS[seen.kind], seen.language, PAGE_LANGUAGES[0], words)
