"""ATIF, the agent trajectories of Harbor: steps with a source, where the results stand in the step of their calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.block_messages import block_call, take_each
from winnow.validators.tools.dialects.content_blocks import BlocksError, joined_text, refuse_unknown_keys, text_of
from winnow.validators.tools.dialects.dialect import Dialect, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall

SOURCES = ("system", "user", "agent")
STEP_KEYS = frozenset(
    """
    step_id timestamp source model_name reasoning_effort message reasoning_content tool_calls observation metrics
    is_copied_context llm_call_count extra
    """.split()
)
CALL_KEYS = frozenset({"tool_call_id", "function_name", "arguments", "extra"})
RESULT_KEYS = frozenset({"source_call_id", "content", "extra"})


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether every object is a step with a source and a message."""
    return all(isinstance(step.get("source"), str) and "message" in step for step in messages)


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem; message 1 is the first step."""
    builder = DialogueBuilder()
    take_each(builder, messages, partial(_take, builder))
    return builder.dialogue()


def _take(builder: DialogueBuilder, number: int, step: Message) -> None:
    source = step["source"]
    refuse_unknown_keys(step, STEP_KEYS, of="a step")
    text = canonical_text(joined_text(step["message"], separator="\n"))
    results = _results(step)
    if source == "agent":
        _take_answer(builder, number, step, text)
        for result in results:
            _take_result(builder, number, result)
    elif results or step.get("tool_calls"):
        raise BlocksError(f"calls or results in a step of the {source}")
    elif source == "user":
        builder.add_user(text)
    elif source == "system":
        builder.add_system(number, text)
    else:
        raise BlocksError(f"source {source!r}, expected {', '.join(SOURCES)}")


def _take_answer(builder: DialogueBuilder, number: int, step: Message, text: str) -> None:
    listed = step.get("tool_calls") or []
    if not isinstance(listed, list):
        raise BlocksError("tool_calls is not a list")
    reasoning = step.get("reasoning_content") or ""
    if not isinstance(reasoning, str):
        raise BlocksError("reasoning_content is not text")
    calls = [*map(_call, listed)]
    builder.add_answer(number, text, calls, reasoning=canonical_text(reasoning), train=_is_learned(step))


def _is_learned(step: Message) -> bool:
    """Whether a model made the step in this trajectory, and `extra` does not say that it is not to be learned."""
    extra = step.get("extra")
    marked = isinstance(extra, Mapping) and extra.get("train") is False
    return not (marked or step.get("is_copied_context") is True or step.get("llm_call_count") == 0)


def _call(call: Any) -> SourceCall:
    if not isinstance(call, Mapping):
        raise BlocksError("a call that is not an object")
    name, identity = call.get("function_name"), call.get("tool_call_id")
    if not isinstance(name, str) or not isinstance(identity, str):
        raise BlocksError("a call without the texts function_name and tool_call_id")
    refuse_unknown_keys(call, CALL_KEYS, of="a call")
    return block_call(name, call.get("arguments"), identity)


def _results(step: Message) -> list[Any]:
    observation = step.get("observation")
    if observation is None:
        return []
    results = observation.get("results") if isinstance(observation, Mapping) else None
    if not isinstance(results, list):
        raise BlocksError("an observation without a list of results")
    return results


def _take_result(builder: DialogueBuilder, number: int, result: Any) -> None:
    if not isinstance(result, Mapping):
        raise BlocksError("a result that is not an object")
    if result.get("subagent_trajectory_ref") is not None:
        raise BlocksError("a result in another trajectory (subagent_trajectory_ref)")
    refuse_unknown_keys(result, RESULT_KEYS, of="a result")
    text = canonical_text(joined_text(result.get("content"), separator="\n"))
    call_id = "" if result.get("source_call_id") is None else text_of(result, "source_call_id")
    builder.add_result(number, text, call_id=call_id)


ATIF = Dialect("atif", "the steps of an ATIF trajectory", recognizes, read)
