"""Mails to the district: alarms, many in one mail, and each morning how promises were kept.

A mail names rows and counts, never a person. It is a duty like any other, but not the carrier's: where it is
not known whether the server took it, it is sent again under the same Message-ID, because a mail that comes
twice does less harm than one that does not come.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from babel.dates import format_datetime as format_moment
from sqlalchemy.orm import Session

from intake import alarms, outbox, promises, reports
from intake.alarm_models import Alarm
from intake.hours import spans_on
from intake.kinds import AlarmKind, DutyKind
from intake.lifecycle import AlarmStatus, DutyStatus, PromiseStatus, check_move
from intake.models import Duty
from intake.profile import Profile
from intake.profile_languages import PAGE_LANGUAGES
from intake.services import Services
from worker import duties, smtp

#: Alarms that follow one another are gathered for so long, so that a bad hour is a few mails and not fifty.
GATHERED = timedelta(minutes=15)

#: So many rows of a kind are listed in a mail; the rest is counted.
LISTED = 20

#: A silence of the worker can only be told afterwards, and then only while it is news.
NEWS = timedelta(days=1)

#: Yesterday's figure goes out from this hour on, on the district's clock.
DIGEST_FROM = time(6)

#: A mail that could not be sent for so long is given up: by then the desk has told it as an alarm.
GIVEN_UP_AFTER = timedelta(days=1)

#: What the keys of the two kinds of mail begin with.
_ALARMS, _DIGEST = "alarms:", "digest:"

_WORDS = Path(__file__).parent / "mail_words.toml"

#: Stands between the languages of a mail: the staff's first, and below it the others.
_BETWEEN = "\n* * *\n\n"


@cache
def words() -> dict[str, dict[str, Any]]:
    """What the mails say in each language of the pages, read once."""
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _in_each_language(body: Callable[[str], str]) -> str:
    return _BETWEEN.join(body(language) for language in PAGE_LANGUAGES)


def owe(session: Session, profile: Profile, now: datetime) -> None:
    """File the mails that are due by now, in the transaction of the watch, so that none is filed twice."""
    _owe_alarms(session, profile, now)
    local = now.astimezone(profile.tz)
    yesterday = local.date() - timedelta(days=1)
    if local.time() >= DIGEST_FROM and spans_on(profile, yesterday):
        _owe_digest(session, profile, now, yesterday)


def _owe_alarms(session: Session, profile: Profile, now: datetime) -> None:
    last = session.scalar(sa.select(sa.func.max(Alarm.mailed_at)))
    if (last is not None and now - last < GATHERED) or _is_under_way(session):
        return
    was_silent = sa.and_(Alarm.kind == AlarmKind.WORKER_SILENT, Alarm.raised_at > now - NEWS)
    fresh = session.scalars(
        sa.select(Alarm)
        .where(Alarm.mailed_at.is_(None), sa.or_(Alarm.status == AlarmStatus.RAISED, was_silent))
        .order_by(Alarm.kind, Alarm.id)
    ).all()
    if not fresh:
        return
    for alarm in fresh:
        alarm.mailed_at = now
    payload = {
        "subject": _subject(profile, "alarms", count=len(fresh)),
        "body": _in_each_language(lambda language: _alarms_body(profile, fresh, language)),
    }
    newest = max(alarm.id for alarm in fresh)
    outbox.owe(session, now, DutyKind.MAIL, f"{_ALARMS}{newest}", payload, now)


def _is_under_way(session: Session) -> bool:
    """Whether a mail about alarms still waits for the server: until it is out the next ones are gathered."""
    waits = (DutyStatus.DUE, DutyStatus.RUNNING, DutyStatus.UNSURE)
    mail = sa.and_(Duty.kind == DutyKind.MAIL, Duty.key.startswith(_ALARMS), Duty.status.in_(waits))
    return session.scalar(sa.select(Duty.id).where(mail).limit(1)) is not None


def _owe_digest(session: Session, profile: Profile, now: datetime, day: date) -> None:
    key = f"{_DIGEST}{day}"
    if session.scalar(sa.select(Duty.id).where(Duty.key == key)) is not None:
        return
    results, unseen = promises.on_day(session, profile, day), alarms.counts(session, now)
    payload = {
        "subject": _subject(profile, "digest", day=_day(day, PAGE_LANGUAGES[0])),
        "body": _in_each_language(lambda language: _digest_body(profile, day, results, unseen, language)),
    }
    outbox.owe(session, now, DutyKind.MAIL, key, payload, now)


def _subject(profile: Profile, which: str, **values: object) -> str:
    """In the staff's first language alone: a subject has little room."""
    told: str = words()[PAGE_LANGUAGES[0]][which]["subject"]
    return told.format(hotline=profile.hotline_name, **values)


def _alarms_body(profile: Profile, fresh: Sequence[Alarm], language: str) -> str:
    said = words()[language]
    lines = [said["alarms"]["intro"].format(hotline=profile.hotline_name, district=profile.name), ""]
    for kind, group in groupby(fresh, key=lambda alarm: alarm.kind):
        rows = list(group)
        lines.append(f"{said['kinds'][kind]}: {len(rows)}")
        lines += [f"  {row.subject}, {_moment(row.raised_at, profile, language)}" for row in rows[:LISTED]]
        if len(rows) > LISTED:
            lines.append(f"  … {said['alarms']['more'].format(count=len(rows) - LISTED)}")
    return "\n".join([*lines, "", said["alarms"]["outro"], ""])


def _digest_body(
    profile: Profile,
    day: date,
    results: Counter[PromiseStatus],
    open_alarms: dict[AlarmKind, int],
    language: str,
) -> str:
    kept, missed = results[PromiseStatus.KEPT], results[PromiseStatus.MISSED]
    share = reports.share(kept, kept + missed)
    told, kinds = words()[language]["digest"], words()[language]["kinds"]
    names = {"hotline": profile.hotline_name, "district": profile.name, "day": _day(day, language)}
    lines = [
        told["intro"].format_map(names),
        "",
        told["kept"].format(count=kept) + ("" if share is None else f" ({share} %)"),
        told["missed"].format(count=missed),
        told["void"].format(count=results[PromiseStatus.VOID]),
        "",
        told["alarms"] if open_alarms else told["no_alarms"],
    ]
    lines += [f"  {kinds[kind]}: {count}" for kind, count in open_alarms.items()]
    return "\n".join([*lines, ""])


def _day(day: date, language: str) -> str:
    return str(format_date(day, words()[language]["day"], locale=language))


def _moment(at: datetime, profile: Profile, language: str) -> str:
    return str(format_moment(at.astimezone(profile.tz), words()[language]["moment"], locale=language))


def send_due(services: Services) -> int:
    """Send the mails that are due, at any hour; how many were tried. Ends early where the server fails."""
    tried = 0
    while tried < duties.AT_ONCE:
        claim = _claim(services)
        if claim is None:
            break
        tried += 1
        try:
            smtp.send(services.settings, services.clock(), claim.key, **claim.payload)
        except smtp.MailError as error:
            duties.settle(services, claim, partial(_failed, error))
            break
        duties.settle(services, claim, _done)
    return tried


def _claim(services: Services) -> duties.Claim | None:
    """The next mail: one that is due, or one whose worker died over it."""
    now = services.clock()
    with services.db.write() as session:
        for in_doubt in (True, False):
            claim = duties.take(session, now, in_doubt, (DutyKind.MAIL,))
            if claim is not None:
                return claim
    return None


def _done(duty: Duty, now: datetime) -> None:
    duty.status = check_move(duty.status, DutyStatus.DONE)
    duty.done_at, duty.lease_until, duty.error = now, None, ""


def _failed(error: smtp.MailError, duty: Duty, now: datetime) -> None:
    duty.error, duty.lease_until = f"code {error.code}", None
    if now - duty.created_at > GIVEN_UP_AFTER:
        duty.status, duty.done_at = check_move(duty.status, DutyStatus.FAILED), now
    else:
        duty.status = check_move(duty.status, DutyStatus.DUE)
        duty.due_at = now + duties.pause_after(duty.tries)
