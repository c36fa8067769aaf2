"""How often Winnow's judgment of an answer is that of the Berkeley Function Calling Leaderboard's own checker.

    python3 -m venv referee && referee/bin/pip install --no-deps bfcl-eval
    python -m benchmarks.bfcl_agreement referee/bin/python [--differences FILE]

The questions and possible answers are those of the package. Each expected answer is changed in many ways, and both
judge every answer: the checker gets the calls, Winnow their text in a call format. `--differences` writes every answer
that they judge differently.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bfcl_causes import Cause, cause_of
from benchmarks.bfcl_data import BfclQuestion, LeftOutQuestion, read_questions
from benchmarks.bfcl_mutations import Answer, mutated_answers
from winnow.core.model_vocabulary import CallFormatName
from winnow.validators.tools.answer_judgment import AnswerJudgment
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.call_formats import CALL_FORMATS, FormatError
from winnow.validators.tools.call_formats import Answer as WrittenAnswer
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.judge_answer import judge_answer

REFEREE = Path(__file__).with_name("bfcl_referee.py")

DATA = "import bfcl_eval, pathlib; print(pathlib.Path(bfcl_eval.__file__).parent / 'data')"

CALL_FORMAT = CallFormatName.HERMES_TAGS

REFUSAL = "I'm sorry, I don't have a tool for that."

SEED = 1

WRITING = frozenset(
    {
        *(f"text: {change}" for change in ("upper case", "lower case", "without spaces", "hyphens for spaces")),
        *(f"text: {change}" for change in ("a period at the end", "digits joined", "digits parted")),
        *(f"inside: {change}" for change in ("upper case", "a period at the end")),
    }
)
"""Mutations that the benchmark does not see, because it removes or ignores what they change."""


@dataclass(frozen=True)
class JudgedPair:
    """One answer with both verdicts."""

    question: BfclQuestion
    mutation: str
    answer: Answer
    judgment: AnswerJudgment
    verdict: dict[str, Any]
    """What the referee says: `valid`, `error_type`, `error`."""

    @property
    def agrees(self) -> bool:
        """Whether both find it right, or both wrong."""
        return bool(self.verdict["valid"]) == self.judgment.is_right

    @property
    def cause(self) -> Cause:
        """The rule because of which the verdicts differ."""
        return cause_of(self.mutation, self.judgment, self.verdict)


def answers_of(questions: Sequence[BfclQuestion]) -> Iterator[tuple[BfclQuestion, str, Answer]]:
    """Every answer that is judged; to a question without a tool for it, a refusal and a call."""
    for question in questions:
        if question.expected.calls:
            yield from ((question, name, answer) for name, answer in mutated_answers(question, SEED))
        else:
            yield question, "no call, where none is right", []
            name = next(iter(question.tools), "invented")
            yield question, "a call, where none is right", [{"name": name, "arguments": {}}]


def judged(question: BfclQuestion, answer: Answer) -> AnswerJudgment | None:
    """Winnow's judgment of the answer as text; None where the call format cannot hold it."""
    calls = tuple(Call(f"call_{n}", one["name"], one["arguments"]) for n, one in enumerate(answer, 1))
    try:
        text = CALL_FORMATS[CALL_FORMAT].render(WrittenAnswer("" if calls else REFUSAL, calls), question.before.tools)
    except FormatError:
        return None
    label = None if question.expected.calls else Behavior.UNABLE
    return judge_answer(text, expected=question.expected, before=question.before, label=label, call_format=CALL_FORMAT)


def verdicts(python: str, answers: Sequence[tuple[BfclQuestion, str, Answer]]) -> list[dict[str, Any]]:
    """What the referee says about each answer."""
    lines = [
        json.dumps(
            {
                "functions": question.functions,
                "answer": [{call["name"]: call["arguments"]} for call in answer],
                "possible": question.possible,
                "category": question.category,
            }
        )
        for question, _, answer in answers
    ]
    found = subprocess.run([python, str(REFEREE)], input="\n".join(lines), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in found.stdout.splitlines()]


def compare(python: str, questions: Sequence[BfclQuestion]) -> Iterator[JudgedPair]:
    """Every answer with both verdicts."""
    answers = list(answers_of(questions))
    for (question, name, answer), verdict in zip(answers, verdicts(python, answers), strict=True):
        judgment = judged(question, answer)
        if judgment is not None:
            yield JudgedPair(question, name, answer, judgment, verdict)


def main() -> None:
    """Print the share of equal verdicts, by mutation, and the causes of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="the Python of an environment with bfcl-eval")
    parser.add_argument("--differences", type=Path, help="a file for every answer that is judged differently")
    given = parser.parse_args()
    folder = subprocess.run([given.python, "-c", DATA], capture_output=True, text=True, check=True).stdout.strip()
    read = list(read_questions(Path(folder)))
    questions = [one for one in read if isinstance(one, BfclQuestion)]
    pairs = list(compare(given.python, questions))
    print_questions(read)
    print_mutations(pairs)
    print_causes(pairs)
    if given.differences:
        lines = [json.dumps(_difference(one), ensure_ascii=False) for one in pairs if not one.agrees]
        given.differences.write_text("\n".join(lines) + "\n", encoding="utf-8")


def print_questions(read: Sequence[BfclQuestion | LeftOutQuestion]) -> None:
    """How many questions there are, and which a release could not hold."""
    left_out = Counter(one.why for one in read if isinstance(one, LeftOutQuestion))
    print(f"{len(read):,} questions; left out: {dict(left_out)}")


def print_mutations(pairs: Sequence[JudgedPair]) -> None:
    """The share of equal verdicts, overall and for each mutation."""
    for title, some in (
        ("answers", pairs),
        (
            "answers in which more than the writing of a text changes",
            [one for one in pairs if one.mutation not in WRITING],
        ),
    ):
        equal = sum(one.agrees for one in some)
        print(f"{len(some):,} {title}, equal verdicts: {equal:,} ({equal / len(some):.2%})")
    counts = Counter(one.mutation for one in pairs)
    right = Counter(one.mutation for one in pairs if one.judgment.is_right)
    theirs = Counter(one.mutation for one in pairs if one.verdict["valid"])
    different = Counter(one.mutation for one in pairs if not one.agrees)
    print(f"{'mutation':46}  answers    equal  right: here  there")
    for name, count in counts.items():
        share = 1 - different[name] / count
        print(f"{name:46}  {count:7,}  {share:7.2%}  {right[name]:11,}  {theirs[name]:5,}")


def print_causes(pairs: Sequence[JudgedPair]) -> None:
    """Why verdicts differ, with counts and one example."""
    causes: dict[Cause, list[JudgedPair]] = {}
    for one in pairs:
        if not one.agrees:
            causes.setdefault(one.cause, []).append(one)
    for cause, found in sorted(causes.items(), key=lambda item: -len(item[1])):
        print(f"{len(found):6,}  {cause}  (such as {found[0].question.id}, {found[0].mutation})")


def _difference(pair: JudgedPair) -> dict[str, Any]:
    return {
        "id": pair.question.id,
        "mutation": pair.mutation,
        "cause": pair.cause,
        "answer": pair.answer,
        "possible": pair.question.possible,
        "referee": pair.verdict,
        "errors": [f"{one.name} {one.tool} {one.argument}: {one.detail}" for one in pair.judgment.errors],
    }


if __name__ == "__main__":
    main()
