"""The house of the conversation: every step is reached and left, and no path ends without an outcome."""

from __future__ import annotations

import tomllib

import pytest

from intake.kinds import CallOutcome
from intake.profile import Profile
from voice import offer_steps
from voice.flow import NODES_AT_MOST
from voice.measure import seconds
from voice.nodes import WAIT, End, Junction, Question, Work
from voice.prompts import FOLDER, Prompts
from voice.state import Saying, Step
from voice.steps import ALWAYS, FLOW, PRIVACY_MORE, START, ways_from
from voice.wording import PROMPTS

QUESTIONS = [step for step, node in FLOW.items() if isinstance(node, Question)]
NOT_QUESTIONS = [step for step in FLOW if step not in QUESTIONS]


def neighbours(step: Step) -> set[Step]:
    always = ALWAYS.values() if step in QUESTIONS else ()
    return {way.to for way in (*ways_from(step), *always)}


def reachable(start: Step) -> set[Step]:
    seen, ahead = {start}, [start]
    while ahead:
        fresh = neighbours(ahead.pop()) - seen
        seen |= fresh
        ahead += fresh
    return seen


def test_every_step_stands_in_the_table_and_can_be_reached() -> None:
    assert set(FLOW) == set(Step)
    assert reachable(START.to) == set(Step)


@pytest.mark.parametrize("step", Step)
def test_every_step_can_be_left_until_there_is_an_outcome(step: Step) -> None:
    ends = {other for other in reachable(step) if isinstance(FLOW[other], End)}
    assert ends, "no way leads from here to an end"
    assert all(neighbours(other) for other in reachable(step) - ends), "a step without a way out"


def test_every_outcome_that_a_call_can_have_is_some_end() -> None:
    outcomes = {node.outcome for node in FLOW.values() if isinstance(node, End)}
    assert outcomes == set(CallOutcome)


def test_junctions_and_works_never_run_in_circles() -> None:
    """From any way, somebody speaks within the engine's bound: no circle goes without a question."""

    def longest(step: Step, path: tuple[Step, ...] = ()) -> int:
        assert step not in path, f"a circle without a question: {[*path, step]}"
        if not isinstance(FLOW[step], Junction):
            return 1
        return 1 + max(longest(way.to, (*path, step)) for way in ways_from(step))

    assert max(longest(step) for step in Step) <= NODES_AT_MOST


def test_a_work_leads_to_no_other_work_without_a_question() -> None:
    def works_behind(step: Step) -> set[Step]:
        found: set[Step] = set()
        for way in ways_from(step):
            node = FLOW[way.to]
            found |= {way.to} if isinstance(node, Work) else set()
            found |= works_behind(way.to) if isinstance(node, Junction) else set()
        return found

    for step, node in FLOW.items():
        if isinstance(node, Work):
            assert works_behind(step) <= {Step.FILE, Step.FILE_AGAIN}, step


@pytest.mark.parametrize("step", QUESTIONS)
def test_every_question_has_at_most_four_options(step: Step) -> None:
    node = FLOW[step]
    assert isinstance(node, Question)
    if node.keys == 1 and node.options is None:
        keys = sorted(key for key in node.ways if key.isdigit())
        assert keys == [str(number) for number in range(1, len(keys) + 1)], "a gap in the keys"
        assert len(keys) <= 4


def said_keys() -> set[str]:
    """Every prompt that the table names; the options say theirs by families."""
    ways = [way for step in Step for way in ways_from(step)] + [START, *ALWAYS.values()]
    keys = {key for way in ways for key in (*way.first, *way.says)}
    for node in FLOW.values():
        if isinstance(node, Question):
            keys |= set(node.prompts)
        if isinstance(node, End):
            keys |= set(node.says)
    return keys


def test_every_prompt_is_said_and_everything_said_is_a_prompt() -> None:
    families = {"need_1", "need_2", "need_3", "need_4", "menu_language", "language_option", *PRIVACY_MORE}
    families |= {"menu_other_languages", "which_place_none"}
    families |= {f"which_place_{key}" for key in range(1, 5)}
    refusals = {"wrong_key", "cleared", "postcode_incomplete", "postcode_unknown", "reference_incomplete"}
    refusals |= {"number_incomplete", "number_refused", "number_area", "not_heard"}
    to_the_team = {key for key in PROMPTS if key.startswith(("whisper", "ring_"))}
    to_helpers = set(offer_steps.PROMPTS)
    assert said_keys() | families | refusals | to_the_team | to_helpers == set(PROMPTS)


def test_every_language_of_the_profile_has_every_prompt(profile: Profile) -> None:
    for language in profile.languages:
        texts = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
        assert set(texts) == set(PROMPTS)


@pytest.mark.parametrize("step", NOT_QUESTIONS)
def test_only_questions_are_interrupted(step: Step) -> None:
    assert not isinstance(FLOW[step], Question)


def test_the_last_question_and_the_close_fit_into_what_is_kept_for_them(
    profile: Profile, prompts: Prompts
) -> None:
    """The reserve at a call's end is enough for any question with its wait, and any end, in any language."""
    usual = {name: "wort " * 12 for names in PROMPTS.values() for name in names}
    for language in profile.languages:

        def length(key: str, language: str = language) -> float:
            return seconds(prompts.text(Saying(key, language, usual)))

        questions = [length(node.prompts[0]) for node in FLOW.values() if isinstance(node, Question)]
        ends = [sum(map(length, node.says)) for node in FLOW.values() if isinstance(node, End)]
        assert max(questions) + WAIT < 40
        assert max(ends) < 60
