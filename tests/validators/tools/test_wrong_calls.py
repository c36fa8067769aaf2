from __future__ import annotations

import pytest

from tests.support.answer_mutations import REFUSAL, THREE, Mutation, check_mutation
from tests.support.judged_dialogues import (
    AFTER_RESULT,
    ANSWERED,
    ASK,
    DENTIST,
    DIRECT,
    EVENT,
    FERNS,
    FOLLOWED,
    GENERAL,
    MOVED,
    PARALLEL,
    UNABLE,
    calls,
)
from winnow.core.answer_vocabulary import AnswerErrorType as E
from winnow.core.answer_vocabulary import AnswerLevel

FORMAT, SCHEMA, KNOWN, COUNT, NAMES, VALUES = AnswerLevel

MUTATIONS = {
    # tools
    "an invented tool": Mutation(
        EVENT,
        calls(("create_evnt", DENTIST)),
        KNOWN,
        E.INVENTED_TOOL,
        "create_event",
        "'create_evnt', which is not offered, expected a call of 'create_event'; did you mean 'create_event'?",
    ),
    "an invented tool where text is expected": Mutation(
        ANSWERED,
        calls(("search_web", {"query": "leap year"})),
        KNOWN,
        E.INVENTED_TOOL,
        "search_web",
        "not offered",
        (E.CALLED,),
    ),
    "a call where no tools are offered": Mutation(
        GENERAL,
        calls(("create_task", FERNS)),
        KNOWN,
        E.INVENTED_TOOL,
        "create_task",
        "no tools are offered",
        (E.CALLED,),
    ),
    "another tool": Mutation(
        EVENT,
        calls(("create_task", {"title": "Dentist"})),
        NAMES,
        E.WRONG_TOOL,
        "create_event",
        "found a call of 'create_task', expected one of 'create_event'",
    ),
    "another tool among parallel calls": Mutation(
        PARALLEL,
        calls(THREE[2], THREE[0], ("delete_event", {"event_id": "evt_1"})),
        NAMES,
        E.WRONG_TOOL,
        "create_task",
        "found a call of 'delete_event', expected one of 'create_task'",
    ),
    "another tool with invalid arguments": Mutation(
        EVENT,
        calls(("update_event", DENTIST)),
        SCHEMA,
        E.MISSING_ARGUMENT,
        "update_event:event_id",
        "required",
        (E.INVENTED_ARGUMENT, E.INVENTED_ARGUMENT, E.WRONG_TOOL),
    ),
    # counts
    "a call left out": Mutation(
        PARALLEL,
        calls(*THREE[:2]),
        COUNT,
        E.MISSING_CALL,
        "get_weather",
        "found 2 calls (create_task, create_task), expected 3 calls (create_task, create_task, get_weather)",
    ),
    "one of two calls of a tool left out": Mutation(
        PARALLEL, calls(THREE[1], THREE[2]), COUNT, E.MISSING_CALL, "create_task", "found 2 calls"
    ),
    "a call twice": Mutation(
        EVENT,
        calls(("create_event", DENTIST), ("create_event", DENTIST)),
        COUNT,
        E.EXTRA_CALL,
        "create_event",
        "found 2 calls (create_event, create_event), expected 1 call (create_event)",
    ),
    "one more call": Mutation(
        EVENT, calls(("create_task", FERNS), ("create_event", DENTIST)), COUNT, E.EXTRA_CALL, "create_task"
    ),
    "a call where a question is expected": Mutation(
        ASK,
        calls(("update_event", MOVED)),
        COUNT,
        E.CALLED,
        "update_event",
        "found 1 call (update_event), expected ask",
    ),
    "a call where a refusal is expected": Mutation(
        UNABLE, calls(("create_task", FERNS)), COUNT, E.CALLED, "create_task"
    ),
    "two calls after a result": Mutation(
        AFTER_RESULT, calls(THREE[0], THREE[1]), COUNT, E.CALLED, "create_task", "expected direct", (E.CALLED,)
    ),
    "text where a call is expected": Mutation(
        EVENT,
        "Done, it is in your calendar.",
        COUNT,
        E.DID_NOT_CALL,
        "create_event",
        "found text (direct), expected 1 call (create_event)",
    ),
    "a question where a call is expected": Mutation(
        FOLLOWED, "Which event id?", COUNT, E.DID_NOT_CALL, "update_event", "found text (ask)"
    ),
    "text where three calls are expected": Mutation(
        PARALLEL,
        REFUSAL,
        COUNT,
        E.DID_NOT_CALL,
        "create_task",
        "found text (unable)",
        (E.DID_NOT_CALL, E.DID_NOT_CALL),
    ),
    # text
    "an answer where a question is expected": Mutation(
        ASK, "I moved it.", VALUES, E.DID_NOT_ASK, "", "'direct', expected 'ask'"
    ),
    "a refusal where a question is expected": Mutation(
        ASK, REFUSAL, VALUES, E.DID_NOT_ASK, "", "'unable', expected 'ask'"
    ),
    "an answer where a refusal is expected": Mutation(
        UNABLE, "A pizza is on its way.", VALUES, E.WRONG_BEHAVIOR, "", "expected 'unable'"
    ),
    "a question where a refusal is expected": Mutation(
        UNABLE, "Which title should it have?", VALUES, E.WRONG_BEHAVIOR, "", "'ask'"
    ),
    "a refusal where an answer is expected": Mutation(
        ANSWERED, REFUSAL, VALUES, E.WRONG_BEHAVIOR, "", "expected 'direct'"
    ),
    "a refusal after a result": Mutation(AFTER_RESULT, REFUSAL, VALUES, E.WRONG_BEHAVIOR, "", "expected 'direct'"),
    "nothing where text is expected": Mutation(DIRECT, "", FORMAT, E.EMPTY, "", "expected direct"),
    "nothing where a call is expected": Mutation(EVENT, " \n", FORMAT, E.EMPTY, "", "expected create_event"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_wrong_call_is_typed_as_what_it_is(name: str) -> None:
    check_mutation(MUTATIONS[name])
