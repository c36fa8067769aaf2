"""Of the contrasts that rules make, a plan takes those that a quota still lacks."""

from __future__ import annotations

from winnow.core.quota_names import QuotaName
from winnow.generators.pick_contrasts import ContrastPicker
from winnow.generators.plan_part import PlanPart
from winnow.generators.plan_quotas import Quota
from winnow.generators.proposal import Proposal
from winnow.validators.kinds.tools import content_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

ADD = Tool("add", "", {"type": "object", "properties": {"day": {"type": "string"}}, "required": []})
DROP = Tool("drop", "", {"type": "object", "properties": {}})


def proposal(label: str, seed: str, **arguments: str) -> Proposal:
    names = [name for name in label.split("+") if name in ("add", "drop")]
    calls = tuple(Call(f"call_{i}", name, arguments if name == "add" else {}) for i, name in enumerate(names))
    turns = (Turn(Role.USER, f"Please, {seed}."), Turn(Role.ASSISTANT, "Yes.", calls))
    return Proposal(content_of(Dialogue(turns, (ADD, DROP))), label, seed=seed)


def picker(*lacking: tuple[QuotaName, str, int]) -> ContrastPicker:
    labels = {"s1": "add", "s2": "drop", "s3": "add"}
    made = ContrastPicker({"add": ADD, "drop": DROP}, PlanPart("p1", "rules"), labels)
    for name, of, count in lacking:
        made.lacks(Quota(name, of, count), count)
    return made


def test_a_quota_takes_as_many_as_it_lacks_and_no_other_dialogue_enters() -> None:
    one = picker((QuotaName.BEHAVIORS, "ask", 2))
    asked = [proposal("ask", seed) for seed in ("s1", "s2", "s3")]
    assert one.facts == {"plan_id": "p1", "plan_step": "rules", "missing": {"behaviors ask": 2}}
    assert one.pick([proposal("add", "s1"), *asked]) == asked[:2]
    assert one.pick(asked) == []


def test_one_dialogue_fills_every_quota_that_it_counts_for() -> None:
    one = picker((QuotaName.COMPOUND, "", 1), (QuotaName.ARGUMENTS, "add.day", 1))
    both, same = proposal("add+drop", "s1", day="today"), proposal("add", "s2", day="today")
    assert one.pick([both, same]) == [both]


def test_a_contrast_counts_as_a_pair_with_its_seed() -> None:
    one = picker((QuotaName.CONTRASTS, "add,drop", 2))
    other, compound, same = proposal("drop", "s1"), proposal("add+drop", "s2"), proposal("add", "s3")
    assert one.pick([same, other, compound]) == [other, compound]
    assert one.pick([proposal("drop", "s3")]) == []
