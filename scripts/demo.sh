#!/bin/sh
# The demonstration behind `make demo`: a goal in words becomes a blueprint, runs, waits for a person, survives kill -9,
# is replayed from its journal, and a changed byte is found. Every command is shown before it runs. Needs no key.
# Afterwards the project lies in a temporary folder, whose name is printed at the end.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$root/.venv/bin:$PATH"
export PATH
unset FLUJO_INPUT FLUJO_STATE_URI FLUJO_MODEL
folder=$(mktemp -d "${TMPDIR:-/tmp}/flujo-demo.XXXXXX")
cd "$folder"
exec </dev/null # nobody is asked, whatever the demonstration itself was started from

say() {
    echo
    printf '# %s\n' "$@"
}

# Print a command as it would be typed: words with spaces stand in quotes.
echo_command() {
    printf '\n$'
    for word in "$@"; do
        case $word in
            *' '*) printf ' "%s"' "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
}

# Run a command that must exit with the code given first.
expect() {
    wanted=$1
    shift
    echo_command "$@"
    code=0
    "$@" || code=$?
    if [ "$code" -ne "$wanted" ]; then
        echo "demo: the command above exits $code, not $wanted" >&2
        exit 1
    fi
    if [ "$code" -ne 0 ]; then
        echo "(exit code $code, as it should be)"
    fi
}

newest_run() {
    flujo lens list --limit 1 --json | sed -n 's/.*"run_id": "\([^"]*\)".*/\1/p'
}

say 'A project: sample data, a skill of its own, a first blueprint.'
expect 0 flujo init demo --yes
expect 0 cd demo
expect 0 flujo run

say 'A goal in words becomes a blueprint. No model is asked: the offline planner works from the skills.'
expect 0 flujo create --goal "Read tickets.csv, keep the open ones with priority high, count them by product, ask me to approve the summary, and write it to report.md" --non-interactive
expect 0 cat pipeline.yaml
expect 0 flujo validate

say 'It runs up to the question, and stops. Exit code 6 means: waiting for a person.'
expect 6 flujo run --no-ask
run=$(newest_run)
expect 0 flujo tasks list
expect 0 flujo resume "$run" --answer yes
expect 0 cat report.md

say 'Are the numbers right? Count again without flujo.'
python - >counted.md <<'PY'
import collections
import csv

rows = [row for row in csv.DictReader(open("tickets.csv", encoding="utf-8", newline=""))]
counts = collections.Counter(row["product"] for row in rows if row["status"] == "open" and row["priority"] == "high")
for product, count in counts.items():
    print(f"| {product} | {count} |")
PY
grep -v -e '---' -e 'product' report.md | grep '|' | sort >reported.txt
sort counted.md >counted.txt
expect 0 diff reported.txt counted.txt
echo '(no difference)'

say 'Data can come through a pipe, and the result is all that goes to stdout.'
cat >count.yaml <<'YAML'
version: "0.1"
steps:
  - name: rows
    uses: table.parse_csv
  - name: by_status
    uses: table.group
    with: {by: status}
  - name: table
    uses: table.to_markdown
YAML
expect 0 cat count.yaml
printf '\n$ cat tickets.csv | flujo run count.yaml\n'
cat tickets.csv | flujo run count.yaml

say 'Now a run that is killed in the middle: it writes a line to log.txt, pauses, and goes on.'
cat >nightly.yaml <<'YAML'
version: "0.1"
steps:
  - name: read
    uses: files.read
    with: {path: tickets.csv}
  - name: count
    uses: text.count
    with: {of: lines}
  - name: log
    uses: files.append
    with: {path: log.txt, content: "{{ now() }} counted {{ previous }} lines\n"}
  - name: pause
    uses: core.sleep
    with: {seconds: 3}
  - name: report
    input: "{{ steps.count.output }} lines, logged at {{ run.started_at }}"
YAML
expect 0 cat nightly.yaml
printf '\n$ flujo run nightly.yaml &\n'
flujo run nightly.yaml &
pid=$!
until [ -s log.txt ]; do
    sleep 0.1
done
sleep 0.7 # the line is written; now its step is recorded, and the pause has begun
printf '\n$ kill -9 %s\n' "$pid"
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
run=$(newest_run)
expect 0 flujo lens trace "$run"
expect 0 cat log.txt

say 'Resume: what was recorded does not run again, so log.txt still has one line.'
expect 0 flujo resume "$run"
expect 0 cat log.txt
test "$(wc -l <log.txt)" -eq 1
expect 0 flujo lens trace "$run"

say 'Replay: the run once more, from its journal alone. No skill, no file, no network is reached.'
expect 0 flujo lens replay "$run"

say 'Change one byte of a recorded output in the database: 201 lines become 901.'
python - "$run" <<'PY'
import sqlite3
import sys

db = sqlite3.connect(".flujo/state.db")
where = "run_id = ? AND address = 'count' AND type = 'step_completed'"
(body,) = db.execute(f"SELECT body FROM events WHERE {where}", sys.argv[1:]).fetchone()
changed = body.replace(b'"output":2', b'"output":9')
assert changed != body and len(changed) == len(body)
db.execute(f"UPDATE events SET body = ? WHERE {where}", (changed, *sys.argv[1:]))
db.commit()
PY
expect 5 flujo lens replay "$run"

say 'Shown: goal to blueprint, validate, run, pause, resume, kill -9, trace, replay, a changed byte.' \
    "The project is in $folder/demo. To go on there:" \
    "  PATH=$root/.venv/bin:\$PATH; cd $folder/demo; flujo lens list" \
    'The tutorial is docs/tutorial/first-run.md.'
