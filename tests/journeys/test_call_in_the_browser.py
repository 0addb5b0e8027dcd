"""Calling from the desk in a real browser: the open page follows the call, its outcome is one press away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from intake import staff
from intake.desk.app import make_desk_app
from intake.models import Attempt, Staff
from tests.support.serving import served
from voice.phone.carrier import Answer
from voice.phone.carrier import Line as Telephone

from .ringing import ADA, CITIZEN, Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def page(quick_desk: Desk, chromium: Browser) -> Iterator[Page]:
    """The operator's browser at her case. Whatever goes wrong in it fails the test."""
    services = quick_desk.line.services
    with services.db.write() as session:
        password = staff.reset(session, services.clock(), "ada")
        account = session.get_one(Staff, quick_desk.staff_id)
        account.must_change, account.tour_step = False, staff.TOUR_STEPS
    with served(make_desk_app(services)) as address:
        context, faults = chromium.new_context(), list[str]()
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/desk/login")
        page.get_by_label("Anmeldename").fill("ada")
        page.get_by_label("Passwort").fill(password)
        page.get_by_role("button", name="Anmelden").click()
        page.goto(f"{address}/desk/callbacks/{quick_desk.callback_id}")
        yield page
        context.close()
    assert faults == []


def stands(page: Page, words: str) -> None:
    """The page comes to say so by itself."""
    expect(page.locator("[data-stands]")).to_contain_text(words)


def outcome(desk: Desk) -> str | None:
    with desk.line.services.db.read() as session:
        return session.scalars(sa.select(Attempt.outcome)).one()


def test_a_talk_from_the_first_press_to_the_form(quick_desk: Desk, page: Page) -> None:
    page.get_by_role("button", name="Anrufen").click()
    stands(page, "wird aufgebaut")
    page.get_by_label("Notiz").fill("hört schwer")
    quick_desk.works()
    hers = quick_desk.line.phone.rings(ADA)
    stands(page, "Ihr Telefon klingelt")
    hers.answers().listens()
    stands(page, "drücken Sie an Ihrem Telefon die Eins")
    hers.press("1")
    theirs = quick_desk.line.phone.rings(CITIZEN)
    stands(page, "Es klingelt am anderen Ende")
    theirs.answers()
    stands(page, "Verbunden")
    expect(page.locator("[data-seconds]")).to_have_text("0:02")
    expect(page.get_by_label("Notiz")).to_have_value("hört schwer")
    theirs.waits(60).hangs_up()
    stands(page, "Das Gespräch ist beendet")
    assert outcome(quick_desk) is None
    page.get_by_role("group", name="Das passt wahrscheinlich").get_by_role(
        "button", name="Erreicht: Anliegen aufnehmen"
    ).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anliegen")


@pytest.mark.parametrize(
    ("answer", "words", "label", "recorded"),
    [
        (Answer.BUSY, "Am anderen Ende ist besetzt", "Besetzt", "busy"),
        (Answer.NO_ANSWER, "nimmt niemand ab", "Niemand nimmt ab", "no_answer"),
        (Answer.VOICEMAIL, "Das Gespräch ist beendet", "Anrufbeantworter", "answering_machine"),
    ],
)
def test_who_is_not_reached_is_recorded_by_one_press(
    quick_desk: Desk, page: Page, answer: Answer, words: str, label: str, recorded: str
) -> None:
    quick_desk.line.phone.set_line(CITIZEN, Telephone(answer, after=10))
    page.get_by_role("button", name="Anrufen").click()
    stands(page, "wird aufgebaut")
    quick_desk.works()
    hers = quick_desk.line.phone.rings(ADA).answers().press("1")
    hers.waits(50)
    if answer is Answer.VOICEMAIL:
        stands(page, "Verbunden")
        hers.hangs_up()
    stands(page, words)
    fitting = page.get_by_role("group", name="Das passt wahrscheinlich")
    fitting.get_by_role("button", name=label).press("Enter")
    expect(page.get_by_role("status").filter(has_text="Notiert").first).to_be_visible()
    assert outcome(quick_desk) == recorded


def test_ended_from_the_desk_by_keyboard(quick_desk: Desk, page: Page) -> None:
    page.wait_for_load_state("load")  # the page listens for keys from then on
    page.keyboard.press("r")
    stands(page, "wird aufgebaut")
    quick_desk.works()
    hers = quick_desk.line.phone.rings(ADA).answers().press("1")
    quick_desk.line.phone.rings(CITIZEN).answers()
    stands(page, "Verbunden")
    page.keyboard.press("h")
    stands(page, "wird beendet")
    quick_desk.works()
    assert hers.moved().ended
    stands(page, "Das Gespräch ist beendet")


def test_her_own_voicemail_rings_nobody_and_the_page_says_so(quick_desk: Desk, page: Page) -> None:
    quick_desk.line.phone.set_line(ADA, Telephone(Answer.VOICEMAIL, after=10))
    page.get_by_role("button", name="Anrufen").click()
    stands(page, "wird aufgebaut")
    quick_desk.works()
    quick_desk.line.phone.waits(60)
    stands(page, "die Eins nicht gedrückt")
    expect(page.get_by_role("group", name="Das passt wahrscheinlich")).to_have_count(0)
    expect(page.get_by_role("button", name="Noch einmal anrufen")).to_be_visible()
    assert quick_desk.times_rung(CITIZEN) == 0
