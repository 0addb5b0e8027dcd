"""The peers' way to answer a turn: objects from the ORM, and a commit wherever data is touched.

Built for comparison only, as telephone menus of this kind are commonly written: one transaction for the
webhook's log, one for the answer, one for where the call stands. As durable as ours, signed as ours; less in
it: no encryption, no repeats, no replies kept.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, abort, request
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from intake.settings import Settings

_QUESTIONS = ("Menü", "Anliegen", "Nummer", "Postleitzahl", "Ort", "Uhrzeit")


class Base(DeclarativeBase):
    pass


class PeerCall(Base):
    __tablename__ = "peer_calls"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    number: Mapped[str | None] = mapped_column(sa.String(32))
    step: Mapped[int] = mapped_column(default=0)
    data: Mapped[Any] = mapped_column(sa.JSON, default=dict)
    updated_at: Mapped[datetime | None]
    answers: Mapped[list[PeerAnswer]] = relationship(back_populates="call", lazy="select")


class PeerAnswer(Base):
    __tablename__ = "peer_answers"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("peer_calls.id"), index=True)
    step: Mapped[int]
    digits: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime]
    call: Mapped[PeerCall] = relationship(back_populates="answers")


class PeerLog(Base):
    __tablename__ = "peer_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(sa.String(64), index=True)
    path: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


def make_peers_app(settings: Settings) -> Flask:
    """The app; makes its tables."""
    engine = _engine(settings.database_url)
    Base.metadata.create_all(engine)
    validator = RequestValidator(settings.auth_token)
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def check_signature() -> None:
        url = settings.public_base_url + request.full_path.rstrip("?")
        if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)

    @app.post("/voice/answer")
    @app.post("/voice/turn/<int:turn>")
    def voice(turn: int = 0) -> Response:
        sid, digits = request.form["CallSid"], request.form.get("Digits", "")
        _log(engine, sid, request.path)
        _answer(engine, sid, request.form.get("From"), turn, digits)
        return Response(_ask(_move(engine, sid, turn, digits)), mimetype="text/xml")

    return app


def _engine(url: str) -> sa.Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=10)
    engine = sa.create_engine(parsed, pool_size=10, max_overflow=10, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def as_durable_as_ours(connection: Any, _entry: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _log(engine: sa.Engine, sid: str, path: str) -> None:
    with Session(engine) as session:
        session.add(PeerLog(call_sid=sid, path=path, at=_now()))
        session.commit()


def _answer(engine: sa.Engine, sid: str, number: str | None, step: int, digits: str) -> None:
    with Session(engine) as session:
        call = session.scalar(sa.select(PeerCall).where(PeerCall.call_sid == sid))
        if call is None:
            call = PeerCall(call_sid=sid, number=number)
            session.add(call)
        call.answers.append(PeerAnswer(step=step, digits=digits, at=_now()))
        session.commit()


def _move(engine: sa.Engine, sid: str, step: int, digits: str) -> int:
    with Session(engine) as session:
        call = session.scalars(sa.select(PeerCall).where(PeerCall.call_sid == sid)).one()
        call.data = {**call.data, str(step): digits}
        call.step, call.updated_at = step + 1, _now()
        session.commit()
        return call.step  # loads the row once more: it expired with the commit


def _ask(step: int) -> str:
    response = VoiceResponse()
    if step > len(_QUESTIONS):
        response.say("Wir rufen Sie zurück.", voice="Polly.Vicki-Neural", language="de-DE")
        response.hangup()
    else:
        gather = Gather(input="dtmf", action=f"/voice/turn/{step}", method="POST", timeout=10)
        gather.say(f"{_QUESTIONS[step - 1]}, bitte.", voice="Polly.Vicki-Neural", language="de-DE")
        response.append(gather)
    return str(response)
