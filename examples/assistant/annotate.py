"""Submit the recorded answers of one annotator through Argilla's API, as the web page in a browser would.

Usage: annotate.py URL NAME PASSWORD. Real annotators work in the browser; these answers were written together with the
example.
"""

from __future__ import annotations

import html
import json
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path

url, name, password = sys.argv[1:4]
here = Path(__file__).parent
REJECT = "\u2007reject"  # the option "leave it out"


def read_rows(file_name):
    """The rows of a JSONL file in this folder."""
    return [json.loads(line) for line in (here / file_name).read_text(encoding="utf-8").splitlines()]


def call_api(path, data=None, headers=None):
    """The JSON response of Argilla's API."""
    request = urllib.request.Request(f"{url}/api/v1/{path}", data=data, headers=headers or {})
    with opener.open(request, timeout=60) as response:
        return json.load(response)


def words(text):
    """The words of a text or of a page, without tags and punctuation."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(re.findall(r"\w+", plain.lower()))


def answer_to(queue, page):
    """The recorded answer to the dialogue that a page shows: the one with the longest request on it."""
    shown = f" {words(page)} "
    found = [row for key, row in answers.items() if key[0] == queue and f" {words(key[1])} " in shown]
    return max(found, key=lambda row: len(row["text"]), default=None)


def values_of(answer, asked, is_blind):
    """What is submitted: the answers to the questions of the dataset, several tools as a list."""
    values = {key: answer[key] for key in ("verdict", "label", "wrong", "correction", "comment") if key in answer}
    if is_blind:  # the behavior is asked for without showing the answer
        values["label"] = answer.get("label", proposed.get(answer["text"]))
        if answer["verdict"] == "unusable":
            values["label"] = REJECT
    if "label" in values:
        values["label"] = values["label"].split("+")
    return {key: {"value": value} for key, value in values.items() if key in asked}


recorded = read_rows("answers.jsonl") + read_rows("review.jsonl")
answers = {(row["queue"], row["text"]): row for row in recorded if row["who"] == name}
lots = read_rows("synthetic_good.jsonl") + read_rows("synthetic_poor.jsonl")
proposed = {row["messages"][0]["content"]: row["label"] for row in lots}

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
form = urllib.parse.urlencode({"username": name, "password": password}).encode()
token = call_api("token", form)["access_token"]
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
pending = {"type": "terms", "scope": {"entity": "response", "property": "status"}, "values": ["pending"]}
query = json.dumps({"filters": {"type": "and", "and": [pending]}}).encode()

submitted = 0
for dataset in call_api("me/datasets", headers=headers)["items"]:
    queue = dataset["name"].partition("-")[0]  # label-second-reviewer belongs to the queue label
    asked = {one["name"] for one in call_api(f"datasets/{dataset['id']}/questions", headers=headers)["items"]}
    found = call_api(f"me/datasets/{dataset['id']}/records/search?limit=1000", query, headers)
    for record in (item["record"] for item in found["items"]):
        answer = answer_to(queue, record["fields"]["text"])
        if answer is None:
            continue
        values = values_of(answer, asked, dataset["name"].startswith("review-blind"))
        body = json.dumps({"status": "submitted", "values": values}).encode()
        call_api(f"records/{record['id']}/responses", body, headers)
        submitted += 1

print(f"{name}: {submitted} recorded answers submitted")
