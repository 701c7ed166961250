#!/usr/bin/env bash
# start.sh PYTHON TESTS: start the service of the folder TESTS and print what it says when it is ready. It ends by
# itself when nobody asks it for a while. Nothing else is left of it.
set -eu
folder=$(mktemp -d)
cd "$2"
"$1" -m sandbox --ready "$folder/ready.json" --idle-exit 60 < /dev/null > "$folder/log" 2>&1 &
for _ in $(seq 300); do
    if [ -s "$folder/ready.json" ]; then
        cat "$folder/ready.json"
        rm -r "$folder"
        exit 0
    fi
    kill -0 $! || break
    sleep 0.1
done
cat "$folder/log" >&2
rm -r "$folder"
exit 1
