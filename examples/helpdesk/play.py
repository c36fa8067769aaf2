"""Submit the recorded answers of one annotator through Argilla's API, as the web page in a browser would.

Usage: play.py URL NAME PASSWORD. Real annotators work in the browser; these answers were written together with the
example.
"""

from __future__ import annotations

import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path

url, name, password = sys.argv[1:4]
here = Path(__file__).parent
REJECT = "\u2007reject"  # the label option "leave it out"


def read_rows(file_name):
    """The rows of a JSONL file in this folder."""
    return [json.loads(line) for line in (here / file_name).read_text(encoding="utf-8").splitlines()]


def call_api(path, data=None, headers=None):
    """The JSON response of Argilla's API."""
    request = urllib.request.Request(f"{url}/api/v1/{path}", data=data, headers=headers or {})
    with opener.open(request, timeout=60) as response:
        return json.load(response)


recorded = read_rows("answers.jsonl") + read_rows("review.jsonl")
answers = {(row["queue"], row["text"]): row for row in recorded if row["who"] == name}
proposed_labels = {
    row["text"]: row["intent"] for row in read_rows("synthetic_good.jsonl") + read_rows("synthetic_poor.jsonl")
}

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
form = urllib.parse.urlencode({"username": name, "password": password}).encode()
token = call_api("token", form)["access_token"]
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
pending = {"type": "terms", "scope": {"entity": "response", "property": "status"}, "values": ["pending"]}
query = json.dumps({"filters": {"type": "and", "and": [pending]}}).encode()

submitted = 0
for dataset in call_api("me/datasets", headers=headers)["items"]:
    queue = dataset["name"].partition("-")[0]  # label-second-reviewer belongs to the queue label
    found = call_api(f"me/datasets/{dataset['id']}/records/search?limit=1000", query, headers)
    for record in (item["record"] for item in found["items"]):
        text = record["fields"]["text"]
        answer = answers.get((queue, text))
        if answer is None:
            continue
        values = {key: {"value": answer[key]} for key in ("verdict", "label", "comment") if key in answer}
        if dataset["name"].startswith("review-blind"):  # asks for the label without showing the proposed one
            verdict = values.pop("verdict")["value"]
            label = REJECT if verdict == "unusable" else answer.get("label", proposed_labels[text])
            values["label"] = {"value": label}
        body = json.dumps({"status": "submitted", "values": values}).encode()
        call_api(f"records/{record['id']}/responses", body, headers)
        submitted += 1

print(f"{name}: {submitted} recorded answers submitted")
