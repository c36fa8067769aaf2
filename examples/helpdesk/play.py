"""Give the recorded answers of one person, through Argilla's API, as a page in a browser would.

Usage: play.py URL NAME PASSWORD [ANSWERS]. People label in the browser; these answers were written with the
example.
"""

import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path

url, who, password = sys.argv[1:4]
recorded = Path(sys.argv[4]) if len(sys.argv) > 4 else Path(__file__).parent / "answers.jsonl"
rows = [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]
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
        values = {name: {"value": answer[name]} for name in ("label", "comment") if name in answer}
        body = json.dumps({"status": "submitted", "values": values}).encode()
        ask(f"records/{record['id']}/responses", body, signed_in)
        given += 1
print(f"{who}: {given} recorded answers submitted")
