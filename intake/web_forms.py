"""Forms of the public pages: each does its work once, and nobody can send without end.

A form files exactly what a call files. What its sender is told is the same whether or not anything is on
record for the number: a window reckoned for a caller of now, and a reference of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, blocks, promises, queue, receipts, registry
from intake.db import insert_into, keyring, kind_of, number_hash
from intake.hours import Window
from intake.models import Callback, Helper, Request
from intake.networks import network
from intake.profile import Profile
from intake.registry import Filing, Told
from intake.staff_tries import Limit
from intake.web_form_models import FormKind, WebForm

#: How a request comes by the public pages: its source in the record.
WEB = "web"

#: Longer than anybody leaves a sent page open and sends it again; and as far as the limits look back.
KNOWN_FOR = timedelta(days=1)

#: From one address: a town hall or a club behind it helps a dozen people in an hour, a robot does not stop.
FROM_ONE_ADDRESS = (Limit(12, timedelta(hours=1)), Limit(40, timedelta(days=1)))

#: Calls from one number are counted over this time, and so are forms that name it.
_NUMBER_SPAN = timedelta(hours=1)

#: What is noted with a callback by forms grows no longer than this.
LONGEST_NOTE = 4000

#: Who the audit log names for what somebody does on the public pages.
ACTOR = "site"

#: PostgreSQL's advisory lock that lets one transaction at a time count. Any constant of our own will do.
_COUNT_LOCK = 7_311_003


class Refused(Exception):
    """Nothing is taken over the internet now: too many forms, or a blocked number. It does not say which."""


@dataclass(frozen=True)
class Sending:
    """A form as it came: its page's token, all its fields, the number to ring and the sender's address."""

    kind: FormKind
    token: str
    fields: Mapping[str, str]
    number: str
    address: str


@dataclass(frozen=True)
class Words:
    """What the sender wrote for whoever rings: whom to ask for, free words, and whether for somebody else."""

    name: str = ""
    text: str = ""
    for_somebody_else: str = ""


#: Does what the form asks for, and fills in what its sender is told.
Work = Callable[[WebForm], None]


def take(session: Session, profile: Profile, now: datetime, sending: Sending, work: Work) -> bool:
    """Do ``work`` for a form, the first time that it comes; False if it came before with other contents.

    The same form sent at the same moment waits until the first has done its work. Raises ``Refused``; then
    nothing of the form is kept, once the transaction is rolled back.
    """
    form, is_first = _claim(session, now, sending)
    if not is_first:
        return form.contents == _contents(session, sending)
    _check(session, profile, now, form)
    work(form)
    session.flush()
    return True


def find(session: Session, token: str) -> WebForm | None:
    """The form that was sent with that token."""
    return session.get(WebForm, keyring(session).hash(f"form:{token}"))


def purge(session: Session, now: datetime, at_once: int) -> int:
    """Forget forms that nobody sends again, at most ``at_once``; how many."""
    old = sa.select(WebForm.key).where(WebForm.at < now - KNOWN_FOR).limit(at_once)
    gone = sa.delete(WebForm).where(WebForm.key.in_(old)).returning(WebForm.key)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())


def _claim(session: Session, now: datetime, sending: Sending) -> tuple[WebForm, bool]:
    keys = keyring(session)
    key = keys.hash(f"form:{sending.token}")
    fresh = insert_into(session, WebForm).values(
        key=key,
        contents=_contents(session, sending),
        kind=sending.kind,
        at=now,
        number_hash=number_hash(session, sending.number),
        address_hash=keys.hash(f"site:{network(sending.address)}"),
    )
    is_first = session.scalar(fresh.on_conflict_do_nothing(index_elements=["key"]).returning(WebForm.key))
    return session.get_one(WebForm, key), is_first is not None


def _contents(session: Session, sending: Sending) -> bytes:
    return keyring(session).hash(json.dumps([sending.kind, sorted(sending.fields.items())]))


def _check(session: Session, profile: Profile, now: datetime, form: WebForm) -> None:
    """Raise ``Refused`` where this form is one too many, or its number is blocked."""
    if kind_of(session) == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_COUNT_LOCK)))
    by_number = Limit(profile.limits.calls_per_hour, _NUMBER_SPAN)
    counted: list[tuple[sa.ColumnElement[bool], Limit]]
    counted = [(WebForm.number_hash == form.number_hash, by_number)]
    counted += [(WebForm.address_hash == form.address_hash, limit) for limit in FROM_ONE_ADDRESS]
    if blocks.is_blocked(session, now, form.number_hash) or any(
        _count(session, which, now - limit.within) > limit.most for which, limit in counted
    ):
        raise Refused


def _count(session: Session, which: sa.ColumnElement[bool], since: datetime) -> int:
    """How many forms there are of the kind since then, the present one among them."""
    query = sa.select(sa.func.count()).select_from(WebForm).where(which, WebForm.at > since)
    return session.scalar(query) or 0


def file_help(
    session: Session, profile: Profile, now: datetime, form: WebForm, told: Told, words: Words
) -> None:
    """File a need as a call would, and tell the sender its reference."""
    window = promises.window(session, profile, now, told.best_time)
    filing = registry.file_request(session, now, told, window, WEB)
    _tell(session, now, form, filing, window, words)
    if not filing.added:
        form.reference = filing.reference
        request = session.get_one(Request, filing.request_id)
        request.name = None if words.for_somebody_else else words.name or None
        return
    form.reference = registry.new_reference(session)
    receipts.give(session, now, session.get_one(Callback, filing.callback_id), form.reference)


def file_helper(
    session: Session, profile: Profile, now: datetime, form: WebForm, told: Told, words: Words
) -> None:
    """File that somebody wants to help, as a call would."""
    window = promises.window(session, profile, now, told.best_time)
    filing = registry.file_helper_lead(session, now, told, window)
    callback = _tell(session, now, form, filing, window, words)
    if not filing.added:
        session.get_one(Helper, callback.helper_id).name = words.name or None


def file_group(
    session: Session, profile: Profile, now: datetime, form: WebForm, told: Told, words: Words
) -> None:
    """File that a group wants to help: its contact is rung."""
    window = promises.window(session, profile, now, told.best_time)
    _tell(session, now, form, registry.file_group_lead(session, now, told, window), window, words)


def file_call(session: Session, profile: Profile, now: datetime, form: WebForm, request: Request) -> None:
    """File that somebody asks to be rung about an earlier request."""
    window = promises.window(session, profile, now, request.best_time)
    filing = registry.file_status_callback(session, now, request, window)
    _ring_by(session.get_one(Callback, filing.callback_id), now, form, window)
    audit.append(session, now, ACTOR, "callback_asked", f"request:{request.id}")


def ask_again(session: Session, profile: Profile, now: datetime, form: WebForm, callback: Callback) -> None:
    """Note with an open callback that it was asked for once more, and tell when its number is rung."""
    queue.add_call(callback, now)
    _ring_by(callback, now, form, promises.window(session, profile, now, callback.best_time))


def _tell(
    session: Session, now: datetime, form: WebForm, filing: Filing, window: Window, words: Words
) -> Callback:
    """What the sender is told, and what whoever rings has to know. Consent was given with the form."""
    callback = session.get_one(Callback, filing.callback_id)
    _ring_by(callback, now, form, window)
    note(callback, words)
    audit.append(session, now, ACTOR, "form_taken", f"callback:{callback.id}", f"{form.kind}, consented")
    return callback


def _ring_by(callback: Callback, now: datetime, form: WebForm, window: Window) -> None:
    queue.bring_forward(callback, now, window)
    form.promised_from, form.promised_until = window.start, window.end


def note(callback: Callback, words: Words) -> None:
    """Add the sender's words to what whoever rings has to know; where it gets too long, the oldest go."""
    about = ", ".join(part for part in (words.for_somebody_else, words.name) if part)
    said = ": ".join(part for part in (about, words.text) if part)
    if not said:
        return
    lines = "\n".join(part for part in (callback.note, f"Internet – {said}") if part)
    callback.note = lines[-LONGEST_NOTE:]
