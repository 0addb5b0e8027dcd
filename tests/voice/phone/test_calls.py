"""A call from dialling to its end: verbs, hang-ups, status callbacks."""

import pytest

from voice.phone.carrier import Answer, Line

OPERATOR = "+4956110031180"


def say(text):
    return f"<Response><Say>{text}</Say></Response>"


def test_an_unanswered_document_is_asked_for_while_ringing(hotline, phone):
    hotline.serve("/answer", say("Guten Tag."))
    call = phone.dial("anonymous").hears("Guten Tag.")
    first = hotline.asked("/answer")[0]
    assert (first["CallStatus"], first["From"], first["FromCountry"]) == ("ringing", "anonymous", "")
    assert call.ended
    assert call.call.status == "completed"


def test_a_forwarded_call_tells_who_forwarded_it(hotline, phone):
    hotline.serve("/answer", say("Hallo."))
    phone.dial(forwarded_from="+495692123", caller_name="Rathaus")
    first = hotline.asked("/answer")[0]
    assert (first["ForwardedFrom"], first["CallerName"]) == ("+495692123", "Rathaus")


def test_two_words_last_one_second_a_pause_its_length_and_a_recording_three(hotline, phone):
    hotline.serve("/answer", "<Response><Say>Guten Tag</Say><Pause length='4'/><Play>a.mp3</Play></Response>")
    call = phone.dial().listens()
    assert call.seconds == pytest.approx(1 + 4 + 3)
    assert ("hotline", f"{hotline.base}/a.mp3", 5.0) in call.transcript


def test_loops_are_heard_again(hotline, phone):
    hotline.serve("/answer", "<Response><Say loop='3'>Hallo</Say></Response>")
    assert phone.dial().hears("Hallo Hallo Hallo").seconds == pytest.approx(1.5)


def test_redirect_is_relative_to_the_document(hotline, phone):
    hotline.serve("/answer", "<Response><Redirect>menu/one</Redirect></Response>")
    hotline.serve("/menu/one", "<Response><Redirect method='GET'>two?lang=de</Redirect></Response>")
    hotline.serve("/menu/two", say("Angekommen."))
    phone.dial().hears("Angekommen.")
    assert hotline.asked("/menu/one")[0]["CallStatus"] == "in-progress"


def test_documents_without_end_or_pause_are_stopped(hotline, phone):
    hotline.serve("/answer", "<Response><Redirect>/answer</Redirect></Response>")
    assert phone.dial().call.status == "failed"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_reject_first_never_answers(hotline, phone, reason, status):
    hotline.serve("/answer", f'<Response><Reject reason="{reason}"/></Response>')
    call = phone.dial()
    assert call.call.status == status
    assert call.call.answered_at is None


def test_hanging_up_posts_completed_with_the_duration(hotline, phone):
    hotline.serve("/answer", "<Response><Pause length='60'/></Response>")
    phone.dial().waits(12).hangs_up()
    (told,) = hotline.asked("/status")
    assert (told["CallStatus"], told["CallDuration"], told["SequenceNumber"]) == ("completed", "12", "0")
    assert told["CallbackSource"] == "call-progress-events"
    assert told["Timestamp"].startswith("Mon, 02 Mar 2026 09:00:12")


def test_hanging_up_while_the_hotline_works_loses_only_its_answer(hotline, phone):
    hotline.serve("/answer", "<Response><Gather numDigits='1' action='/next'/></Response>")
    hotline.serve("/next", say("Das hört niemand."))
    call = phone.dial().hangs_up_after("1").hears_nothing_of("niemand")
    assert call.ended
    assert hotline.asked("/next")[0]["Digits"] == "1"
    assert [told["CallStatus"] for told in hotline.asked("/status")] == ["completed"]


# Record


def test_record_ends_by_key_and_tells_where_the_recording_is(hotline, phone):
    hotline.serve("/answer", "<Response><Record action='/recorded' finishOnKey='#'/></Response>")
    hotline.serve("/recorded", say("Danke."))
    phone.dial().waits(8).press("#").hears("Danke.")
    told = hotline.asked("/recorded")[0]
    assert (told["RecordingDuration"], told["Digits"]) == ("8", "#")
    assert told["RecordingUrl"].endswith(told["RecordingSid"])


def test_record_tells_a_hang_up_as_a_digit(hotline, phone):
    hotline.serve("/answer", "<Response><Record action='/recorded'/><Say>Nie.</Say></Response>")
    phone.dial().waits(8).hangs_up()
    told = hotline.asked("/recorded")[0]
    assert (told["Digits"], told["CallStatus"]) == ("hangup", "completed")


def test_an_empty_recording_goes_on_with_the_next_verb(hotline, phone):
    hotline.serve("/answer", "<Response><Record action='/recorded'/><Say>Weiter.</Say></Response>")
    phone.dial().barges_in("#").hears("Weiter.")
    assert hotline.asked("/recorded") == []


# Dial

DIAL = """<Response><Dial action="/dialled" timeout="20" callerId="+4956110031177">
<Number url="/whisper" statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">
+4956110031180</Number></Dial></Response>"""
WHISPER = """<Response><Gather numDigits="1" timeout="5" action="/accept">
<Say>Anruf, Taste eins.</Say></Gather><Hangup/></Response>"""


@pytest.fixture
def transfer(hotline):
    hotline.serve("/answer", DIAL)
    hotline.serve("/whisper", WHISPER)
    hotline.serve("/accept", "<Response/>")
    hotline.serve("/dialled", say("Zurück."))
    hotline.serve("/leg", "<Response/>")


def test_dial_whispers_to_the_called_side_and_connects_on_its_key(hotline, phone, transfer):
    caller = phone.dial()
    operator = phone.rings(OPERATOR).answers().hears("Anruf, Taste eins.").press("1")
    assert operator.call.bridged
    assert "Taste eins" not in str(caller.transcript)
    caller.waits(30)
    operator.hangs_up()
    caller.hears("Zurück.")
    told = hotline.asked("/dialled")[0]
    assert (told["DialCallStatus"], told["DialCallDuration"], told["DialBridged"]) == (
        "completed",
        "30",
        "true",
    )
    legs = hotline.asked("/leg")
    assert [leg["CallStatus"] for leg in legs] == ["initiated", "ringing", "in-progress", "completed"]
    assert [leg["SequenceNumber"] for leg in legs] == ["0", "1", "2", "3"]
    assert hotline.asked("/whisper")[0]["ParentCallSid"] == caller.call.sid


def test_a_voicemail_presses_no_key_and_is_not_connected(hotline, phone, transfer):
    phone.set_line(OPERATOR, Line(Answer.VOICEMAIL, after=8))
    phone.dial().waits(20).hears("Zurück.")
    assert hotline.asked("/dialled")[0]["DialCallStatus"] == "no-answer"


@pytest.mark.parametrize(
    ("line", "status"),
    [(Line(Answer.BUSY), "busy"), (Line(Answer.NO_ANSWER), "no-answer"), (Line(Answer.FAILED), "failed")],
)
def test_dial_tells_why_nobody_was_reached(hotline, phone, transfer, line, status):
    phone.set_line(OPERATOR, line)
    phone.dial().waits(25).hears("Zurück.")
    assert hotline.asked("/dialled")[0]["DialCallStatus"] == status


def test_a_caller_who_hangs_up_ends_the_called_side_too(hotline, phone, transfer):
    caller = phone.dial()
    operator = phone.rings(OPERATOR)
    caller.hangs_up()
    assert operator.call.status == "canceled"
    told = hotline.asked("/dialled")[0]
    assert (told["DialCallStatus"], told["CallStatus"]) == ("canceled", "completed")


def test_several_numbers_ring_at_once_and_the_first_wins(hotline, phone, transfer):
    other = "+4956110031181"
    hotline.serve(
        "/answer",
        f'<Response><Dial action="/dialled"><Number>{OPERATOR}</Number>'
        f"<Number>{other}</Number></Dial></Response>",
    )
    phone.dial()
    first, second = phone.rings(OPERATOR), phone.rings(other)
    second.answers()
    assert second.call.bridged
    assert first.call.status == "canceled"
