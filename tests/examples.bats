#!/usr/bin/env bats
# The commands under EXAMPLES in every man page do what the page says.
#
# A command is a line `$ ...` of a literal block, with its continuations `> ...`; lines after it that
# are neither are all that it prints. It must end with status 0, silently but for standard output,
# and leave something: output or a file. One that cannot be run here, because it never ends, stands
# below a comment `.\" not run: WHY`; its words are checked only.
#
# The pages speak of metrics.csv (timestamp,host,value), metrics.ndjson with the same records,
# host.csv.gz, the recording in tests/data/host, and alerts.db, made of tests/data/alerts.

load helper

pages() {
    find "$ROOT/man" -name '*.[1-9]' | sort
}

# extract PAGE DIR: DIR/NN.cmd of each command, NN.want of what it prints, NN.why if it is not run
extract() {
    awk -v dir="$2" '
        function plain(s) { # what mdoc shows for the escapes of a literal block
            gsub(/\\\(aq/, "\047", s)
            gsub(/\\\(dq/, "\"", s)
            gsub(/\\\(ha/, "^", s)
            gsub(/\\\(ti/, "~", s)
            gsub(/\\&/, "", s)
            gsub(/\\-/, "-", s)
            gsub(/\\e/, "\\", s)
            return s
        }
        /^\.Sh / { examples = $2 == "EXAMPLES" }
        !examples { next }
        /^\.\\" not run: / { why = substr($0, 14); next }
        /^\.Bd -literal/ { literal = 1; next }
        /^\.Ed/ { literal = 0; file = "" }
        !literal || /^\./ { next }
        { $0 = plain($0) }
        /^\$ / {
            file = sprintf("%s/%02d", dir, ++n)
            print substr($0, 3) >(file ".cmd")
            if (why) print why >(file ".why")
            why = ""
            next
        }
        file && /^> / { print substr($0, 3) >(file ".cmd"); next }
        file { print >(file ".want") }' "$1"
}

# The options that FILE gives to ad-NAME, as `ad-NAME OPTION`, for a command that is not run.
given() {
    tr '\n' ' ' <"$1" | tr '|;&()' '\n' | awk '{
        tool = ""
        for (i = 1; i <= NF; i++) {
            sub(/=.*/, "", $i)
            if ($i ~ /^ad-/) tool = $i
            else if (tool && $i ~ /^-./) print tool, $i
        }
    }'
}

sample() {
    awk -v n=1000 -v seed=3 -v groups=3 -v spike_at=700 -v spike=15 \
        -f "$ROOT/tests/random.awk" -f "$ROOT/tests/gen.awk" >metrics.csv
    awk -F, 'NR > 1 { printf "{\"timestamp\":%s,\"host\":\"%s\",\"value\":%s}\n", $1, $2, $3 }' \
        metrics.csv >metrics.ndjson
    cp "$ROOT/tests/data/host/host.csv.gz" .
    rm -f alerts.db
    sqlite3 alerts.db <"$ROOT/tests/data/alerts/alerts.sql"
}

# try PAGE COMMAND: run an extracted command and compare
try() {
    local cmd=$2 said
    said="$1: $(cat "$cmd.cmd")"
    touch mark
    sleep 0.01
    capture bash -o pipefail "$cmd.cmd"
    if [ "$status" = 127 ] && ! grep -q 'ad-.*: command not found' err; then
        echo "# not installed, $said" >&3
        return 0
    fi
    [ "$status" = 0 ] || fail "status $status: $said"
    [ ! -s err ] || fail "not silent: $said"
    [ -s out ] || [ -n "$(find . -type f -newer mark -size +0 ! -name out ! -name err)" ] ||
        fail "does nothing: $said"
    [ ! -e "$cmd.want" ] || diff "$cmd.want" out >err || fail "prints something else: $said"
}

# look PAGE COMMAND: what can be said of a command without running it
look() {
    local said tool option
    said="$1: $(tr -s "\n " " " <"$2.cmd")"
    echo "# not run ($(cat "$2.why")), $said" >&3
    bash -n "$2.cmd" || fail "not a command of the shell: $said"
    while read -r tool option; do
        [ -e "$ROOT/cmd/$tool.c" ] || fail "there is no $tool: $said"
        "$tool" --help </dev/null | grep -qE -e "(^|[ ,])$option([ ,=]|\$)" ||
            fail "no option $option: $said"
    done < <(given "$2.cmd")
}

@test "every page has examples, and the commands in them are found" {
    for page in $(pages); do
        mkdir cmds
        extract "$page" cmds
        [ -n "$(ls cmds)" ] || fail "$page has none"
        [ "$(cat cmds/*.cmd | wc -l)" = "$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$page" |
            grep -c '^[$>] ')" ] || fail "$page: a command outside of a literal block"
        rm -r cmds
    done
}

@test "every example can be run, and prints what the page shows" {
    for page in $(pages); do
        name=$(basename "$page")
        mkdir "$name" "$name.cmds"
        extract "$page" "$PWD/$name.cmds"
        (
            cd "$name"
            sample
            for cmd in "../$name.cmds"/*.cmd; do
                cmd=${cmd%.cmd}
                if [ -e "$cmd.why" ]; then look "$name" "$cmd"; else try "$name" "$cmd"; fi
            done
        )
    done
}
