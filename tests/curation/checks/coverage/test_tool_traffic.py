"""What traffic asks for by tool and behavior, on planted tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from winnow.core.vocabulary import Split
from winnow.curation.checks.coverage.tool_traffic import TargetTraffic, ToolTraffic, measure_tool_traffic, traffic_steps
from winnow.curation.checks.coverage.traffic_similarity import TrafficCoverage, traffic_positions
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.validators.kinds.tools import TOOLS

COLUMNS = ["id", "text", "label", "state", "origin", "weight", "split", "assigned_split"]


def row(name: str, label: str = "", *, log: bool = False, weight: int = 1, assigned: str = "train") -> list[object]:
    state, origin = ("labeled" if label else "unlabeled"), ("log" if log else "human")
    return [name, name, label, state, origin, weight, assigned if label else "excluded", assigned]


def measured(rows: list[list[object]], cosine: dict[str, float], nearest: dict[str, str]) -> ToolTraffic:
    table = pd.DataFrame(rows, columns=COLUMNS)
    place = {name: i for i, name in enumerate(table["id"])}
    traffic = traffic_positions(table)
    names = [str(table["id"][i]) for i in traffic]
    similarity = np.array([cosine[name] for name in names], dtype=np.float32)
    position = np.array([place[nearest.get(name, "t0")] for name in names], dtype=np.int64)
    near = TrafficCoverage(traffic, 0.5, similarity, position, similarity)
    held = table.loc[table["assigned_split"] != Split.TRAIN, "text"]
    return measure_tool_traffic(table, near, HoldOutTexts.of_fold_keys(held), TOOLS)


def of(traffic: ToolTraffic, name: str) -> TargetTraffic:
    return next(one for one in traffic.targets if one.name == name)


TRAIN = [row(f"t{i}", "add") for i in range(90)] + [row(f"u{i}", "ask") for i in range(10)]


def test_logged_dialogues_count_by_their_label_and_requests_by_their_nearest_dialogue() -> None:
    log = [row("l0", "add+mail", log=True, weight=3), *(row(f"r{i}", log=True, weight=2) for i in range(3))]
    cosine, nearest = {"r0": 0.9, "r1": 0.5, "r2": 0.49}, {"r0": "u0", "r1": "t0", "r2": "t0"}
    found = measured([*TRAIN, *log], cosine, nearest)
    assert (found.interactions, found.unknown) == (9, 2)
    assert (of(found, "add").labeled, of(found, "add").estimated) == (3, 2)
    assert (of(found, "mail").labeled, of(found, "mail").estimated, of(found, "mail").train) == (3, 0, 1)
    assert (of(found, "ask").labeled, of(found, "ask").estimated) == (0, 2)
    assert of(found, "ask").share == round(2 / 9, 4)


def test_a_label_that_only_a_model_proposed_changes_nothing_about_traffic() -> None:
    proposed = row("r0", log=True)
    proposed[2:4] = ["mail", "proposed"]
    found = measured([*TRAIN, proposed], {"r0": 0.9}, {"r0": "u0"})
    assert found == measured([*TRAIN, row("r0", log=True)], {"r0": 0.9}, {"r0": "u0"})
    assert found.interactions == 1


def test_without_traffic_nothing_is_missing() -> None:
    found = measured(TRAIN, {}, {})
    assert (found.interactions, found.gaps) == (0, [])
    assert of(found, "add").train == 90


def test_hold_out_traffic_is_not_estimated() -> None:
    repeating = ["r2", "r0", *row("r2", log=True)[2:]]
    log = [row("r0", log=True, assigned="test"), row("r1", log=True), repeating]
    found = measured([*TRAIN, *log], {"r0": 0.9, "r1": 0.9, "r2": 0.9}, {})
    assert found.interactions == 1


def test_train_lacks_what_traffic_surely_asks_for_twice_as_often() -> None:
    often = [row(f"r{i}", log=True) for i in range(100)]
    nearest = {f"r{i}": "u0" if i < 80 else "t0" for i in range(100)}
    found = measured([*TRAIN, *often], {f"r{i}": 0.9 for i in range(100)}, nearest)
    ask = of(found, "ask")
    assert [one.name for one in found.gaps] == ["ask"]
    assert 0.70 < ask.share_low < 0.72
    shares = [(ask.train + more) / (100 + more) for more in (ask.missing - 1, ask.missing)]
    assert shares[0] < ask.share_low / 2 <= shares[1]
    assert traffic_steps(found) == [
        "Write more dialogues in which a required value is missing and the assistant asks for it: "
        f"80.0% of traffic and 10.0% of train, missing {ask.missing}."
    ]
    once = measured([*TRAIN, row("r0", log=True)], {"r0": 0.9}, {"r0": "u0"})
    assert of(once, "ask").missing == 1  # a single request says little
    assert of(once, "ask").share_low < 0.21
