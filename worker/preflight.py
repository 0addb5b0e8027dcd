"""The preflight: looks at each thing that a call needs, and says what to do where it is missing."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
import sqlalchemy.exc

from intake import alarms, audit, staff_factor
from intake.audit_anchor_models import THE_ANCHOR, AuditAnchor
from intake.crypto import Undecryptable
from intake.db import Database, keyring
from intake.desk.scripts import script_faults
from intake.kinds import AlarmKind
from intake.models import AuditEntry, Staff
from intake.profile import Profile, ProfileError, check_profile, load_profile
from intake.settings import HOME_FILE, Settings
from intake.staff_roles import Role
from voice.prompts import PromptsError, load_prompts
from worker import broker, carrier_check, migrate, rotation
from worker.clock import utc_now
from worker.commands.common import CommandFailedError, database_of
from worker.finding import Finding

#: A moment of the record may lie so far ahead of this machine's clock before that is called wrong.
CLOCK_SLACK = timedelta(seconds=30)

#: Below so many free bytes a record, or its backup, may soon have no room to grow.
LEAST_FREE = 500_000_000

#: How the alarms about single rows are told here.
_WRONG = {
    AlarmKind.CALLBACK_OVERDUE: "callbacks overdue",
    AlarmKind.CALLBACK_ORPHANED: "callbacks in nobody's hand",
    AlarmKind.CALL_STUCK: "calls without an outcome an hour after the last turn",
    AlarmKind.DUTY_FAILED: "texts or calls that did not go out, or were not deleted",
}


def look(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other; settings that cannot be read at all have been told before."""
    yield Finding("settings", True, "complete")
    yield _home(settings)
    yield _disk(settings)
    yield from _district(settings)
    yield from _record(settings)
    yield from _broker(settings)
    yield _mail(settings)
    yield _proxies(settings)
    yield from carrier_check.look(settings)


def _home(settings: Settings) -> Finding:
    path = settings.home / HOME_FILE
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("secrets", False, f"others may read {path}: run chmod 600 on it")
    return Finding("secrets", True, "nobody else may read them")


def _disk(settings: Settings) -> Finding:
    """Whether the record, if it is in the home, has room to grow."""
    if not settings.home.is_dir():
        return Finding("disk", True, "there is no home; nothing is kept on this machine")
    free = shutil.disk_usage(settings.home).free
    words = f"{free / 1e9:.1f} GB free at {settings.home}"
    return Finding("disk", free > LEAST_FREE, words if free > LEAST_FREE else f"only {words}: make room")


def _district(settings: Settings) -> Iterator[Finding]:
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


def _record(settings: Settings) -> Iterator[Finding]:
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


def _opened(database: Database, settings: Settings) -> Iterator[Finding]:
    """Does it answer, is it at the newest step, do the keys open it, is the clock right."""
    try:
        step = migrate.step_of(database)
        yield Finding("database", True, f"{database.url.get_backend_name()} answers")
    except sqlalchemy.exc.SQLAlchemyError:
        yield Finding("database", False, "it does not answer: look at DATABASE_URL, and whether it runs")
        return
    if step != migrate.newest_step():
        yield Finding("schema", False, _other_step(step))
        return
    yield Finding("schema", True, f"at the newest step, {step}")
    with database.read() as session:
        keys = _keys(session)
        yield keys
        yield _accounts(session)
        yield _clock(session)
        if keys.ok:  # with another ring the log's hashes cannot follow from one another
            yield chain(session)
        yield wrongs(session)
        yield _second_factor(session, settings)


def _other_step(step: str | None) -> str:
    if step is None:
        return "it has no tables yet: run 'hotline migrate'"
    if not migrate.knows(step):
        return f"it is at step {step}, which this program does not know: install the newer one again"
    return f"at step {step}, newest is {migrate.newest_step()}: run 'hotline migrate'"


def _keys(session: sa.orm.Session) -> Finding:
    """Whether every value has its key in the ring, and whether those keys are the ones of that name."""
    ring, used = keyring(session), rotation.in_use(session)
    missing = sorted(used.keys() - ring.keys.keys())
    if missing:
        words = f"{', '.join(missing)} sealed {sum(used[name] for name in missing)} values: put it back"
        return Finding("keys", False, f"HOTLINE_KEYS lacks a key. {words} behind the newest")
    try:
        session.scalars(sa.select(Staff)).all()
    except Undecryptable:
        return Finding(
            "keys", False, "HOTLINE_KEYS does not open the record: use the ring it was written with"
        )
    older = sum(count for name, count in used.items() if name != ring.active)
    if older:
        words = f"they open what is stored; older ones sealed {older} values: see 'hotline keys rewrite'"
        return Finding("keys", True, words)
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


def _accounts(session: sa.orm.Session) -> Finding:
    count = session.scalar(sa.select(sa.func.count()).select_from(Staff).where(Staff.active)) or 0
    if not count:
        words = "nobody can log in: run 'hotline staff add LOGIN --role administrator'"
        return Finding("accounts", False, words)
    return Finding("accounts", True, f"{count} in the team")


def _clock(session: sa.orm.Session) -> Finding:
    """Whether this machine's clock agrees with the database's, and with what was written before."""
    now = utc_now()
    if session.get_bind().dialect.name == "postgresql":
        theirs = session.scalar(sa.select(sa.func.clock_timestamp()))
        if theirs is not None and abs(theirs - now) > CLOCK_SLACK:
            words = f"{abs(theirs - now).seconds} s apart from the database's: set both by the network's time"
            return Finding("clock", False, words)
    newest = session.scalar(sa.select(sa.func.max(AuditEntry.at)))
    if newest is not None and newest > now + CLOCK_SLACK:
        return Finding("clock", False, "the record has entries from the future: set this machine's clock")
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M} UTC")


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


def _broker(settings: Settings) -> Iterator[Finding]:
    workers = broker.count_workers(settings.redis_url)
    if workers is None:
        words = "it does not answer: calls go on, but nothing is assigned; start it, or look at REDIS_URL"
        yield Finding("broker", False, words)
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
