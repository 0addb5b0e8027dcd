"""The prompts' pages: coordinators change a wording, bring a recording, hear it, go back to the original."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response
from wtforms import HiddenField, ValidationError

from intake.desk.accounts import account
from intake.desk.forms import Words
from intake.desk.sections import NavEntry, Section
from intake.staff_roles import Permission
from intake.web import now, services
from voice import overrides, recordings
from voice.desk import view
from voice.desk.words import PLACEHOLDERS, RECORDING_FAULTS, text_fault
from voice.prompts import LONGEST_TEXT, text_faults
from voice.recordings import RecordingError, RecordingFault
from voice.wording import PROMPTS

blueprint = Blueprint(
    "prompts", __name__, url_prefix="/prompts", template_folder="templates", static_folder="static"
)

SECTION = Section(
    blueprint,
    Permission.MATCH,
    nav=(NavEntry(_("Ansagen"), "prompts.page"),),
    translations=Path(__file__).parent / "translations",
)

#: Bytes of an upload that are read at all, so that a file somewhat too large is refused on its own page.
_LARGEST_UPLOAD = 8 * recordings.LARGEST_RECORDING

_UPLOAD = "prompts.record"

_TEXT_RESTORED = _("Es gilt wieder der Wortlaut des Originals.")

Page = Response | str | tuple[str, int]


class WordingForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A prompt's words. ``seen`` are those that held when the page was shown: two may work at one prompt."""

    text = Words(_("Neuer Wortlaut"))
    seen = HiddenField()

    def __init__(self, line: view.Line, **rest: Any) -> None:
        super().__init__(**rest)
        self._line = line
        self.text.render_kw = {"lang": line.language, "rows": 4, "maxlength": LONGEST_TEXT}

    @property
    def words(self) -> str:
        """What was typed, as one line: a break is a blank to the voice."""
        return _one_line(self.text.data)

    def validate_text(self, _field: Any) -> None:
        """Whether it can be said; every reason at once."""
        faults = [text_fault(*fault) for fault in text_faults(self._line.key, self.words)]
        if faults:
            raise ValidationError(" ".join(faults))


@blueprint.url_value_preprocessor
def allow_uploads(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A recording is larger than any form; said before anything of the request is read."""
    if endpoint == _UPLOAD:
        request.max_content_length = _LARGEST_UPLOAD


@blueprint.get("/")
def page() -> str:
    """Every prompt in one language."""
    profile = services().profile
    language = request.args.get("language", profile.languages[0])
    if language not in profile.languages:
        abort(404)
    with services().db.read() as db:
        lines = view.lines(db, profile, language)
    return render_template("prompts/list.html", lines=lines, language=language)


@blueprint.get("/<language>/<key>")
def prompt(language: str, key: str) -> Page:
    """One prompt: what is said, its original, and the ways to change it."""
    return _page_of(_line(language, key))


@blueprint.post("/<language>/<key>/text")
def change(language: str, key: str) -> Page:
    """Say it in other words; the original's words are no change."""
    line = _line(language, key)
    form = WordingForm(line)
    if not form.validate():
        return _page_of(line, form, status=422)
    if _one_line(form.seen.data or "") != _one_line(line.said):
        form.text.errors = [
            gettext("Jemand anderes hat diese Ansage inzwischen geändert. Bitte vergleichen Sie.")
        ]
        return _page_of(line, form, status=409)
    if form.words == line.original:
        return _act(line, _TEXT_RESTORED, overrides.restore_text)
    done = _("Gespeichert. Neue Anrufe hören es in wenigen Sekunden.")
    return _act(line, done, overrides.change_text, form.words)


@blueprint.post("/<language>/<key>/original")
def restore(language: str, key: str) -> Page:
    """Back to the original's words."""
    return _act(_line(language, key), _TEXT_RESTORED, overrides.restore_text)


@blueprint.post("/<language>/<key>/recording")
def record(language: str, key: str) -> Page:
    """Play a recording instead."""
    line = _line(language, key)
    if not line.can_be_recorded:
        abort(404)
    file = request.files.get("recording")
    sound = file.read() if file else b""
    if not sound:
        return _page_of(line, fault=_("Bitte wählen Sie eine Datei aus."), status=422)

    done = _("Gespeichert. Neue Anrufe hören die Aufnahme in wenigen Sekunden.")
    try:
        return _act(line, done, overrides.record, sound)
    except RecordingError as error:
        return _page_of(line, fault=RECORDING_FAULTS[error.fault], status=422)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Page:
    """A file that is not even read: its page again, with the reason."""
    at = request.view_args or {}
    fault = RECORDING_FAULTS[RecordingFault.TOO_LARGE]
    return _page_of(_line(at["language"], at["key"]), fault=fault, status=413)


@blueprint.post("/<language>/<key>/recording/remove")
def remove(language: str, key: str) -> Page:
    """Speak it again."""
    line = _line(language, key)
    return _act(line, _("Die Ansage wird wieder von der Stimme gesprochen."), overrides.remove_recording)


@blueprint.get("/audio/<name>")
def audio(name: str) -> Response:
    """A recording, to be heard on its page."""
    return recordings.serve(services().db, name, "private")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(language: str, key: str) -> view.Line:
    profile = services().profile
    if language not in profile.languages or key not in PROMPTS:
        abort(404)
    with services().db.read() as db:
        return view.line(db, profile, language, key)


def _act(line: view.Line, done: Any, act: Callable[..., None], *what: str | bytes) -> Response:
    """Change a prompt in one transaction by one of the ``overrides``, and show it."""
    with services().db.write() as db:
        act(db, now(), account().id, line.language, line.key, *what)
    flash(str(done))
    return redirect(url_for("prompts.prompt", language=line.language, key=line.key), 303)


def _page_of(line: view.Line, form: WordingForm | None = None, fault: Any = None, status: int = 200) -> Page:
    """A prompt's page; ``fault`` is what is wrong with the file that was sent."""
    # the request's own fields belong to another form, and may be too many to read
    form = form or WordingForm(line, formdata=None, data={"text": line.own or line.original})
    form.seen.data = line.said
    with services().db.read() as db:
        changed = view.changed(db, line.language, line.key)
    told = render_template(
        "prompts/prompt.html",
        line=line,
        form=form,
        fault=fault,
        changed=changed,
        placeholders=PLACEHOLDERS,
    )
    return (told, status) if status != 200 else told
