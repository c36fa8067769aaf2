"""Give the recorded answers of one person, through Argilla's API, as a page in a browser would.

Usage: play.py URL NAME PASSWORD. People label in the browser; these answers were written with the
example.
"""

from __future__ import annotations

import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path

url, who, password = sys.argv[1:4]


here = Path(__file__).parent


REJECT = "\u2007reject"  # the option "leave it out"


def read(name):
    """The rows of a file beside this one."""
    return [json.loads(line) for line in (here / name).read_text(encoding="utf-8").splitlines()]


rows = read("answers.jsonl") + read("review.jsonl")


proposed = {row["text"]: row["intent"] for row in read("synthetic_good.jsonl") + read("synthetic_poor.jsonl")}


answers = {(row["queue"], row["text"]): row for row in rows if row["who"] == who}


opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path, data=None, headers=None):
    """What Argilla's API answers."""
    request = urllib.request.Request(f"{url}/api/v1/{path}", data=data, headers=headers or {})
    with opener.open(request, timeout=60) as answer:
        return json.load(answer)


form = urllib.parse.urlencode({"username": who, "password": password}).encode()


token = ask("token", form)["access_token"]


signed_in = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


given = 0


for dataset in ask("me/datasets", headers=signed_in)["items"]:
    queue = dataset["name"].partition("-")[0]  # label-second-look belongs to label
    pending = {"type": "terms", "scope": {"entity": "response", "property": "status"}, "values": ["pending"]}
    asked = json.dumps({"filters": {"type": "and", "and": [pending]}}).encode()
    found = ask(f"me/datasets/{dataset['id']}/records/search?limit=1000", asked, signed_in)
    for record in (item["record"] for item in found["items"]):
        answer = answers.get((queue, record["fields"]["text"]))
        if answer is None:
            continue
        values = {name: {"value": answer[name]} for name in ("verdict", "label", "comment") if name in answer}
        if dataset["name"].startswith("review-blind"):  # asks for the label, and shows none
            verdict = values.pop("verdict")["value"]
            label = REJECT if verdict == "unusable" else answer.get("label", proposed[record["fields"]["text"]])
            values["label"] = {"value": label}
        body = json.dumps({"status": "submitted", "values": values}).encode()
        ask(f"records/{record['id']}/responses", body, signed_in)
        given += 1


print(f"{who}: {given} recorded answers submitted")
