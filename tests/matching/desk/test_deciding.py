"""Deciding with open eyes: several asked, two compared, why not her, never again, the clear ones at once."""

from __future__ import annotations

import sqlalchemy as sa

from intake.lifecycle import ProposalStatus, RequestStatus
from intake.models import Helper
from intake.staff_roles import Role
from matching.exclusion_models import Exclusion, Side
from matching.models import Proposal
from tests.matching.district import HOFGEISMAR, WOLFHAGEN

from .conftest import Matching

S = ProposalStatus


def test_several_are_asked_at_once_and_a_reason_is_kept_where_it_is_needed(matching: Matching) -> None:
    first, second, third = (str(each) for each in matching.ids)
    page = matching.opens().presses("Die Angekreuzten fragen").sees("Bitte wählen Sie jemanden aus.")
    page.presses("Die Angekreuzten fragen", proposal=[second, third], reason="")
    page.sees("warum Sie nicht den ersten Vorschlag nehmen")
    assert page.status == 409
    page.presses("Die Angekreuzten fragen", proposal=[first, second], reason="").sees(
        "Ausgewählt. Bis die Fragen"
    )
    assert [matching.status(place) for place in range(3)] == [S.APPROVED, S.APPROVED, S.PROPOSED]


def test_the_next_may_be_asked_without_asking_again(matching: Matching) -> None:
    matching.opens().presses("Auswählen und fragen", auto_next="1")
    with matching.district.db.read() as db:
        assert db.get_one(Proposal, matching.ids[0]).auto_next


def test_two_are_compared_side_by_side(matching: Matching) -> None:
    first, second, _third = (str(each) for each in matching.ids)
    page = matching.opens().presses("Zwei vergleichen", proposal=[first])
    page.sees("Bitte kreuzen Sie genau zwei an.")
    page.presses("Zwei vergleichen", proposal=[first, second])
    page.sees("Zwei im Vergleich", "Frau Nachbarin 1", "Frau Nachbarin", "Entfernung", "derselben Gemeinde")
    page.sees("Ist für dieses Anliegen vorgeschlagen.", "Punkte weniger, vor allem bei: Entfernung")
    page.opens(f"/desk/matching/{matching.request}/compare?helper=1").sees("Wartet seit")
    page.opens(f"/desk/matching/{matching.request}/compare?helper=1&helper=99999")
    assert page.status == 404


def test_why_not_tells_of_anybody(matching: Matching) -> None:
    far = matching.district.offers("06633002", "+4915228800001", name="Frau Fern", radius_km=5, categories=[])
    lead = matching.district.offers(WOLFHAGEN, "+4915228800002", name="Herr Neu", status="lead")
    assert far != lead
    page = matching.opens().presses("Nachsehen", who="Fern").sees("Frau Fern", "kommt nicht in Frage")
    page.sees("Bietet „Einkaufen“ nicht an.", "hilft aber nur im Umkreis von 5 km.")
    page.presses("Nachsehen", who="Neu").sees("Herr Neu", "Ist zurzeit nicht aktiv.")
    page.presses("Nachsehen", who="Nachbarin 2").sees("von 100 Punkten", "Punkte weniger")
    page.presses("Nachsehen", who="Nachbarin 1").sees("Ist für dieses Anliegen vorgeschlagen.")
    page.presses("Nachsehen", who="Niemand").sees("Niemand gefunden.")


def test_whoever_no_rule_bars_can_be_asked_with_a_reason(matching: Matching) -> None:
    for place in range(3):
        name, number = f"Herr Nachbar {place}", f"+4915228800{place:03}"
        matching.district.offers(WOLFHAGEN, number, name=name, capacity=3)
    known = matching.district.offers(HOFGEISMAR, "+4915228800010", name="Frau Bekannt", radius_km=60)
    barred = matching.district.offers(HOFGEISMAR, "+4915228800011", name="Frau Fern", radius_km=5)
    matching.district.refreshes()
    assert known not in {row.helper_id for row in matching.district.proposals(matching.request)}
    page = matching.opens().presses("Nachsehen", who="Bekannt").sees("Frau Bekannt", "Punkte weniger")
    page.presses("Auswählen und fragen", reason=" ").sees("Bitte schreiben Sie, warum Sie nicht den ersten")
    assert (page.status, matching.district.proposals(matching.request, S.APPROVED)) == (409, [])
    page.presses("Auswählen und fragen", reason="ist ihre Nichte").sees("Ausgewählt.", "Frau Bekannt")
    (asked,) = matching.district.proposals(matching.request, S.APPROVED)
    assert (asked.helper_id, asked.rank, asked.reason) == (known, 6, "ist ihre Nichte")
    page.presses("Auswahl zurücknehmen").sees("Platz 6 Frau Bekannt", "Punkte weniger")
    page.presses("Nachsehen", who="Bekannt").presses("Auswählen und fragen", reason="doch")
    matching.district.refreshes()
    assert [row.id for row in matching.district.proposals(matching.request, S.APPROVED)] == [asked.id]
    page.presses("Hat abgesagt")
    token = page._page.forms[0].fields["csrf_token"]
    for request, told in ((matching.request, 409), (999, 404)):
        path, sent = f"/desk/matching/{request}/choose/{barred}", {"reason": "bitte", "csrf_token": token}
        assert page.client.post(path, data=sent).status_code == told
    assert not matching.district.proposals(matching.request, S.APPROVED)


def test_why_not_is_answered_while_somebody_is_being_asked(matching: Matching) -> None:
    path = f"/desk/matching/{matching.request}/why-not?who=Nachbarin"
    page = matching.opens().presses("Auswählen und fragen").opens(path).sees("Frau Nachbarin 2")
    page.opens(f"/desk/matching/{matching.request}").presses("Hat zugesagt").opens(path)
    assert page.status == 404, "nothing is to be weighed any more"


def test_never_again_keeps_two_apart_in_every_later_request(matching: Matching) -> None:
    matching.opens().presses("Ablehnen", reason="Streit", never="seeker").sees("Abgelehnt.")
    with matching.district.db.read() as db:
        exclusion = db.scalars(sa.select(Exclusion)).one()
        assert exclusion.side is Side.SEEKER
        named = db.get_one(Helper, exclusion.helper_id).name
    assert named == "Frau Nachbarin 1"
    assert "excluded" in matching.actions()
    matching.district.refreshes()
    page = matching.opens().presses("Nachsehen", who="Nachbarin 1")
    page.sees("Diese Person möchte die Helferin oder den Helfer nicht wieder.")


def test_what_is_clear_is_approved_with_one_press_and_the_rest_is_not_offered(matching: Matching) -> None:
    alone = matching.district.needs(category="driving", ags=WOLFHAGEN)
    drives = {"categories": ["driving"], "capacity": 3}
    matching.district.offers(WOLFHAGEN, "+4915228800003", name="Herr Fahrer", **drives)
    matching.district.offers(HOFGEISMAR, "+4915228800004", name="Frau Weit", radius_km=60, **drives)
    with matching.district.db.write() as db:
        for helper in db.scalars(sa.select(Helper)):
            if (helper.name or "").startswith("Frau Nachbarin"):
                helper.vetted = ["shopping"]
    matching.district.refreshes()
    page = matching.page.opens("/desk/matching/").follows("1 eindeutiger Vorschlag")
    page.sees("Fahrt oder Begleitung, Wolfhagen", "Herr Fahrer").sees_nothing_of("Frau Nachbarin")
    other = matching.desk.enter(matching.desk.person("ben", role=Role.COORDINATOR)).opens(
        "/desk/matching/clear/"
    )
    page.presses("Die Angekreuzten fragen").sees("1 Frage geht hinaus.", "Gerade ist nichts eindeutig.")
    (asked,) = matching.district.proposals(alone, S.APPROVED)
    with matching.district.db.read() as db:
        assert db.get_one(Helper, asked.helper_id).name == "Herr Fahrer"
    other.presses("Die Angekreuzten fragen").sees(
        "1 Vorschlag hat sich inzwischen geändert und blieb liegen."
    )
    assert matching.district.status(matching.request) is RequestStatus.PROPOSED


def test_where_nobody_fits_the_groups_of_the_place_are_named(matching: Matching) -> None:
    page = matching.page.opens("/desk/groups/new")
    page.presses(
        "Speichern",
        name="Fahrdienst Hofgeismar",
        contact_name="Frau Vorstand",
        contact_number="05671 5550177",
        municipalities=[HOFGEISMAR],
        categories=["medicine"],
    )
    lonely = matching.district.needs(category="medicine", ags=HOFGEISMAR)
    page.opens(f"/desk/matching/{lonely}").sees("Diese Gruppen helfen dort", "Fahrdienst Hofgeismar")
    page.presses("Weitergeben", taker="").sees("Bitte wählen Sie, wer das Anliegen übernimmt.")
    page.presses("Weitergeben", taker="group:1", note="bitte bald").sees("Weitergegeben.")
    page.sees("Wocheneinkauf")  # the next one to decide is there at once
    page.opens(f"/desk/matching/{lonely}").sees("weitergegeben").sees_nothing_of("Diese Gruppen helfen")
    assert matching.district.status(lonely) is RequestStatus.HANDED_ON
    assert matching.actions()[-1] == "request_handed_on"


def test_nobody_hands_on_what_somebody_is_being_asked_about(matching: Matching) -> None:
    page = matching.opens()
    taker = page.choices("taker")[-1]
    other = matching.desk.enter(matching.desk.person("ben", role=Role.COORDINATOR))
    other.opens(f"/desk/matching/{matching.request}").presses("Auswählen und fragen")
    page.presses("Weitergeben", taker=taker).sees("Es wird schon jemand gefragt.")
    assert (page.status, matching.district.status(matching.request)) == (409, RequestStatus.PROPOSED)


def test_the_drawing_shows_where_who_waits_and_lives(matching: Matching) -> None:
    page = matching.page.opens("/desk/matching/")
    assert "Wolfhagen: 1" in page.text
    page.follows("Einkaufen, Wolfhagen")
    assert "Karte: wo das Anliegen ist" in page.text
