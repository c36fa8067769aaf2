#!/bin/sh
# Take the assistant example from its file to a verified release. Usage: demo.sh WORKSPACE (the folder is deleted and
# created again)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
mkdir -p "$1"
cp "$here"/winnow.yaml "$here"/tools.json "$here"/system_prompt.txt "$here"/dialogues.jsonl "$1/"
cd "$1"

step() { # show a command, then run it
  shown=winnow
  for word in "$@"; do
    case $word in *" "*) shown="$shown \"$word\"" ;; *) shown="$shown $word" ;; esac
  done
  printf '\n\033[1m$ %s\033[0m\n' "$shown"
  winnow "$@"
}

echo "The assistant example: from dialogues that call tools to a verified release. No model is asked and nothing is paid."
step add dialogues.jsonl --group-column group --license own
step check
step status

echo
echo "One side of a contrastive pair: an appointment. The other side asks nearly the same for the to-do list."
step show "I'm calling Grandma on Sunday at 11, add that."
step freeze first
step verify first
step export first --format openai
step coverage

cat <<TEXT

What happened: 309 dialogues were added. Each was parsed, every call was checked against the schema of its tool and against
what the user and earlier results said, and the calls gave each dialogue its label. Groups, such as both sides of a
contrastive pair, were assigned to splits. Every gate passed, the release was frozen and verified, and its rows were
exported in the form of OpenAI's chat.

Open the coverage report:   $PWD/.winnow/reports/coverage.html
Read the dataset card:      $PWD/.winnow/releases/first/README.md
See what is exported:       $PWD/exports/first-openai/train.jsonl
Start with your own data:   $(command -v winnow) init DIR --template tools
TEXT
