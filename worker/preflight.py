"""The preflight: looks at each thing that a call needs, and says what to do where it is missing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

import requests
import sqlalchemy as sa
import sqlalchemy.exc

from intake import alarms, audit, staff_factor
from intake.audit_anchor_models import THE_ANCHOR, AuditAnchor
from intake.crypto import Undecryptable
from intake.db import Database
from intake.desk.scripts import script_faults
from intake.kinds import AlarmKind
from intake.models import AuditEntry, Staff
from intake.profile import Profile, ProfileError, check_profile, load_profile
from intake.settings import HOME_FILE, Settings
from intake.staff_roles import Role
from voice.prompts import PromptsError, load_prompts
from worker import broker, migrate
from worker.clock import utc_now
from worker.commands.common import CommandFailedError, database_of

#: A moment of the record may lie so far ahead of this machine's clock before that is called wrong.
CLOCK_SLACK = timedelta(seconds=30)

#: Seconds for the round trip to our own address.
PATIENCE = 5.0


#: How the alarms about single rows are told here.
_WRONG = {
    AlarmKind.CALLBACK_OVERDUE: "callbacks overdue",
    AlarmKind.CALLBACK_ORPHANED: "callbacks in nobody's hand",
    AlarmKind.CALL_STUCK: "calls without an outcome an hour after the last turn",
    AlarmKind.DUTY_FAILED: "texts or calls that did not go out, or were not deleted",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, and the words that go with it."""

    what: str
    ok: bool
    words: str


def look(settings: Settings) -> list[Finding]:
    """Look at everything; settings that cannot be read at all have been told before."""
    found = [Finding("settings", True, "complete"), _home(settings), *_district(settings)]
    return [
        *found,
        *_record(settings),
        *_broker(settings),
        _mail(settings),
        _proxies(settings),
        *_carrier(settings),
    ]


def _home(settings: Settings) -> Finding:
    path = settings.home / HOME_FILE
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("secrets", False, f"others may read {path}: run chmod 600 on it")
    return Finding("secrets", True, "nobody else may read them")


def _district(settings: Settings) -> Iterable[Finding]:
    """The profile, and its prompts in each of its languages."""
    faults = [*check_profile(settings.profile_folder), *script_faults(settings.profile_folder)]
    if faults:
        yield from (Finding("profile", False, fault) for fault in faults)
        return
    yield Finding("profile", True, str(settings.profile_folder))
    yield _public_pages(settings, load_profile(settings.profile_folder))
    try:
        load_prompts(load_profile(settings.profile_folder).languages)
    except (ProfileError, PromptsError) as error:
        yield from (Finding("prompts", False, fault) for fault in error.faults)
    else:
        yield Finding("prompts", True, "every sentence in every language")


def _public_pages(settings: Settings, profile: Profile) -> Finding:
    """Whether the public pages lead to what a public body owes its readers, once they are in public."""
    missing = ", ".join(profile.site.missing)
    if not missing:
        return Finding("public pages", True, "lead to the imprint and the accessibility statement")
    if settings.is_encrypted:
        return Finding("public pages", False, f"the law asks for both: add {missing} to [site]")
    return Finding("public pages", True, f"before they are in public, add {missing} to [site]")


def _record(settings: Settings) -> Iterable[Finding]:
    """The database: is there one, and what of it."""
    try:
        database = database_of(settings)
    except CommandFailedError as error:
        yield Finding("database", False, str(error))
        return
    try:
        yield from _opened(database, settings)
    finally:
        database.close()


def _opened(database: Database, settings: Settings) -> Iterable[Finding]:
    """Does it answer, is it at the newest step, do the keys open it, is the clock right."""
    try:
        step, newest = migrate.step_of(database), migrate.newest_step()
        yield Finding("database", True, f"{database.url.get_backend_name()} answers")
    except sqlalchemy.exc.SQLAlchemyError:
        yield Finding("database", False, "it does not answer: look at DATABASE_URL, and whether it runs")
        return
    if step != newest:
        yield Finding("schema", False, f"at step {step}, newest is {newest}: run 'hotline migrate'")
        return
    yield Finding("schema", True, f"at the newest step, {step}")
    yield from (_rows(database, read) for read in (_keys, _clock, chain, wrongs))
    yield _rows(database, lambda session: _second_factor(session, settings))


def _rows(database: Database, read: Callable[[sa.orm.Session], Finding]) -> Finding:
    with database.read() as session:
        return read(session)


def _keys(session: sa.orm.Session) -> Finding:
    try:
        account = session.scalar(sa.select(Staff).order_by(Staff.id).limit(1))
    except Undecryptable:
        return Finding(
            "keys", False, "HOTLINE_KEYS does not open the record: use the ring it was written with"
        )
    if account is None:
        return Finding(
            "accounts", False, "nobody can log in: run 'hotline staff add LOGIN --role administrator'"
        )
    return Finding("keys", True, "they open what is stored")


def _second_factor(session: sa.orm.Session, settings: Settings) -> Finding:
    """Of whom a second factor is asked, and how many of them have it. A faulty profile was told before."""
    if settings.is_trial:
        return Finding("login", True, "a trial on this machine: nobody has to have a second factor")
    try:
        asked = load_profile(settings.profile_folder).accounts.second_factor
    except ProfileError:
        return Finding("login", False, "the profile does not say of whom a second factor is asked")
    spared = [role.value for role in (Role.COORDINATOR, Role.ADMINISTRATOR) if role not in asked]
    if spared:
        words = f"no second factor is asked of {', '.join(spared)}: add it to second_factor in the profile"
        return Finding("login", False, words)
    accounts = session.scalars(sa.select(Staff.id).where(Staff.active, Staff.role.in_(asked))).all()
    done = len(staff_factor.holders(session).intersection(accounts))
    words = f"a second factor is asked of {', '.join(asked)}; {done} of {len(accounts)} have set it up"
    return Finding("login", True, words)


def _clock(session: sa.orm.Session) -> Finding:
    newest = session.scalar(sa.select(sa.func.max(AuditEntry.at)))
    if newest is not None and newest > utc_now() + CLOCK_SLACK:
        return Finding("clock", False, "the record has entries from the future: set this machine's clock")
    return Finding("clock", True, f"{utc_now():%Y-%m-%d %H:%M} UTC")


def chain(session: sa.orm.Session) -> Finding:
    """Whether the audit log is whole: each entry follows from the one before, the first from the anchor."""
    broken = audit.verify(session)
    if broken is not None:
        return Finding("audit log", False, f"broken at entry {broken}: somebody changed the database by hand")
    count = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
    anchor = session.get(AuditAnchor, THE_ANCHOR)
    older = f", {anchor.removed} older ones forgotten by {anchor.cut_at:%Y-%m-%d}" if anchor else ""
    return Finding("audit log", True, f"whole, {count} entries{older}")


def wrongs(session: sa.orm.Session) -> Finding:
    """Whether nothing was forgotten: the rules of the alarms, asked now, also where no worker runs."""
    wrong = alarms.wrong_now(session, utc_now())
    if wrong:
        words = "; ".join(f"{_WRONG[kind]}: {count}" for kind, count in wrong.items())
        return Finding("alarms", False, f"{words} - see the desk's page of alarms, and the worker's log")
    return Finding("alarms", True, "nothing is overdue, orphaned, stuck or failed")


def _broker(settings: Settings) -> Iterable[Finding]:
    workers = broker.count_workers(settings.redis_url)
    if workers is None:
        yield Finding("broker", False, "it does not answer: calls go on, but nothing is assigned; start it")
        return
    yield Finding("broker", True, "answers")
    yield Finding(
        "workers", workers > 0, f"{workers} at work" if workers else "none at work: run 'hotline worker'"
    )


def _mail(settings: Settings) -> Finding:
    """Whether alarms reach somebody who is not at the desk. Nobody has to want that, but not half of it."""
    if settings.has_mail:
        return Finding("mail", True, "alarms and the daily figure go to the address in MAIL_TO")
    if settings.smtp_url or settings.mail_from or settings.mail_to:
        return Finding("mail", False, "set all of SMTP_URL, MAIL_FROM, MAIL_TO, or none of them")
    return Finding("mail", True, "not set: alarms show on the desk only")


def _proxies(settings: Settings) -> Finding:
    """Whether logins are told apart by address: TLS ends at a proxy, and behind it all come from one."""
    count = settings.trusted_proxies
    if settings.is_encrypted and not count:
        words = "set TRUSTED_PROXIES to how many stand before 'hotline web', or all logins share one limit"
        return Finding("proxies", False, words)
    return Finding("proxies", True, f"{count} to be trusted" if count else "none")


def _carrier(settings: Settings) -> Iterable[Finding]:
    missing = [
        name
        for name, value in (
            ("TWILIO_ACCOUNT_SID", settings.account_sid),
            ("TWILIO_AUTH_TOKEN", settings.auth_token),
            ("TWILIO_NUMBER", settings.carrier_number),
        )
        if not value
    ]
    if missing:
        yield Finding("carrier", False, f"not set: {', '.join(missing)}; they stand on the carrier's console")
        return
    yield Finding("carrier", True, "simulated on this machine" if settings.phone else "credentials are set")
    yield _signature(settings)


def _signature(settings: Settings) -> Finding:
    """Send ourselves a signed webhook and a forged one, by the address that the carrier uses.

    The webhook tells of a call that does not exist, so it changes nothing.
    """
    url = f"{settings.public_base_url}/voice/status"
    form = {"CallSid": "CA" + "0" * 32, "CallStatus": "ringing", "SequenceNumber": "0"}
    try:
        signed = _post(url, form, sign(url, form, settings.auth_token))
        forged = _post(url, form, sign(url, form, settings.auth_token + "?"))
    except requests.RequestException:
        return Finding("webhooks", False, f"nobody answers at {url}: look at PUBLIC_BASE_URL and the proxy")
    if signed == 403:
        return Finding(
            "webhooks",
            False,
            "a signed webhook is refused: PUBLIC_BASE_URL must be the address the carrier calls",
        )
    if signed != 204 or forged != 403:
        return Finding("webhooks", False, f"something else answers at {url} ({signed}, forged {forged})")
    return Finding("webhooks", True, f"signed ones are taken and forged ones refused at {url}")


def _post(url: str, form: dict[str, str], signature: str) -> int:
    headers = {"X-Twilio-Signature": signature}
    return requests.post(url, data=form, headers=headers, timeout=PATIENCE, allow_redirects=False).status_code


def sign(url: str, form: dict[str, str], token: str) -> str:
    """The carrier's signature of a form post: base64 of HMAC-SHA1 over the URL and the sorted parameters.

    Written out here instead of taken from the carrier's library, so that the check is a second opinion.
    """
    told = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()
