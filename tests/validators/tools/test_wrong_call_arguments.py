from __future__ import annotations

import pytest

from tests.support.answer_mutations import THREE, Mutation, check_mutation, event, table, without
from tests.support.judged_dialogues import (
    ALTERNATIVES,
    BANK,
    DENTIST,
    EVENT,
    FERNS,
    FOLLOWED,
    MOVED,
    NESTED,
    PARALLEL,
    TABLE,
    calls,
)
from winnow.core.answer_vocabulary import AnswerErrorType as E
from winnow.core.answer_vocabulary import AnswerLevel

FORMAT, SCHEMA, KNOWN, COUNT, NAMES, VALUES = AnswerLevel

MUTATIONS = {
    "a required argument left out": Mutation(
        EVENT,
        calls(("create_event", without(DENTIST, "date"))),
        SCHEMA,
        E.MISSING_ARGUMENT,
        "create_event:date",
        "it is missing; expected: a value, because it is required",
    ),
    "an optional argument left out": Mutation(
        EVENT,
        calls(("create_event", without(DENTIST, "duration"))),
        VALUES,
        E.MISSING_ARGUMENT,
        "create_event:duration",
        "left out, expected 45",
    ),
    "an argument renamed": Mutation(
        EVENT,
        calls(("create_event", {**without(DENTIST, "start_time"), "time": "15:00"})),
        SCHEMA,
        E.MISSING_ARGUMENT,
        "create_event:start_time",
        "required",
        (E.INVENTED_ARGUMENT,),
    ),
    "an argument that no schema has": Mutation(
        EVENT,
        event(color="red"),
        SCHEMA,
        E.INVENTED_ARGUMENT,
        "create_event:color",
        '"red"; expected: one of',
    ),
    "an optional argument that nobody gave": Mutation(
        EVENT,
        event(location="Main Street"),
        VALUES,
        E.INVENTED_ARGUMENT,
        "create_event:location",
        'found "Main Street", expected no such argument',
    ),
    "a null": Mutation(
        EVENT, event(private=None), SCHEMA, E.WRONG_TYPE, "create_event:private", "null; expected: true"
    ),
    # types
    "a number as text": Mutation(
        EVENT, event(duration="45"), SCHEMA, E.WRONG_TYPE, "create_event:duration", "write 45"
    ),
    "a float for an integer": Mutation(
        EVENT, event(duration=45.0), SCHEMA, E.WRONG_TYPE, "create_event:duration", "45.0"
    ),
    "true for an integer": Mutation(EVENT, event(duration=True), SCHEMA, E.WRONG_TYPE, "create_event:duration", "true"),
    "a boolean as text": Mutation(EVENT, event(private="true"), SCHEMA, E.WRONG_TYPE, "create_event:private", "quotes"),
    "a number for text": Mutation(
        EVENT, event(title=7), SCHEMA, E.WRONG_TYPE, "create_event:title", "7; expected: a string"
    ),
    "a list for text": Mutation(
        EVENT, event(title=["Dentist"]), SCHEMA, E.WRONG_TYPE, "create_event:title", "a string"
    ),
    "a list as text": Mutation(NESTED, table(guests='["Ann"]'), SCHEMA, E.WRONG_TYPE, "reserve_table:guests", "a list"),
    "a type inside a list": Mutation(
        NESTED,
        table(guests=[{"name": "Ann", "seats": "2"}, {"name": "Bo"}]),
        SCHEMA,
        E.WRONG_TYPE,
        "reserve_table:guests[0].seats",
        "an integer",
    ),
    # values
    "a value outside an enumeration": Mutation(
        PARALLEL,
        calls(THREE[0], THREE[1], ("get_weather", {"location": "Oslo", "units": "kelvin"})),
        SCHEMA,
        E.INVALID_VALUE,
        "get_weather:units",
        '"kelvin"; expected: "celsius" or "fahrenheit"',
    ),
    "a date in another form": Mutation(
        EVENT, event(date="March 9"), SCHEMA, E.INVALID_VALUE, "create_event:date", "2025-02-28"
    ),
    "a date that does not exist": Mutation(
        EVENT, event(date="2026-02-30"), SCHEMA, E.INVALID_VALUE, "create_event:date"
    ),
    "a time in another form": Mutation(
        EVENT, event(start_time="3 pm"), SCHEMA, E.INVALID_VALUE, "create_event:start_time", "pattern"
    ),
    "a number below the minimum": Mutation(
        EVENT, event(duration=0), SCHEMA, E.INVALID_VALUE, "create_event:duration", "at least 1"
    ),
    "another date": Mutation(
        EVENT,
        event(date="2026-03-10"),
        VALUES,
        E.WRONG_VALUE,
        "create_event:date",
        'found "2026-03-10", expected "2026-03-09"',
    ),
    "another number": Mutation(
        EVENT, event(duration=60), VALUES, E.WRONG_VALUE, "create_event:duration", "found 60, expected 45"
    ),
    "another text": Mutation(
        EVENT, event(title="Doctor"), VALUES, E.WRONG_VALUE, "create_event:title", 'found "Doctor"'
    ),
    "a value that is not accepted": Mutation(
        ALTERNATIVES,
        calls(("create_task", {"title": "Rome", "due_date": "2026-03-05"})),
        VALUES,
        E.WRONG_VALUE,
        "create_task:title",
        'found "Rome", expected "Pack for Rome" or "Pack" or "Packing for Rome"',
    ),
    "a wrong value of an accepted call": Mutation(
        ALTERNATIVES,
        calls(("get_weather", {"location": "Paris"})),
        VALUES,
        E.WRONG_VALUE,
        "get_weather:location",
        'found "Paris", expected "Rome" or "Roma"',
    ),
    "values of two calls exchanged": Mutation(
        PARALLEL,
        calls(
            ("create_task", {**FERNS, "due_date": "2026-03-04"}), ("create_task", without(BANK, "due_date")), THREE[2]
        ),
        VALUES,
        E.INVENTED_ARGUMENT,
        "create_task:due_date",
        "no such argument",
        (E.MISSING_ARGUMENT,),
    ),
    "another id": Mutation(
        FOLLOWED,
        calls(("update_event", {**MOVED, "event_id": "evt_4F7b"})),
        VALUES,
        E.WRONG_VALUE,
        "update_event:event_id",
    ),
    "an id in another case": Mutation(
        FOLLOWED,
        calls(("update_event", {**MOVED, "event_id": "EVT_4F7A"})),
        VALUES,
        E.WRONG_VALUE,
        "update_event:event_id",
    ),
    "a value inside an object": Mutation(
        NESTED,
        table(wishes={"area": "by the window", "quiet": False}),
        VALUES,
        E.WRONG_VALUE,
        "reserve_table:wishes.quiet",
        "found false, expected true",
    ),
    "a value inside an object in a list": Mutation(
        NESTED,
        table(guests=[{"name": "Eve", "seats": 2}, {"name": "Bo"}]),
        VALUES,
        E.WRONG_VALUE,
        "reserve_table:guests[0].name",
    ),
    "a property left out": Mutation(
        NESTED, table(wishes={"quiet": True}), VALUES, E.MISSING_ARGUMENT, "reserve_table:wishes.area", "left out"
    ),
    "a property that no schema has": Mutation(
        NESTED,
        table(wishes={**TABLE["wishes"], "view": "sea"}),
        SCHEMA,
        E.INVENTED_ARGUMENT,
        "reserve_table:wishes.view",
    ),
    "another order of a list": Mutation(
        NESTED,
        table(guests=TABLE["guests"][::-1]),
        VALUES,
        E.WRONG_VALUE,
        "reserve_table:guests[0].name",
        "",
        (E.MISSING_ARGUMENT, E.WRONG_VALUE, E.INVENTED_ARGUMENT),
    ),
    "an element left out of a list": Mutation(
        NESTED, table(guests=TABLE["guests"][:1]), VALUES, E.WRONG_VALUE, "reserve_table:guests", '"Bo"'
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_wrong_argument_is_typed_as_what_it_is(name: str) -> None:
    check_mutation(MUTATIONS[name])
