#!/bin/sh
# The whole loop on the help-desk example. Usage: demo.sh WORKSPACE (the folder is made anew)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
mkdir -p "$1"
cp "$here/winnow.yaml" "$1/"
cd "$1"

step() {
  printf '\n\033[1m$ winnow %s\033[0m\n' "$*"
  winnow "$@"
}

ask() { # a key of the one JSON object on stdin
  python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

recorded() { # NAME PASSWORD
  python3 "$here/play.py" "$url" "$1" "$2"
}

echo "The help-desk example, from raw queries to a verified release and a first confusion report."
step add "$here/labeled.jsonl" --license Apache-2.0
step add "$here/late.csv" --license Apache-2.0
step add "$here/traffic.jsonl" --group-column session --license Apache-2.0
step status
step check
step coverage

echo
echo "Now people. The real Argilla is served, and the queries that nobody has labeled go into its queue. The answers of ann,"
echo "bob and lea were recorded when this example was written; they are submitted through the API that the page uses too."
trap 'winnow serve --stop >/dev/null' EXIT
step serve --background
url=$(winnow serve --background --json | ask url)
ann=$(winnow annotators add ann --json | ask password)
bob=$(winnow annotators add bob --json | ask password)
lea=$(winnow annotators add lea --lead --json | ask password)
made="--origin synthetic --generator examples --model claude --license Apache-2.0"
step add "$here/synthetic_good.jsonl" $made --batch good --prompt-version 1
step add "$here/synthetic_poor.jsonl" $made --batch poor --prompt-version 2
step push label --count 24
recorded ann "$ann"
recorded bob "$bob"
step pull
step push adjudicate
recorded lea "$lea"
step pull

echo
echo "What a machine wrote is judged lot by lot: people read a random sample, and what they find decides about the rest."
undecided() {
  winnow status --json | python3 -c 'import json, sys; sys.exit(not any(lot.get("more") for lot in json.load(sys.stdin)["lots"]))'
}
step push review
while undecided; do
  recorded ann "$ann"
  recorded bob "$bob"
  step pull
  winnow push adjudicate >/dev/null
  recorded lea "$lea"
  winnow pull >/dev/null
  undecided && step push review
done
step status
step generate variations --label it_vpn --label it_wifi --count 20
step freeze first
step verify first
step export first --format chat

echo
echo "Now models: a linear one, a fine-tuned encoder, and what their mistakes ask of the data."
trained() { # METHOD
  step train first --method "$1"
  eval "$1=$(winnow runs --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["runs"][-1]["name"])')"
}
trained linear
step evaluate "$linear"
trained encoder
step evaluate "$encoder"
step compare "$linear" "$encoder"
step feedback "$encoder"
step decide
step report
step serve --stop
trap - EXIT

cat <<TEXT

What happened: 775 labeled rows and 318 queries of traffic went in. Broken rows were dropped with their reasons, repeated
ones recognized, one text under two labels was set aside as disputed, near-duplicates and rows too close to the hold-out
were left out of train. Real queries about first aid turned up as a region that no label covers. Two people labeled a
part of the traffic in Argilla, a lead decided where they disagreed. Of two lots that a machine wrote, one was accepted after
a part of it was read, the other refused; twenty variations by rule wait for review. Every gate passed, the release was frozen
and verified, and two models were trained on it, compared, and asked what the data lacks.

Open the page of the morning: $PWD/.winnow/reports/report.html
Open the confusion page:    $PWD/.winnow/runs/$encoder/evaluation/validation.html
Open the coverage page:     $PWD/.winnow/reports/coverage.html
Label yourself:             cd $PWD && $(command -v winnow) serve    (sign in as ann, password $ann)
Read the dataset card:      $PWD/.winnow/releases/first/README.md
Look at the disputed text:  cd $PWD && $(command -v winnow) show "at home everything online goes dead about a minute after i log on for work"
Then start on your own data:  $(command -v winnow) init DIR --from YOUR_FILE
TEXT
