"""The evidence of rules in words, and which labels a dialogue could have."""

from __future__ import annotations

from winnow.core.label_error_evidence import EvidenceKind
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.label_evidence import could_be_labeled, dialogue_evidence
from winnow.validators.tools.same_question import AnsweredDialogue

PARAMETERS = {
    "type": "object",
    "properties": {"task_id": {"type": "string"}, "priority": {"type": "string", "enum": ["low", "high"]}},
    "required": ["task_id"],
}
TOOLS = (Tool("complete_task", "", PARAMETERS), Tool("delete_task", "", PARAMETERS))


def answered(identity: str, name: str, *, train: bool = True, **arguments: str) -> AnsweredDialogue:
    calling = Turn(Role.ASSISTANT, calls=(Call("call_1", name, arguments),), train=train)
    turns = (Turn(Role.USER, "Take task_7 off my list"), calling)
    return AnsweredDialogue(identity, name, Dialogue(turns, TOOLS))


def test_the_same_question_names_the_other_record_and_its_label() -> None:
    records = [answered("b1", "complete_task", task_id="task_7"), answered("a1", "delete_task", task_id="task_7")]
    first, second = dialogue_evidence(records, "")
    assert [(one.kind, one.strong, one.proposed) for one in first] == [
        (EvidenceKind.SAME_QUESTION, True, "delete_task")
    ]
    assert "record a1 with the same turns of the user: delete_task" in first[0].why
    assert second[0].proposed == "complete_task"


def test_an_invented_id_is_strong_and_an_unnamed_choice_weak() -> None:
    (found,) = dialogue_evidence([answered("a", "delete_task", task_id="task_9", priority="low")], "")
    assert [(one.kind, one.strong) for one in found] == [
        (EvidenceKind.GROUNDING, True),
        (EvidenceKind.GROUNDING, False),
    ]
    assert found[0].why.startswith("turn 2, call_1, task_id: ")


def test_calls_that_are_not_learned_need_no_grounds() -> None:
    assert dialogue_evidence([answered("a", "delete_task", train=False, task_id="task_9")], "") == [[]]


def test_only_offered_tools_can_be_the_label() -> None:
    turns = (Turn(Role.USER, "Hello"), Turn(Role.ASSISTANT, "Hello, what can I do?"))
    offered, nothing = Dialogue(turns, TOOLS), Dialogue(turns)
    assert could_be_labeled(offered, "complete_task+delete_task")
    assert could_be_labeled(offered, "ask")
    assert not could_be_labeled(offered, "complete_task+send_email")
    assert not could_be_labeled(offered, "general")
    assert could_be_labeled(nothing, "general")
    assert not could_be_labeled(nothing, "unable")


def test_a_request_without_an_answer_has_no_label() -> None:
    request = (Turn(Role.USER, "Hello"),)
    assert not could_be_labeled(Dialogue(request, TOOLS), "ask")
    assert not could_be_labeled(Dialogue(request), "general")
