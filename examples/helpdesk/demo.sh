#!/bin/sh
# Run the whole loop on the help-desk example. Usage: demo.sh WORKSPACE (the folder is deleted and created again)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
mkdir -p "$1"
cp "$here/winnow.yaml" "$1/"
cd "$1"

step() { # show a command, then run it
  printf '\n\033[1m$ winnow %s\033[0m\n' "$*"
  winnow "$@"
}

json_value() { # print one key of the JSON object on stdin
  python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

submit_recorded() { # NAME PASSWORD
  python3 "$here/play.py" "$url" "$1" "$2"
}

echo "The help-desk example: from raw queries to a verified release and a first confusion report."
step add "$here/labeled.jsonl" --license Apache-2.0
step add "$here/late.csv" --license Apache-2.0
step add "$here/traffic.jsonl" --group-column session --license Apache-2.0
step status
step check
step coverage

echo
echo "Labeling. The real Argilla is started, and unlabeled queries go into its queue. The answers of the annotators ann,"
echo "bob and lea were recorded for this example; they are submitted through the API that the web page also uses."
trap 'winnow serve --stop >/dev/null' EXIT
step serve --background
url=$(winnow serve --background --json | json_value url)
ann=$(winnow annotators add ann --json | json_value password)
bob=$(winnow annotators add bob --json | json_value password)
lea=$(winnow annotators add lea --lead --json | json_value password)
synthetic="--origin synthetic --generator examples --model claude --license Apache-2.0"
step add "$here/synthetic_good.jsonl" $synthetic --batch good --prompt-version 1
step add "$here/synthetic_poor.jsonl" $synthetic --batch poor --prompt-version 2
step push label --count 24
submit_recorded ann "$ann"
submit_recorded bob "$bob"
step pull
step push adjudicate
submit_recorded lea "$lea"
step pull

echo
echo "Review. Synthetic records are reviewed in lots: annotators review a random sample, and the result decides about the lot."
lots_need_review() {
  winnow status --json | python3 -c 'import json, sys; sys.exit(not any(lot.get("more") for lot in json.load(sys.stdin)["lots"]))'
}
step push review
while lots_need_review; do
  submit_recorded ann "$ann"
  submit_recorded bob "$bob"
  step pull
  winnow push adjudicate >/dev/null
  submit_recorded lea "$lea"
  winnow pull >/dev/null
  lots_need_review && step push review
done
step status
step generate variations --label it_vpn --label it_wifi --count 20
step freeze first
step verify first
step export first --format chat

echo
echo "Models. A linear model and a fine-tuned encoder are trained and compared, and their errors become feedback for the data."
train_run() { # METHOD; stores the run id in a variable with the name of the method
  step train first --method "$1"
  eval "$1=$(winnow runs --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["runs"][-1]["name"])')"
}
train_run linear
step evaluate "$linear"
train_run encoder
step evaluate "$encoder"
step compare "$linear" "$encoder"
step feedback "$encoder"
step decide
step report
step serve --stop
trap - EXIT

cat <<TEXT

What happened: 775 labeled rows and 318 queries of traffic were added. Broken rows were dropped with a reason, repeated rows
were recognized, one text with two labels was marked as disputed, and near-duplicates and rows too close to the hold-out were
excluded from train. Real queries about first aid were found as a region that no label covers. Two annotators labeled part of
the traffic in Argilla, and a lead decided where they disagreed. Of two synthetic lots, one was accepted after part of it was
reviewed, and the other was rejected; twenty variations by rule are pending review. Every gate passed, the release was frozen
and verified, and two models were trained on it, compared, and used to find out what the data lacks.

Open the daily report:      $PWD/.winnow/reports/report.html
Open the confusion report:  $PWD/.winnow/runs/$encoder/evaluation/validation.html
Open the coverage report:   $PWD/.winnow/reports/coverage.html
Label yourself:             cd $PWD && $(command -v winnow) serve    (sign in as ann, password $ann)
Read the dataset card:      $PWD/.winnow/releases/first/README.md
Show the disputed text:     cd $PWD && $(command -v winnow) show "at home everything online goes dead about a minute after i log on for work"
Start with your own data:   $(command -v winnow) init DIR --from YOUR_FILE
TEXT
