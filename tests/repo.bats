#!/usr/bin/env bats
# The rules of the tree itself: what may include what, which files a tool must have, what its help
# and its man page say, and what may not stand in any file.

load helper

# files REGEX [NOT_REGEX]: the files of the tree by name, those not yet added included
files() {
    cd "$ROOT" || return
    if git rev-parse >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard
    else
        find . -type f -not -path './build*' | sed 's|^\./||'
    fi | sort -u | grep -E -e "$1" | grep -vE -e "${2:-^$}" |
        while read -r f; do [ ! -f "$f" ] || echo "$f"; done
}

# Text written by people: no data, no corpus, no licence, and not this file, which names it all.
texts() { files . "^(tests/data/|tests/fuzz/corpus/|LICENSE$|tests/repo\.bats$)${1:+|$1}"; }

# found REGEX: the lines that match (Perl's syntax) in the files named on standard input
found() { (cd "$ROOT" && xargs -r grep -nHP -e "$1" --) || true; }

# calls NAME|NAME...: the same for calls of functions, in code, not in comments
calls() { found "^(?!\s*/?\*)((?!/\*).)*\b($1)\s*\("; }

# silent CMD...: fails if CMD prints anything, which is what is wrong
silent() {
    local said
    said=$(cd "$ROOT" && "$@" 2>&1) || true
    [ -z "$said" ] || { echo "$said" >&2 && false; }
}

# --- the house ---------------------------------------------------------------------------------

@test "there is a tool" {
    [ -n "$(tools)" ] && [ -e "$ROOT/cmd/$(tools | head -n 1).c" ]
}

@test "every folder of lib includes only what is below it" {
    wrong() {
        files '^lib/.*\.[ch]$' | xargs awk '
            BEGIN {
                may["base"] = "base"
                may["io"] = "base io"
                may["record"] = "base io record"
                may["maths"] = "base maths gen"
                may["detect"] = "base maths detect"
                may["decide"] = "base io record maths detect decide"
                may["run"] = "base io record maths detect decide run"
                may["plot"] = "base io record maths run decide plot gen"
                may["alert"] = "base io record maths run decide alert"
            }
            FNR == 1 {
                split(FILENAME, part, "/")
                room = part[2]
                if (!(room in may)) print FILENAME ": a folder without a place in the order of layers"
            }
            /^[ \t]*#[ \t]*include[ \t]*"/ {
                split($0, quoted, "\"")
                n = split(quoted[2], to, "/")
                if (n != 2)
                    print FILENAME ":" FNR ": write \"folder/name.h\": " $0
                else if (index(" " may[room] " ", " " to[1] " ") == 0)
                    print FILENAME ":" FNR ": " room " must not know " to[1] ": " $0
            }'
    }
    silent wrong
}

@test "detectors see neither text, files, options nor the terminal" {
    wrong() {
        files '^lib/(detect|maths)/.*\.[ch]$' '_gen\.c$' |
            found '#\s*include\s*<(stdio|unistd|fcntl|getopt|sys/.*|termios|csv|zlib|jansson)\.h>'
    }
    silent wrong
}

@test "libraries of one room stay in it" {
    wrong() {
        local c='^(cmd|lib)/.*\.[ch]$'
        files "$c" '^lib/record/' | found '#\s*include\s*<csv\.h>'
        files "$c" '^lib/(run|decide|alert)/' | found '#\s*include\s*<jansson\.h>'
        files "$c" '^lib/(maths|detect)/' | found '#\s*include\s*<gsl/'
        files "$c" '^lib/decide/' | found '#\s*include\s*<ini\.h>'
        files "$c" '^lib/(decide|record/log_)' | found '#\s*include\s*<regex\.h>'
        files "$c" '^lib/alert/' | found '#\s*include\s*<(sqlite3\.h|curl/)'
        files "$c" '^lib/plot/' | found '#\s*include\s*<(cairo|fontconfig)'
    }
    silent wrong
}

@test "every tool has its man page, its tests and its row in the README" {
    for tool in $(tools); do
        [ -s "$ROOT/man/$tool.1" ] || fail "no man/$tool.1"
        [ -s "$ROOT/tests/$tool.bats" ] || fail "no tests/$tool.bats"
        grep -qE "^\|.*$tool\b" "$ROOT/README.md" || fail "no row in README.md"
    done
}

@test "every man page, test and row of the README has its tool" {
    for f in "$ROOT"/man/ad-*.1 "$ROOT"/tests/ad-*.bats; do
        [ -e "$f" ] || continue
        tool=$(basename "$f" | sed 's/\.[^.]*$//')
        [ -e "$ROOT/cmd/$tool.c" ] || fail "$f has no cmd/$tool.c"
    done
    [ -e "$ROOT/README.md" ] || return 0
    for tool in $(sed -nE 's/^\| *\[?`?(ad-[a-z0-9-]+).*/\1/p' "$ROOT/README.md"); do
        [ -e "$ROOT/cmd/$tool.c" ] || fail "a row of README.md has no cmd/$tool.c"
    done
    # Elsewhere it may also speak of a man page that is not a tool's.
    for tool in $(grep -ohE '\bad-[a-z][a-z0-9]*\b' "$ROOT/README.md" "$ROOT/HACKING.md" | sort -u); do
        case $tool in ad-foo | ad-bar) continue ;; esac
        ls "$ROOT/cmd/$tool.c" "$ROOT/man/$tool".[0-9] >out 2>/dev/null || [ -s out ] ||
            fail "README.md or HACKING.md speaks of it, and there is none"
    done
}

@test "every test of the tree is one that scripts/test finds" {
    silent files '^tests/.+/.*\.bats$'
    for f in $(files '^tests/fuzz/corpus/' | cut -d/ -f4 | sort -u); do
        [ -e "$ROOT/tests/fuzz/$f.c" ] || fail "tests/fuzz/corpus/$f has no target"
    done
    for f in "$ROOT"/tests/fuzz/*.c; do
        [ -e "$f" ] || continue
        f=$(basename "$f" .c)
        [ -n "$(ls "$ROOT/tests/fuzz/corpus/$f" 2>/dev/null)" ] || fail "tests/fuzz/$f.c has no corpus"
    done
}

# --- help and man pages ------------------------------------------------------------------------

# The options of $tool --help, one a line.
help_options() {
    "$tool" --help </dev/null |
        sed -nE 's/^ *(-[^-]), (--[a-z0-9-]+).*/\1\n\2/p; t; s/^ +(--[a-z0-9-]+).*/\1/p' | sort -u
}

# The arguments of Fl macros in lines of standard input that match $1.
mdoc_options() {
    awk -v lines="$1" '$0 ~ lines {
        fl = 0
        for (i = 1; i <= NF; i++) {
            if ($i == "Fl" || $i == ".Fl")
                fl = 1
            else if ($i ~ /^[A-Z][a-z]$/)
                fl = 0
            else if (fl && $i ~ /^-?[A-Za-z0-9]/)
                print "-" $i
        }
    }' | sed 's/[,.;:)]*$//' | sort -u
}

@test "every option of --help is in the man page" {
    for tool in $(tools); do
        mdoc_options '^\.' <"$ROOT/man/$tool.1" >listed
        help_options >helped
        [ "$(wc -l <helped)" -gt 2 ] || fail "--help was not understood"
        comm -13 listed helped >missing
        [ ! -s missing ] || fail "not in man/$tool.1: $(tr '\n' ' ' <missing)"
    done
}

@test "every option listed in the man page is in --help" {
    for tool in $(tools); do
        mdoc_options '^\.It ' <"$ROOT/man/$tool.1" >listed
        help_options >helped
        comm -23 listed helped >missing
        [ ! -s missing ] || fail "in man/$tool.1 only: $(tr '\n' ' ' <missing)"
    done
}

@test "the man page names the argument of an option as --help does" {
    for tool in $(tools); do
        "$tool" --help </dev/null | sed -nE 's/.*--([a-z0-9-]+)=([^ ]+).*/\1 \2/p' | sort -u >helped
        sed -nE 's/^\.It .*Fl -([a-z0-9-]+) Ns = Ns (Ar|Cm) ([^ ]+)$/\1 \3/p' "$ROOT/man/$tool.1" |
            sort -u >listed
        join helped listed | awk '$3 ~ /^[A-Za-z]+$/ && tolower($2) != tolower($3)' >differ
        [ ! -s differ ] || fail "--help, man/$tool.1: $(cat differ)"
    done
}

@test "--help fits a screen" {
    for tool in $(tools); do
        "$tool" --help </dev/null |
            awk 'length > 80 { print; bad = 1 } END { if (NR > 60) print NR " lines"; exit bad || NR > 60 }' ||
            fail "at most 60 lines of at most 80 columns"
    done
}

@test "man pages pass mandoc's lint" {
    command -v mandoc >/dev/null || skip "no mandoc"
    wrong() { files '^man/.*\.[1-9]$' | xargs -r mandoc -T lint -W warning; }
    silent wrong
}

@test "a page that a man page refers to is here, or is the system's" {
    wrong() {
        for page in $(files '^man/.*\.[1-9]$'); do
            awk '{ for (i = 1; i < NF; i++) if ($i == "Xr" || $i == ".Xr") print $(i + 1) "." $(i + 2) }' \
                "$page" | grep -E '^ad(-|\.)' | sort -u | while read -r to; do
                [ -e "man/$to" ] || echo "$page: no man/$to"
            done
        done
    }
    silent wrong
}

# --- completions -------------------------------------------------------------------------------

@test "completions are valid for bash, zsh and fish, and offer every option" {
    "$ROOT/scripts/completions" "$AD_BIN" .
    for tool in $(tools); do
        bash -n "bash/$tool"
        if command -v zsh >/dev/null; then zsh -n "zsh/_$tool"; fi
        if command -v fish >/dev/null; then fish -n "fish/$tool.fish"; fi
        help_options | grep '^--' >helped
        bash -c 'source "bash/$0"
            COMP_WORDS=("$0" --) COMP_CWORD=1
            "_${0//-/_}"
            printf "%s\n" "${COMPREPLY[@]%=}"' "$tool" | sort >offered
        same helped offered
        sed -nE 's/^complete.* -l ([^ ]+).*/--\1/p' "fish/$tool.fish" | sort >offered
        same helped offered
        grep -oE -e "['{,]--[a-z0-9-]+" "zsh/_$tool" | cut -c2- | sort -u >offered
        same helped offered
    done
}

# --- words that may not stand in the tree ------------------------------------------------------

@test "no unfinished work" {
    wrong() {
        texts | found '\b(TODO|FIXME|XXX|HACK|TBD)\b|(?i)\b(not (yet )?implemented|unimplemented|stub)\b'
    }
    silent wrong
}

@test "no path of one machine" {
    wrong() {
        texts | found '(^|[^\w.}])/(work|Users|mnt|media)/'
        texts 'scripts/test-fresh$|man/|examples/' | found '(^|[^\w.}])/home/\w'
    }
    silent wrong
}

@test "no call that has a safe brother" {
    wrong() {
        files '^(cmd|lib)/.*\.[ch]$' |
            calls 'v?sprintf|strcpy|strcat|stpcpy|strncpy|strncat|gets|strtok|ato[ifl]|atoll'
        files '^(cmd|lib)/.*\.[ch]$' |
            calls 'system|popen|alloca|tmpnam|mktemp|s?rand|gmtime|localtime|ctime|asctime'
    }
    silent wrong
}

@test "no exit and no print where the library only reports" {
    wrong() {
        files '^lib/(base|io|record|maths|detect|decide)/.*\.[ch]$' '_gen\.c$' |
            calls 'setlocale|exit|_exit|abort|perror|printf|puts|putchar'
        files '^lib/(base|io|record|maths|detect|decide)/.*\.[ch]$' '_gen\.c$' | found '\bstd(out|err)\b'
    }
    silent wrong
}

@test "files of C stay small enough to read" {
    wrong() { files '^(cmd|lib)/.*\.[ch]$' | xargs wc -l | awk '$2 != "total" && $1 > 450'; }
    silent wrong
}

@test "a tool is little more than its table" {
    wrong() { files '^cmd/.*\.c$' | xargs wc -l | awk '$2 != "total" && $1 > 300'; }
    silent wrong
}

@test "every header is guarded and begins with what it is for" {
    wrong() {
        for f in $(files '^lib/.*\.h$'); do
            grep -q '^#ifndef AD_' "$f" || echo "$f: no include guard of the form AD_..."
            head -n 1 "$f" | grep -q '^/\*' || echo "$f: does not begin with what it is for"
        done
    }
    silent wrong
}

# --- scripts -----------------------------------------------------------------------------------

@test "every script can be run and says how" {
    wrong() {
        for f in $(files '^(scripts|\.ci)/' '^scripts/examples/(README|.*\.(ini|csv|ndjson)$)'); do
            [ -x "$f" ] || echo "$f: not executable"
            grep -qiE "usage: +($(dirname "$f")/)?$(basename "$f")\\b" "$f" || echo "$f: no usage line"
        done
    }
    silent wrong
}

@test "scripts/bench lists the cases that there are" {
    "$ROOT/scripts/bench" --help | sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p' | sort >listed
    sed -n 's/^bench_\([a-z]*\)() {$/\1/p' "$ROOT"/tests/bench/*.bash | sort >there
    [ -s there ]
    diff listed there
}

@test "clang-format has nothing to say" {
    case "$(clang-format --version 2>/dev/null)" in
    *"version 14."*) ;;
    *) skip "no clang-format 14: versions differ in taste" ;;
    esac
    silent scripts/lint format
}

@test "shellcheck has nothing to say" {
    command -v shellcheck >/dev/null || skip "no shellcheck"
    silent scripts/lint shell
}

@test "CI and the README run the same command" {
    grep -qx '.*exec scripts/test' "$ROOT/.ci/run"
    [ ! -e "$ROOT/README.md" ] || grep -q 'scripts/test' "$ROOT/README.md"
}

# --- the programs ------------------------------------------------------------------------------

# Whether the program is as installed: no sanitizer in it, no script in its place.
plain() { ! sanitized && [ "$(head -c 2 "$AD_BIN/$tool")" != '#!' ]; }

@test "a detector links no more than libcsv, zlib and libm" {
    command -v ldd >/dev/null || skip "no ldd"
    for tool in $(detectors); do
        plain || skip "not the plain build"
        readelf -d "$AD_BIN/$tool" 2>/dev/null | sed -nE 's/.*NEEDED.*\[(lib[a-z]+).*/\1/p' |
            grep -vxE 'libcsv|libz|libm|libc|libpthread' >others || true
        [ ! -s others ] || fail "links $(tr '\n' ' ' <others)"
    done
}

@test "only the tools that alert link SQLite, libcurl and what these need" {
    command -v ldd >/dev/null || skip "no ldd"
    for tool in $(tools); do
        plain || skip "not the plain build"
        case $tool in ad-alert | ad-alertctl) continue ;; esac
        readelf -d "$AD_BIN/$tool" 2>/dev/null | sed -nE 's/.*NEEDED.*\[(lib[a-z]+).*/\1/p' |
            grep -xE 'libsqlite|libcurl|libnettle' >others || true
        [ ! -s others ] || fail "links $(tr '\n' ' ' <others)"
    done
}

@test "only the tool that draws links cairo" {
    command -v ldd >/dev/null || skip "no ldd"
    for tool in $(tools); do
        plain || skip "not the plain build"
        [ "$tool" != ad-plot ] || continue
        ! readelf -d "$AD_BIN/$tool" 2>/dev/null | grep -q 'NEEDED.*libcairo' || fail "links cairo"
    done
}

@test "programs are hardened" {
    command -v readelf >/dev/null || skip "no readelf"
    for tool in $(tools); do
        plain || skip "not the plain build"
        readelf -hW "$AD_BIN/$tool" | grep -q 'Type: *DYN' || fail "not position-independent"
        readelf -lW "$AD_BIN/$tool" | grep -q GNU_RELRO || fail "no RELRO"
        readelf -dW "$AD_BIN/$tool" | grep -q 'Flags:.*NOW' || fail "not bound at start"
        readelf -lW "$AD_BIN/$tool" | grep GNU_STACK | grep -qv 'RWE' || fail "executable stack"
    done
}

@test "installing and uninstalling leaves nothing behind" {
    [ -e "$ROOT/README.md" ] && [ -e "$ROOT/NEWS" ] || skip "no documents yet"
    [ -z "${AD_SLOW:-}" ] || skip "not the plain build"
    in_turn make -s -C "$ROOT" install DESTDIR="$PWD/to" prefix=/usr >log 2>&1 || fail "$(cat log)"
    for tool in $(tools); do
        [ -x "to/usr/bin/$tool" ] || fail "not installed"
        [ -s "to/usr/share/man/man1/$tool.1" ] || fail "no man page installed"
        [ -s "to/usr/share/bash-completion/completions/$tool" ] || fail "no completion installed"
    done
    make -s -C "$ROOT" uninstall DESTDIR="$PWD/to" prefix=/usr >log 2>&1 || fail "$(cat log)"
    find to -type f >left
    [ ! -s left ] || fail "left: $(cat left)"
}
