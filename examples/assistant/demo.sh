#!/bin/sh
# Run the loop on the assistant example, from dialogues and an interaction log to a verified release. Usage: demo.sh
# WORKSPACE (the folder is deleted and created again)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
mkdir -p "$1"
for file in winnow.yaml tools.json system_prompt.txt dialogues.jsonl interactions.jsonl synthetic_good.jsonl synthetic_poor.jsonl; do
  cp "$here/$file" "$1/"
done
cd "$1"

step() { # show a command, then run it
  shown=winnow
  for word in "$@"; do
    case $word in *" "*) shown="$shown \"$word\"" ;; *) shown="$shown $word" ;; esac
  done
  printf '\n\033[1m$ %s\033[0m\n' "$shown"
  winnow "$@"
}

json_value() { # print one key of the JSON object on stdin
  python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

submit_recorded() { # NAME PASSWORD
  python3 "$here/annotate.py" "$url" "$1" "$2"
}

echo "The assistant example: from dialogues that call tools, and a log of the running assistant, to a verified release. No"
echo "model is asked and nothing is paid."
step add dialogues.jsonl --group-column group --license own
step add interactions.jsonl --license own
synthetic="--origin synthetic --generator dialogues --model recorded --license own"
step add synthetic_good.jsonl $synthetic --batch good --prompt-version 1
step add synthetic_poor.jsonl $synthetic --batch poor --prompt-version 2
step status

echo
echo "One side of a contrastive pair: an appointment. The other side asks nearly the same for the to-do list."
step show "I'm calling Grandma on Sunday at 11, add that."

echo
echo "Labeling and review. The real Argilla is started. Both lots of synthetic dialogues were written as if by a model, and"
echo "the answers of the annotators ann, bob and lea were recorded: they are submitted through the API that the web page uses."
trap 'winnow serve --stop >/dev/null' EXIT
step serve --background
url=$(winnow serve --background --json | json_value url)
ann=$(winnow annotators add ann --json | json_value password)
bob=$(winnow annotators add bob --json | json_value password)
lea=$(winnow annotators add lea --lead --json | json_value password)
step push label
step push review
submit_recorded ann "$ann"
submit_recorded bob "$bob"
step pull
step push review
submit_recorded ann "$ann"
submit_recorded bob "$bob"
step pull
step push adjudicate
submit_recorded lea "$lea"
step pull
step serve --stop
trap - EXIT

echo
echo "Contrasts by rule: small changes of train dialogues that change what the assistant has to do. No model is asked."
step generate contrasts --by rules --count 20
step check
step freeze first
step verify first
step export first --format openai
step coverage

cat <<TEXT

What happened: 309 dialogues and a log of 24 interactions were added. Each dialogue was parsed, every call was checked against
the schema of its tool and against what the user and earlier results said, and the calls gave each dialogue its label. Failed
interactions were dropped, and answers that users had corrected were replaced. Two annotators labeled what the assistant did
where the log does not show it, and a lead decided where they disagreed. Of two recorded lots of synthetic dialogues, one was
accepted after 20 of its 30 dialogues were read without a defect; the other was refused, but the answers that the annotators
corrected are used. Contrasts that were made by rule wait for review. Every gate passed, the release was frozen and
verified, and its rows were exported in the form of OpenAI's chat.

Open the coverage report:   $PWD/.winnow/reports/coverage.html
Read the dataset card:      $PWD/.winnow/releases/first/README.md
See what is exported:       $PWD/exports/first-openai/train.jsonl
Label yourself:             cd $PWD && $(command -v winnow) serve    (sign in as ann, password $ann)
Start with your own data:   $(command -v winnow) init DIR --template tools
TEXT
