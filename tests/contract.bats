#!/usr/bin/env bats
# What every tool promises: records, fields, numbers, errors, exit status. State and streams are in
# stream.bats and state.bats.

load helper

# --- help, version, options --------------------------------------------------------------------

@test "--help and --version go to standard output" {
    for tool in $(tools); do
        for option in -h --help; do
            good ad_bare "$option"
            grep -q "$tool" out || fail "no name in --help"
            grep -q -e '--help' out || fail "--help does not list itself"
        done
        for option in -V --version; do
            good ad_bare "$option"
            grep -qE "^$tool .*[0-9]+\.[0-9]+" out || fail "no name and version"
            equal "$(wc -l <out)" 1
        done
    done
}

ad_bare() { "$tool" "$@" </dev/null; }

@test "--help lists the options that all tools have" {
    for tool in $(tools); do
        for option in --help --version --quiet; do
            has "$option" || fail "--help does not list $option"
        done
    done
    for tool in $(tools_with --in); do
        for option in --stats --verbose; do
            has "$option" || fail "--help does not list $option"
        done
    done
}

@test "an unknown option is refused with the nearest one, before any input is read" {
    printf 'value\n1\n' >in
    for tool in $(tools); do
        { exits 2 ad --versoin && cat >rest; } <in
        err_has --version
        err_has "$tool: "
        same in rest
    done
}

@test "a wrong value of an option is refused before any input is read" {
    printf 'value\n1\n' >in
    for tool in $(detectors); do
        for option in --alpha=0.2 --alpha=0 --alpha=-1 --alpha=abc --alpha= --direction=sideways \
            --on-bad=pas --tz=Mars/Phobos --name=1abc '--name=a b' --name= --delimiter=ab \
            --in=xml --out=xml --seed=x --seed=-1 --gap=5 --gap=5parsecs --max-record=0 \
            --max-record=x --max-keys=0 --budget=2 --budget=2/fortnight --budget=-1/day \
            --min-delta=x --min-delta=-1 --min-pct=x --shift-after=x \
            --save-every=x --save-every=-1 --lock-wait=-1 --lock-wait=x --field= --group-by= \
            --jobs=0 --jobs=x; do
            has "${option%%=*}" || continue
            { exits 2 ad "$option" && cat >rest; } <in
            # it names the option or what was given
            value=${option#*=}
            grep -qF -e "${option%%=*}" -e "${value:---}" err || fail "$option is not named"
            [ ! -s out ] || fail "output with $option"
            same in rest
        done
    done
}

@test "a word that an option does not know is answered with the nearest one" {
    for tool in $(detectors); do
        exits 2 ad --on-bad=fial </dev/null
        err_has fail
        exits 2 ad --in=ndjsn </dev/null
        err_has ndjson
    done
}

@test "an option that needs a value says so" {
    for tool in $(detectors); do
        exits 2 ad --field </dev/null
        err_has --field
        exits 2 ad -p </dev/null
        err_like "(--alpha|-p)"
    done
}

@test "--resume needs a state and named files" {
    printf 'value\n1\n' >in
    for tool in $(tools_with --alpha --resume); do
        exits 2 ad --resume in
        err_has --state
        exits 2 ad --resume -S st <in
        err_has --resume
        exits 2 ad --resume -S st - <in
        err_has --resume
    done
}

# --- formats -----------------------------------------------------------------------------------

@test "every byte of the input passes, in every format" {
    noise 40 1 >comma
    tr , '\t' <comma >tab
    tr , ';' <comma >semicolon
    tr , '|' <comma >pipe
    sed 's/$/\r/' comma >crlf
    for tool in $(detectors); do
        good ad <comma && mv out plain
        bare <plain >got && same comma got
        good ad <crlf
        bare <out >got && same crlf got
        good ad <tab
        bare $'\t' <out >got && same tab got
        tr '\t' , <out >got && same plain got
        good ad <semicolon
        bare ';' <out >got && same semicolon got
        tr ';' , <out >got && same plain got
        good ad <pipe
        bare '|' <out >got && same pipe got
        tr '|' , <out >got && same plain got
    done
}

@test "NDJSON passes byte for byte, and the scores are those of CSV" {
    noise 40 1 >in.csv
    to_json <in.csv >in.json
    for tool in $(detectors); do
        n=$(prefix)
        good ad <in.csv && mv out csv
        good ad <in.json
        bare_json <out >got
        same in.json got
        column "${n}_score" <csv >want
        sed -E "s/.*\"${n}_score\":([^,]*),\"${n}_flag\":.*/\\1/; s/null//" out >got
        same want got
        column "${n}_flag" <csv | sed 's/^$/null/; s/1/true/; s/0/false/' >want
        sed -E "s/.*\"${n}_flag\":([a-z]*)}\$/\\1/" out >got
        same want got
    done
}

@test "gzip is read like what is in it" {
    noise 40 1 >in.csv
    to_json <in.csv >in.json
    gzip -k in.csv in.json
    { head -n 20 in.csv | gzip && tail -n +21 in.csv | gzip; } >two.gz
    for tool in $(detectors); do
        good ad in.csv && mv out want.csv
        good ad in.json && mv out want.json
        good ad in.csv.gz && same want.csv out
        good ad <in.csv.gz && same want.csv out
        good ad in.json.gz && same want.json out
        good ad two.gz && same want.csv out
        : | gzip >empty.gz
        good ad empty.gz
        [ ! -s out ] || fail "output from nothing"
    done
}

@test "a truncated gzip gives all its complete records, then status 2" {
    # random digits, so that half of the file is about half of the records
    noise 2000 3 >in
    gzip -k in
    size=$(wc -c <in.gz)
    for tool in $(detectors); do
        good ad in && mv out whole
        head -c $((size / 2)) in.gz >cut.gz
        exits 2 ad cut.gz
        err_has cut.gz
        between 500 "$(wc -l <out)" 1500
        # what can be inflated (oracle: gzip) up to its last newline, and nothing more
        gzip -dc cut.gz 2>/dev/null | wc -l >lines || true
        head -n "$(cat lines)" in | ad >want
        same want out
        head -c $((size - 4)) in.gz >cut.gz
        exits 2 ad cut.gz
        same whole out
        head -c 5 in.gz >cut.gz
        exits 2 ad cut.gz
    done
}

@test "a gzip whose checksum is wrong is an error" {
    noise 50 >in
    gzip -c in | head -c -8 >bad.gz
    printf '\1\2\3\4' >>bad.gz
    gzip -c in | tail -c 4 >>bad.gz
    for tool in $(detectors); do
        exits 2 ad bad.gz
        err_has bad.gz
    done
}

@test "a byte-order mark is stripped" {
    printf '\xef\xbb\xbfvalue,x\n1,a\n2,b\n' >in.csv
    printf '\xef\xbb\xbf{"value":1}\n{"value":2}\n' >in.json
    for tool in $(detectors); do
        good ad <in.csv
        bare <out | same - <(tail -c +4 in.csv)
        good ad <in.json
        bare_json <out | same - <(tail -c +4 in.json)
    done
}

@test "line endings are kept, each record's own" {
    printf 'value,x\r\n1,a\n2,b\r\n3,c\n' >in.csv
    printf '{"value":1}\r\n{"value":2}\n{"value":3} \t\r\n' >in.json
    for tool in $(detectors); do
        good ad <in.csv
        bare <out >got && same in.csv got
        equal "$(grep -c $'\r' out)" 2
        good ad <in.json
        bare_json <out >got && same in.json got
    done
}

@test "a bare carriage return is data" {
    printf 'value,x\n1,a\rb\n2,c\r\rd\n' >in
    for tool in $(detectors); do
        good ad <in
        bare <out >got && same in got
    done
}

@test "a last line without a newline is a record like any other" {
    noise 30 >in
    head -c -1 in >short
    to_json <in >in.json
    head -c -1 in.json >short.json
    for tool in $(detectors); do
        good ad <in && mv out want
        good ad <short
        equal "$(cat out)" "$(cat want)"
        good ad <in.json && mv out want
        good ad <short.json
        equal "$(cat out)" "$(cat want)"
    done
}

@test "quotes: delimiters, newlines and doubled quotes inside stay as they are" {
    printf '"a,b",value,"c ""x"" d"\n"1,\n2",5,"say ""hi"""\n"x\r\n\ny","6",""\n7,7,plain\n' >in
    for tool in $(detectors); do
        good ad <in
        sed -E '/^"1,$|^"x\r$|^$/!s/,[^,]*,[^,]*$//' out >got
        same in got
        equal "$(grep -cE '(,,|,(0|0?\.[0-9]+),[01]|_flag)$' out)" 4
    done
}

@test "blanks around a value are ignored, and kept" {
    { echo 'value,x' && for i in {1..30}; do echo "$i,a"; done; } >in
    sed 's/^\([0-9]*\),/ \1\t,/' in >blanks
    for tool in $(detectors); do
        good ad <in && mv out want
        good ad <blanks
        bare <out >got && same blanks got
        sed 's/^ \([0-9]*\)\t,/\1,/' out >got && same want got
    done
}

@test "bytes of fields that are not used are opaque" {
    printf 'value,x\n1,a\0b\n2,caf\xe9\n3,\xff\xfe\x80\n4,\x01\x7f\n' >in
    for tool in $(detectors); do
        good ad <in
        bare <out >got && same in got
    done
}

@test "a table of one column" {
    noise 30 1 | cut -d, -f2 >in
    for tool in $(detectors); do
        good ad <in
        bare <out >got && same in got
        equal "$(head -n 1 out)" "value,$(prefix)_score,$(prefix)_flag"
    done
}

@test "a blank line is a missing value in one column, and nothing in a wider table" {
    printf 'value\n1\n\n2\n' >one
    printf 'value,x\n1,a\n\n2,b\n' >two
    printf '{"value":1}\n\n{"value":2}\n' >json
    # also before the first record
    printf '\n\nvalue,x\n1,a\n' >header
    printf '\n{"value":1}\n' >first
    for tool in $(detectors); do
        good ad --stats=st <one
        equal "$(sed -n 3p out)" ,,
        grep -q '"records":3' st || fail "$(cat st)"
        good ad --stats=st <two
        equal "$(sed -n 3p out)" ""
        bare <out >got && same two got
        grep -q '"records":2' st || fail "$(cat st)"
        good ad --stats=st <json
        equal "$(sed -n 2p out)" ""
        grep -q '"records":2' st || fail "$(cat st)"
        good ad <header
        bare <out >got && same header got
        good ad <first
        bare_json <out >got && same first got
        echo >blank
        good ad blank header
        bare <out >got && cat blank header >want && same want got
        good ad blank first
        bare_json <out >got && cat blank first >want && same want got
        good ad --no-header -f 1 < <(printf '\n\n')
        out_is < <(printf ',,\n,,\n')
    done
}

@test "no input: no output, status 0" {
    for tool in $(detectors); do
        good ad </dev/null
        [ ! -s out ] || fail "output from nothing"
        : >empty
        good ad empty
        [ ! -s out ] || fail "output from nothing"
        good ad -f no-such-field -o ndjson </dev/null
    done
}

@test "a header alone: the extended header" {
    for tool in $(detectors); do
        n=$(prefix)
        good ad < <(echo time,value)
        out_is <<<"time,value,${n}_score,${n}_flag"
        good ad < <(printf 'time\tvalue\r\n')
        printf 'time\tvalue\t%s_score\t%s_flag\r\n' "$n" "$n" | out_is
        good ad < <(printf value)
        equal "$(cat out)" "value,${n}_score,${n}_flag"
    done
}

@test "a row equal to the header is dropped" {
    noise 30 1 >in
    { head -n 15 in && head -n 1 in && tail -n +16 in; } >twice
    for tool in $(detectors); do
        good ad <in && mv out want
        good ad --stats=st <twice
        same want out
        grep -q '"records":30' st || fail "$(cat st)"
    done
}

@test "several files are one stream" {
    noise 30 1 >in
    head -n 11 in >a
    { head -n 1 in && tail -n +12 in; } >b
    { head -n 1 in && tail -n +12 in | head -c -1; } >b.cut
    head -c -1 a >a.cut
    to_json <a >a.json
    to_json <b >b.json
    cat a.json b.json >in.json
    for tool in $(detectors); do
        good ad <in && mv out want
        good ad a b && same want out
        good ad a - <b && same want out
        good ad - b <a && same want out
        good ad a.cut b && same want out
        good ad a.cut b.cut && equal "$(cat out)" "$(cat want)"
        gzip -kf b
        good ad a b.gz && same want out
        : >empty
        good ad empty a empty b && same want out
        good ad <in.json && mv out want
        good ad a.json b.json && same want out
    done
}

@test "files that do not fit together are an error" {
    printf 'value,x\n1,2\n' >a
    printf 'value,y\n1,2\n' >name
    printf 'x,value\n1,2\n' >order
    printf 'value,x,y\n1,2,3\n' >wider
    printf 'value;x\n1;2\n' >delimiter
    printf '{"value":1}\n' >json
    for tool in $(detectors); do
        for other in name order wider delimiter json; do
            exits 2 ad a "$other"
            err_has "$other"
        done
        exits 2 ad json a
        err_has "a"
    done
}

@test "a file that cannot be read is an error that names it" {
    mkdir dir
    for tool in $(tools_with --in); do
        exits 2 ad no-such-file
        err_has "no-such-file: No such file or directory"
        exits 2 ad dir
        err_like "dir\b.*directory"
    done
    noise 20 >in
    for tool in $(detectors); do
        exits 2 ad in no-such-file
        equal "$(wc -l <out)" 21
    done
}

@test "a closed standard input is an error" {
    for tool in $(detectors); do
        exits 2 ad <&-
        err_has "standard input"
    done
}

# --- the delimiter -----------------------------------------------------------------------------

@test "the delimiter is the one that the first two records have equally often" {
    for tool in $(detectors); do
        n=$(prefix)
        # commas as decimal points
        good ad < <(printf 'time;x;value\n1;2,5;3\n2;3,5;4\n')
        equal "$(head -n 1 out)" "time;x;value;${n}_score;${n}_flag"
        # more commas than semicolons, but inside quotes
        good ad < <(printf '"a,b,c";value\n"1,2";3\n')
        equal "$(head -n 1 out)" "\"a,b,c\";value;${n}_score;${n}_flag"
        # a quoted newline: the second record, not the second line
        good ad < <(printf '"a,\n,b";value\n3;4\n')
        equal "$(sed -n 2p out)" ",b\";value;${n}_score;${n}_flag"
        # equally often in both wins over more often in the header
        good ad < <(printf 'a,b,c|value\n1,2|3\n')
        equal "$(head -n 1 out)" "a,b,c|value|${n}_score|${n}_flag"
    done
}

@test "no delimiter equally often: the most frequent one of the header" {
    for tool in $(detectors); do
        n=$(prefix)
        exits 0 ad < <(printf 'value,b,c;d\n1,2\n1,2,3\n')
        equal "$(head -n 1 out)" "value,b,c;d,${n}_score,${n}_flag"
        # of a header alone too
        good ad < <(printf 'value\tb\tc,d\n')
        equal "$(head -n 1 out)" "$(printf 'value\tb\tc,d\t%s_score\t%s_flag' "$n" "$n")"
    done
}

@test "a tie of delimiters is an error that lists them" {
    for tool in $(detectors); do
        exits 2 ad < <(printf 'value,b;c\n1\n2\n')
        err_has ,
        err_has ';'
        err_like "(--delimiter|-d)\b"
        [ ! -s out ] || fail "output"
        exits 0 ad -d ';' -f c < <(printf 'value,b;c\n1;1\n2;1\n')
    done
}

@test "-d and -i override the guess" {
    for tool in $(detectors); do
        n=$(prefix)
        good ad -d ';' -f 1 < <(printf 'a,b,c\n1\n2\n')
        equal "$(head -n 1 out)" "a,b,c;${n}_score;${n}_flag"
        good ad -d $'\t' -f b < <(printf 'a,x\tb,y\tb\n1\t2\t3\n')
        equal "$(head -n 1 out)" "$(printf 'a,x\tb,y\tb\t%s_score\t%s_flag' "$n" "$n")"
        good ad -d ':' -f b < <(printf 'a:b\n1:2\n')
        equal "$(head -n 1 out)" "a:b:${n}_score:${n}_flag"
        good ad -i tsv -f b < <(printf 'a,x\tb\n1\t2\n')
        equal "$(head -n 1 out)" "$(printf 'a,x\tb\t%s_score\t%s_flag' "$n" "$n")"
        good ad -i csv -f '{a' < <(printf '{a,b\n1,2\n')
        equal "$(head -n 1 out)" "{a,b,${n}_score,${n}_flag"
        exits 2 ad -i ndjson < <(printf 'value,b\n1,2\n')
    done
}

@test "-v says what was guessed and leaves the output alone" {
    noise 20 >in
    for tool in $(detectors); do
        good ad <in && mv out want
        exits 0 ad -v <in
        same want out
        err_like "[Cc][Ss][Vv]"
        err_like "value"
        err_like "timestamp"
    done
}

@test "a JSON array is an error with a hint" {
    for tool in $(detectors); do
        exits 2 ad < <(printf '[{"value":1}]\n')
        err_has "jq -c '.[]'"
    done
}

# --- bad rows ----------------------------------------------------------------------------------

@test "a bad row leaves as it came, filled up with empty fields" {
    printf 'time,value,x\n1,5,a\n2,6\n3,7,b,c\n4\n5,8,d\n' >in
    for tool in $(detectors); do
        exits 0 ad in
        sed -n 3,5p out | same - <(printf '2,6,,,\n3,7,b,c,,\n4,,,,\n')
        bare <out | sed '3s/,$//; 5s/,,$//' | same - in
        err_has "$tool: in:3: "
        err_has "$tool: in:4: "
        err_has "$tool: in:5: "
        err_like "^$tool: .*\\b3 "
        err_lacks "in:6"
    done
}

@test "a bad row teaches nothing" {
    noise 60 >in
    { head -n 30 in && echo 5 && echo 1,2,3,4 && echo 1700000000,abc && tail -n +31 in; } >bad
    for tool in $(detectors); do
        good ad <in && mv out want
        exits 0 ad <bad
        sed 31,33d out >got
        same want got
        exits 0 ad --on-bad=skip <bad
        same want out
    done
}

@test "an unclosed quote: its line passes as it came, reading resumes after it" {
    { echo value,x && for i in {1..12}; do echo "$i,a"; done; } >good
    { head -n 5 good && echo '99,"abc' && tail -n +6 good; } >in
    for tool in $(detectors); do
        good ad good && mv out want
        exits 0 ad in
        equal "$(sed -n 6p out)" '99,"abc'
        sed 6d out >got && same want got
        err_has "$tool: in:6: "
        # two of them, one in the last line, which has no newline
        { cat in && printf '98,"x'; } >both
        exits 0 ad both
        equal "$(tail -n 1 out)" '98,"x'
        sed '6d; $d' out >got && same want got
        # in the first row: of a header nothing can be made, without one it is a row like others
        exits 2 ad < <(sed '1s/x/"x/' good)
        err_has 'standard input:1: the quotes of the first row do not match'
        exits 0 ad --no-header -f 1 < <(echo '99,"abc' && sed 1d good)
        equal "$(head -n 1 out)" '99,"abc'
        sed 1d out >got && sed 1d want | same - got
    done
}

@test "an over-long record streams through" {
    { printf 'value,x\n1,a\n2,' && head -c 300000 /dev/zero | tr '\0' b &&
        printf '\n3,c\n4,d\n'; } >in
    for tool in $(detectors); do
        printf 'value,x\n1,a\n3,c\n4,d\n' | ad >want
        exits 0 ad --max-record=65536 in
        cmp -s <(sed -n 3p in) <(sed -n 3p out) || fail "the long record was changed"
        sed 3d out >got && same want got
        err_has "$tool: in:3: "
        err_has --max-record
        exits 0 ad --max-record=65536 --on-bad=skip in
        same want out
        exits 2 ad --max-record=65536 --on-bad=fail in
        equal "$(wc -l <out)" 2
        good ad --max-record=400000 in
    done
}

@test "a record of 17 MiB needs little memory to stream through" {
    { printf 'value,x\n1,a\n2,' && head -c 17M /dev/zero | tr '\0' b && printf '\n3,c\n'; } >in
    { printf '{"value":1}\n{"value":2,"x":"' && head -c 17M /dev/zero | tr '\0' b &&
        printf '"}\n{"value":3}\n'; } >in.json
    for tool in $(detectors); do
        exits 0 ad in
        cmp -s <(sed -n 3p in) <(sed -n 3p out) || fail "the long record was changed"
        exits 0 ad in.json
        cmp -s <(sed -n 2p in.json) <(sed -n 2p out) || fail "the long record was changed"
        exits 0 within 40000 ad --max-record=100000 in
        equal "$(wc -l <out)" 4
        exits 0 within 40000 ad --max-record=100000 in.json
        equal "$(wc -l <out)" 3
    done
}

@test "a line of 1 GB without a newline" {
    full
    for tool in $(detectors); do
        yes | head -c 1G | tr -d '\n' >in
        exits 2 within 100000 ad -f 1 --no-header <in
        cmp in out || fail "the line was changed"
        rm -f out
    done
}

@test "an over-long record of quotes does not take the rest of the input with it" {
    { printf 'value,x\n1,a\n2,"' && head -c 100000 /dev/zero | tr '\0' b &&
        printf '\n3,c\n4,d\n'; } >in
    for tool in $(detectors); do
        printf 'value,x\n1,a\n3,c\n4,d\n' | ad >want
        exits 0 ad --max-record=20000 in
        sed 3d out >got && same want got
    done
}

# --- NDJSON ------------------------------------------------------------------------------------

# json_scores LINE...: the scores of these 40 times repeated lines equal those of {"value":N}
json_same() {
    noise 30 1 bare=1 >numbers
    while read -r x; do
        printf '%s\n' "${1//X/$x}"
    done <numbers >a.json
    sed 's/.*/{"value":&}/' numbers >b.json
    good ad "${@:2}" <b.json && mv out want
    [ -s want ] || fail "no output"
    good ad "${@:2}" <a.json
    bare_json <out >got && same a.json got
    sed -E 's/.*("[a-z_]*_score":)/\1/; s/(true|false|null)}.*/\1/' out >got
    sed -E 's/.*("[a-z_]*_score":)/\1/; s/(true|false|null)}.*/\1/' want >want.scores
    same want.scores got
}

@test "NDJSON: keys, duplicates, strings and blanks" {
    for tool in $(detectors); do
        json_same '{"value":X}'
        json_same '{ "x" : [ 1 , { "value" : 7 } ] , "value" : X }  '
        json_same '{"v\u0061lue":X}'
        json_same '{"value":7,"value":X}'
        json_same '{"value":"X"}'
        json_same '{"value":X,"s":"}","t":"\"\\","u":"\ud83d\ude00"}'
    done
}

@test "NDJSON: nested members, and the literal key that beats them" {
    for tool in $(detectors); do
        for line in '{"a":{"b":X}}' '{"a.b":X}' '{"a":{"b":7},"a.b":X}' '{"a.b":X,"a":{"b":7}}' \
            '{"a":{"x":1,"b":X,"c":{"b":7}}}'; do
            noise 30 1 bare=1 | while read -r x; do printf '%s\n' "${line//X/$x}"; done >in
            noise 30 1 bare=1 | sed 's/.*/{"value":&}/' | ad | sed 's/.*_score"//' >want
            good ad -f a.b <in
            sed 's/.*_score"//' out >got && same want got
        done
    done
}

@test "NDJSON: null and absent members are missing" {
    for tool in $(detectors); do
        n=$(prefix)
        good ad < <(printf '{"value":1}\n{"value":null}\n{"x":1}\n{}\n{"value":""}\n{"value":"NA"}\n')
        sed 1d out >got
        same got - <<E2
{"value":null,"${n}_score":null,"${n}_flag":null}
{"x":1,"${n}_score":null,"${n}_flag":null}
{"${n}_score":null,"${n}_flag":null}
{"value":"","${n}_score":null,"${n}_flag":null}
{"value":"NA","${n}_score":null,"${n}_flag":null}
E2
        # the first one that has members names them
        good ad -o csv -f load < <(printf '{}\n{"load":null}\n')
        out_is < <(printf '%s\n' "load,${n}_score,${n}_flag" ,, ,,)
        good ad -f load < <(printf '{}\n{"a":"x"}\n{"load":1}\n')
    done
}

@test "NDJSON: a member that never came is an error at the end" {
    for tool in $(detectors); do
        exits 2 ad -f load < <(printf '{"value":1}\n{"value":2}\n')
        err_has '"load"'
        exits 0 ad -f load < <(printf '{"value":1}\n{"load":2}\n')
    done
}

@test "NDJSON: lines that are not objects are bad and pass byte for byte" {
    i=0
    printf '{"value":1}\n' >in
    while IFS= read -r bad; do
        printf '%b\n{"value":2}\n' "$bad" >>in
        i=$((i + 1))
    done <<'E2'
{"value":1
{"value":1}}
{"value":1} x
{"value":01}
{"value":+1}
{"value":.5}
{"value":1,}
{,"value":1}
{"value" 1}
{value:1}
{'value':1}
{"value":NaN}
{"value":tru}
{"value":"\\\\x"}
{"value":"\\\\ud800"}
{"value":1,"x":"a\tb"}
{"value":1,"x":"\xff"}
{"value":1,"x":"\xc0\x80"}
{"value":1,"x":"\xed\xa0\x80"}
{"value":1}{"value":1}
[1]
1
"x"
null
x
E2
    for tool in $(detectors); do
        exits 0 ad in
        sed -n 'n;p' in >want
        sed -n 'n;p' out >got
        same want got
        grep -av _score out >got
        same want got
        err_has "$tool: in:2: "
        err_like "\\b$i\\b"
    done
}

@test "NDJSON: a value that is no number is bad" {
    for value in true false '[1]' '{"a":1}' '"abc"' '"0x10"' 1e999 '"1e999"' '"inf"'; do
        printf '{"value":1}\n{"value":%s}\n{"value":2}\n' "$value" >in
        for tool in $(detectors); do
            exits 0 ad -f value in
            equal "$(sed -n 2p out)" "{\"value\":$value}"
            err_has "$tool: in:2: field \"value\": not a number"
        done
    done
}

@test "NDJSON: a name that is taken in a later record makes that record bad" {
    for tool in $(detectors); do
        n=$(prefix)
        exits 0 ad < <(printf '{"value":1}\n{"value":2,"%s_flag":0}\n{"value":3}\n' "$n")
        equal "$(sed -n 2p out)" "{\"value\":2,\"${n}_flag\":0}"
        err_has "${n}_flag"
        exits 2 ad < <(printf '{"value":2,"%s_score":0}\n{"value":3}\n' "$n")
        err_has "${n}_score"
        err_has --name
    done
}

# --- conversion --------------------------------------------------------------------------------

@test "-o: CSV to NDJSON keeps number literals, quotes the rest" {
    printf 'value,a,"b ""q"""\n1,007,x\n2,+5,.5\n3,-0.50,1e5\n4,1E+2,5.\n5,,"a,b"\n6,"7",caf\xe9\n7,"x\ny",\x01\xff\n8,true,null\n9,-,0x1F\n' >in
    for tool in $(detectors); do
        n=$(prefix)
        good ad -f value -o ndjson in
        sed -E "s/,\"${n}_score\":[^,]*,\"${n}_flag\":(null|true|false)}\$/}/" out >got
        same got - <<'E2'
{"value":1,"a":"007","b \"q\"":"x"}
{"value":2,"a":"+5","b \"q\"":".5"}
{"value":3,"a":-0.50,"b \"q\"":1e5}
{"value":4,"a":1E+2,"b \"q\"":"5."}
{"value":5,"a":"","b \"q\"":"a,b"}
{"value":6,"a":7,"b \"q\"":"caf�"}
{"value":7,"a":"x\ny","b \"q\"":"\u0001�"}
{"value":8,"a":"true","b \"q\"":"null"}
{"value":9,"a":"-","b \"q\"":"0x1F"}
E2
        if command -v jq >/dev/null; then jq -e . out >/dev/null || fail "jq cannot read it"; fi
    done
}

@test "-o: NDJSON to CSV takes its columns from the first record" {
    printf '%s\n' '{"value":1,"a":"x, y","b":{"c":[1, 2]}}' '{"b":null,"a":"q\"\n\u00e9","value":2.50}' \
        '{"value":3}' '{"value":4,"new":1}' '{"value":5,"a":true}' >in
    for tool in $(detectors); do
        n=$(prefix)
        exits 0 ad -f value -o csv in
        bare <out >got
        equal "$(head -n 1 out)" "value,a,b,${n}_score,${n}_flag"
        equal "$(sed -n 2p got)" '1,"x, y","{""c"":[1, 2]}"'
        equal "$(sed -n 3,4p got)" "$(printf '2.50,"q""\né",')"
        equal "$(sed -n 5p got)" '3,,'
        err_has in:4
        err_has '"new"'
        equal "$(tail -n 1 got)" 5,true,
    done
}

@test "-o: there and back again" {
    noise 50 1 groups=2 >in
    for tool in $(detectors); do
        good ad <in && mv out want
        good ad -o ndjson <in && mv out json
        equal "$(wc -l <json)" 50
        good ad -n two -o csv <json
        cut -d, -f 1-5 out | sed 's/,false$/,0/; s/,true$/,1/' >got
        same want got
        good ad -o tsv <in
        tr '\t' , <out >got && same want got
        good ad -o csv <in && same want out
    done
}

# --- numbers and missing values ----------------------------------------------------------------

@test "numbers as people write them" {
    for tool in $(detectors); do
        { echo value,x && for i in {1..9}; do echo "$i,a"; done &&
            printf '%s,a\n' +5 -5 5. .5 -.5 1e3 1E3 1e+3 1e-3 007 0 -0 1e-999 \
                123456789012345678901234567890 '"12"' 1e308; } >in
        good ad in
        bare <out >got && same in got
    done
}

@test "what is not a number is bad" {
    for tool in $(detectors); do
        for bad in 0x10 inf -inf Infinity 1e999 -1e999 1_000 12abc abc --5 1e 1e+ . + - '"1,5"' \
            '"1 2"' 1/2 5% 1d3 -nan 'nan(0)' ٣; do
            printf 'value,x\n1,a\n%s,b\n2,c\n' "$bad" >in
            exits 0 ad -f value in
            equal "$(sed -n 3p out)" "$bad,b,,"
            bad=${bad//\"/}
            [ "$bad" = ٣ ] || err_has "$tool: in:3: field \"value\": not a number: \"$bad\""
        done
    done
}

@test "missing values are not bad: no message, empty score, nothing learnt" {
    noise 60 >in
    for tool in $(detectors); do
        good ad <in && mv out whole
        for na in '' NA na N/A n/a NaN nan NULL null '""' ' ' ' NA '; do
            { head -n 40 in && echo "1700002370,$na" && tail -n +41 in; } >gap
            good ad <gap
            equal "$(sed -n 41p out)" "1700002370,$na,,"
            sed 41d out >got && same whole got
        done
    done
}

@test "--na names more missing values" {
    printf 'value,x\n1,a\n-999,b\nnone,c\n2,d\n' >in
    for tool in $(detectors); do
        good ad --na=-999,none -x in
        equal "$(column "$(prefix)_state" <out | sed -n 2,3p | sort -u)" missing
        exits 0 ad in
        err_has none
    done
}

@test "all values missing is fine, all bad is an error" {
    for tool in $(detectors); do
        good ad -f value < <(printf 'value,x\nNA,a\n,b\n')
        exits 2 ad -f value < <(printf 'value,x\nabc,a\ndef,b\n')
        bare <out | same - <(printf 'value,x\nabc,a\ndef,b\n')
        exits 2 ad -f value < <(printf '{"value":"abc"}\n')
        exits 2 ad -f value --on-bad=skip < <(printf 'value,x\nabc,a\n')
    done
}

# --- bad records: what to do, what to say ------------------------------------------------------

@test "the error message: program, file, line, field, what was wrong" {
    { echo time,value && for i in {1..15}; do echo "$i,$i"; done && echo 16,abc &&
        echo 17,17; } >metrics.csv
    for tool in $(detectors); do
        exits 0 ad metrics.csv
        equal "$(head -n 1 err)" "$tool: metrics.csv:17: field \"value\": not a number: \"abc\""
        exits 0 ad <metrics.csv
        equal "$(head -n 1 err)" "$tool: standard input:17: field \"value\": not a number: \"abc\""
        # lines, not records, are counted, and a record has the number of its first line
        { echo 'x,value' && printf '"a\nb",1\n"c\n\nd",abc\n'; } >two
        exits 0 ad -f value two
        err_has "two:4: "
        # each file has its own line 1
        { echo time,value && echo 1,zzz; } >second.csv
        exits 0 ad metrics.csv second.csv
        err_has 'second.csv:2: field "value": not a number: "zzz"'
    done
}

@test "the first few bad records are reported, the last line counts them" {
    { echo value,x && echo 1,a && for i in {1..1234}; do echo "bad$i,a"; done; } >in
    for tool in $(detectors); do
        exits 0 ad in
        between 2 "$(wc -l <err)" 25
        err_has '"bad1"'
        equal "$(tail -n 1 err | grep -cE '\b1[ ,]?234\b')" 1
    done
}

@test "messages show control bytes as \\xNN and at most 60 bytes of input" {
    long=$(head -c 200 /dev/zero | tr '\0' z)
    printf 'value,x\n1,a\na\x1b[31m\x01\rb,c\n%s,d\n' "$long" >in
    for tool in $(detectors); do
        exits 0 ad in
        grep -qiF 'a\x1b[31m\x01\x0db' err || fail "no escapes"
        if grep -q $'\x1b' err; then fail "a control byte in the message"; fi
        err_has "${long:0:60}"
        err_lacks "${long:0:61}"
        # in names of fields and files too
        exits 2 ad -f nosuch < <(printf 'v\x1b,w\x02\n1,2\n')
        if grep -q $'[\x1b\x02]' err; then fail "a control byte in the message"; fi
        exits 2 ad $'no\x1bfile'
        if grep -q $'\x1b' err; then fail "a control byte in the message"; fi
        exits 2 ad $'--direction=\x1b[1m'
        if grep -q $'\x1b' err; then fail "a control byte in the message"; fi
    done
}

@test "--on-bad=skip drops bad records, fail stops after all that came before" {
    noise 30 >in
    { head -n 21 in && echo 1,abc && tail -n +22 in; } >bad
    for tool in $(streaming); do
        good ad <in && mv out want
        exits 0 ad --on-bad=skip <bad
        same want out
        exits 2 ad --on-bad=fail <bad
        head -n 21 want | same - out
        err_has abc
        exits 0 ad --on-bad=pass <bad
        sed 22d out >got && same want got
    done
}

@test "-q is quiet about bad records, not about errors" {
    printf 'value,x\n1,a\nabc,b\n' >in
    for tool in $(detectors); do
        good ad -q in
        equal "$(wc -l <out)" 3
        exits 2 ad -q no-such-file
        [ -s err ] || fail "no message"
    done
}

# --- fields ------------------------------------------------------------------------------------

@test "-f takes names, numbers, ranges and globs" {
    noise 40 1 fields=3 >in
    for tool in $(one_field); do
        n=$(prefix)
        good ad -f b <in && mv out want
        good ad -f 3 <in && same want out
        good ad -f 3-3 <in && same want out
        good ad -x -f a,b,c <in && mv out want
        for list in 2-4 'a,3,c' '?' 2,3-4 'a,b,*c'; do
            good ad -x -f "$list" <in && same want out
        done
        good ad -x -f a,c <in
        column "${n}_field" <out | sort -u | same - <(printf '\na\nc\n' | sort -u)
    done
}

@test "an unknown field is an error with the nearest name and the list" {
    printf 'timestamp,cpu_user,cpu_system,load\n1,2,3,4\n' >in
    to_json <in >in.json
    for tool in $(detectors); do
        exits 2 ad -f cpu_usr <in
        err_has '"cpu_usr"'
        err_has cpu_user
        err_has load
        [ ! -s out ] || fail "output"
        for wrong in 9 0 2-9 3-2 'x*'; do
            exits 2 ad -f "$wrong" <in
            err_has "$wrong"
        done
        exits 2 ad -f load -g hst <in
        err_has '"hst"'
        exits 2 ad -f load -t tmestamp <in
        err_has '"tmestamp"'
        err_has timestamp
        exits 2 ad -f cpu_usr <in.json
        err_has '"cpu_usr"'
        err_has cpu_user
    done
}

@test "a column whose name occurs twice can be chosen by number" {
    for tool in $(detectors); do
        good ad -f 2 < <(printf 'a,a\n1,2\n')
    done
}

@test "a name that holds a comma, a blank or a quote can be chosen" {
    for tool in $(detectors); do
        good ad -f 'a b' < <(printf 'a b,c\n1,2\n')
        good ad -f 'a"b' < <(printf '"a""b",c\n1,2\n')
        good ad -f 1 < <(printf '"a,b",c\n1,2\n')
    done
}

@test "without -f: value, else the only numeric field, else an error that lists them" {
    for tool in $(one_field); do
        n=$(prefix)
        field() { # the field that was chosen
            good ad -x < <(printf '%s\n' "$1" && yes "$2" | head -n 30)
            column "${n}_field" <out | sort -u | grep .
        }
        equal "$(field a,value,b 1,2,3)" value
        equal "$(field timestamp,host,cpu 1700000000,h,3)" cpu
        equal "$(field cpu,@timestamp,h 5,2024-01-01T00:00:00Z,x)" cpu
        equal "$(field name,credit_score x,3)" credit_score
        equal "$(field cpu,z_score,z_flag,z_state,z_field,z_expected,z_lower,z_upper,z_line,z_reason \
            1,0.5,1,ok,cpu,1,2,3,4,5)" cpu
        equal "$(field cpu,rule,rule_score,rule_flag,severity,tags 1,2,3,1,5,6)" cpu
        equal "$(field a,ensemble_score,ensemble_flag 1,0.1,0)" a
        for header in timestamp,cpu,mem ts,score,flag; do
            exits 2 ad < <(printf '%s\n1,2,3\n' "$header")
            for name in ${header//,/ }; do
                case $name in t*) ;; *) err_has "$name" ;; esac
            done
        done
        exits 2 ad < <(printf 'host,state\na,b\n')
        err_has host
        good ad -g id < <(printf 'id,cpu\n7,3\n')
        good ad < <(printf '{"host":"a","up":true,"cpu":3}\n{"host":"a","up":true,"cpu":4}\n')
        exits 2 ad < <(printf '{"mem":3,"cpu":3}\n')
        err_has mem
        err_has cpu
    done
}

@test "--no-header: fields are 1, 2, ... and nothing is printed but records" {
    noise 30 1 >in
    tail -n +2 in >bare.csv
    for tool in $(detectors); do
        good ad -f value <in
        tail -n +2 out >want
        good ad --no-header -t 1 -f 2 <bare.csv
        same want out
        exits 2 ad --no-header -f value <bare.csv
        exits 2 ad --no-header -f 3 <bare.csv
        good ad --no-header -f 1 < <(seq 40)
        equal "$(wc -l <out)" 40
    done
}

# --- appended fields ---------------------------------------------------------------------------

@test "N_score and N_flag, with -x seven more, in this order" {
    for tool in $(of_values); do
        n=$(prefix)
        good ad -x < <(noise 30)
        equal "$(head -n 1 out)" "timestamp,value,${n}_score,${n}_flag,${n}_state,${n}_field,${n}_expected,${n}_lower,${n}_upper,${n}_line,${n}_reason"
        good ad -x -n my < <(noise 30 | to_json)
        equal "$(tail -n 1 out | grep -oE '"my_[a-z]+":' | tr -d '\n')" \
            '"my_score":"my_flag":"my_state":"my_field":"my_expected":"my_lower":"my_upper":"my_line":"my_reason":'
    done
}

@test "scores are in [0,1) with at most 6 decimals, the flag is score >= 0.5" {
    noise 600 1 spike_every=50 spike=11 missing=37 >in
    for tool in $(detectors); do
        n=$(prefix)
        good ad <in
        column "${n}_score" <out >score
        column "${n}_flag" <out >flag
        if grep -vxE '|0|0\.[0-9]{0,5}[1-9]' score; then fail "not a score"; fi
        paste -d, score flag | awk -F, '$1 == "" ? $2 != "" : $2 != ($1 >= 0.5) { print; bad = 1 }
            END { exit bad }' || fail "flag and score differ"
        # missing values have neither, and there are others
        column value <out | paste -d, - score | grep -q '^,$' || fail "no missing one"
        grep -q . score || fail "no score at all"
        if grep -qiE 'nan|inf' out; then fail "nan or inf"; fi
        good ad < <(to_json <in)
        if grep -qiE ':-?(nan|inf)' out; then fail "nan or inf"; fi
    done
}

@test "a spike is flagged, and -a prints flagged records only" {
    noise 400 1 spike_at=300 spike=1000 >in
    for tool in $(one_field); do
        n=$(prefix)
        good ad <in && mv out all
        equal "$(sed -n 301p all | sed 's/.*,//')" 1
        good ad -a <in
        { head -n 1 all && grep ',1$' all; } | same - out
        good ad --anomalies < <(to_json <in)
        equal "$(wc -l <out)" "$(grep -c ',1$' all)"
        { head -n 300 in && echo oops && tail -n +301 in; } >bad
        exits 0 ad -a <bad
        { head -n 1 all && grep ',1$' all; } | same - out
    done
}

@test "-e: status 1 if a record was flagged" {
    noise 200 5 spike_at=150 spike=1000 >spike
    for tool in $(one_field); do
        exits 1 ad -e <spike
        [ ! -s err ] || fail "not silent"
        exits 1 ad -e -a <spike
        good ad <spike
        good ad -e < <(printf 'value\n1\n1\n1\n')
        good ad -e </dev/null
        exits 2 ad -e no-such-file
    done
}

@test "a name that is there already is an error; -n gives another" {
    noise 60 spike_at=50 spike=100 >in
    for tool in $(detectors); do
        n=$(prefix)
        ad <in >once
        exits 2 ad <once
        err_has "${n}_score"
        err_has --name
        [ ! -s out ] || fail "output"
        good ad -n second -f value <once
        equal "$(head -n 1 out)" "timestamp,value,${n}_score,${n}_flag,second_score,second_flag"
        bare <out >got && same once got
        # the same scores twice
        awk -F, 'NR > 1 && ($3 != $5 || $4 != $6)' out >got
        [ ! -s got ] || fail "other scores: $(cat got)"
        exits 2 ad -n value < <(printf 'timestamp,value,value_score\n1,2,3\n')
    done
}

@test "the second filter in a row needs no -f" {
    noise 60 1 | sed '1s/value/cpu/' >in
    for tool in $(one_field); do
        good ad -x <in && mv out once
        good ad -n second -x <once
        # without reasons, which have commas
        equal "$(sed 's/"[^"]*"//g' out | column second_field | grep . | sort -u)" cpu
    done
}

# --- groups ------------------------------------------------------------------------------------

@test "-g: interleaved groups score as if each were alone" {
    noise 300 1 groups=3 spike_every=40 spike=12 >in
    for tool in $(streaming); do
        good ad -g host <in && mv out all
        bare <all >got && same in got
        for host in h0 h1 h2; do
            awk -F, -v h="$host" 'NR == 1 || $2 == h' in >part
            good ad <part && mv out want
            awk -F, -v h="$host" 'NR == 1 || $2 == h' all >got
            same want got
        done
    done
}

@test "-g: several fields, and keys that hold commas, quotes and newlines" {
    for tool in $(streaming); do
        # the fields are told apart: a|bc is not ab|c
        noise 40 1 bare=1 | awk 'BEGIN { print "x,y,value" } { print (NR % 2 ? "a,bc," : "ab,c,") $1 }' >in
        noise 40 1 bare=1 | awk 'BEGIN { print "x,y,value" } { print (NR % 2 ? "a,1," : "b,2,") $1 }' >other
        good ad -f value -g x,y <in && mv out got
        good ad -f value -g x <other
        cut -d, -f 4- out >want && cut -d, -f 4- got | same - want
        # quoted or not, it is the same key
        noise 40 1 bare=1 | awk 'BEGIN { print "x,value" }
            { print (NR % 2 ? NR % 4 == 1 ? "a" : "\"a\"" : "\"b, \"\"c\"\"\n\"") "," $1 }' >in
        noise 40 1 bare=1 | awk 'BEGIN { print "x,value" } { print (NR % 2 ? "a" : "b") "," $1 }' >other
        good ad -f value -g x <other && mv out want
        good ad -f value -g x <in
        grep -v '^"b' out | sed 's/^[a-z"]*,//' >got
        sed 's/^[a-z]*,//' want | same - got
    done
}

@test "-g in NDJSON: nested members, escapes" {
    for tool in $(streaming); do
        noise 40 1 bare=1 | awk '{ print "{\"tags\":{\"host\":\"" (NR % 2 ? "a" : NR % 4 ? "b" : "\\u0062") "\"},\"value\":" $1 "}" }' >in
        noise 40 1 bare=1 | awk '{ print "{\"host\":\"" (NR % 2 ? "a" : "b") "\",\"value\":" $1 "}" }' >other
        good ad -g host <other
        sed 's/.*_score"//' out >want
        good ad -g tags.host <in
        sed 's/.*_score"//' out >got
        same want got
    done
}

@test "--max-keys evicts the least recently used group, with one warning" {
    awk 'BEGIN { print "host,value"; for (i = 1; i <= 30; i++) for (k = 0; k < 5; k++) print "h" k "," i * 7 % 10 }' >in
    for tool in $(tools_with --alpha --max-keys); do
        n=$(prefix)
        good ad -g host <in
        exits 0 ad -x -g host --max-keys=2 <in
        err_has --max-keys
        equal "$(wc -l <err)" 1
        # with room for two of five that take turns, none ever gets beyond its first value
        has --direction && equal "$(column "${n}_state" <out | sort -u)" warmup
        good ad -x -g host --max-keys=5 <in
    done
}

@test "a million groups, or a tenth where a state is more than a few numbers" {
    full
    for tool in $(streaming); do
        groups=100000
        set --
        has --method && groups=1000000 && set -- --method=ewma
        awk -v n=$groups 'BEGIN { print "host,value"; for (j = 0; j < 2; j++) for (i = 0; i < n; i++) print "h" i "," i % 97 }' >in
        good within 1100000 ad "$@" -g host --stats=st <in
        grep -q "\"keys\":$groups" st || fail "$(cat st)"
    done
}

# --- time --------------------------------------------------------------------------------------

# gap_fires WANT LINE1 LINE2 [OPTION...]: whether --gap 30m sees one between the two times, which
# come last after a minute-wise past
gap_fires() {
    local want=$1 first=$2 second=$3
    shift 3
    # the past is one and the same time, so that only the last step can be a gap
    { echo time,value && for i in {1..40}; do echo "$first,$((i % 7))"; done &&
        echo "$second,3"; } >in
    good ad -x --gap 30m "$@" <in
    if [ "$want" = yes ]; then
        equal "$(column "$(prefix)_state" <out | tail -n 1)" nodata
    else
        equal "$(column "$(prefix)_state" <out | tail -n 1)" ok
    fi
    equal "$(count "$(prefix)_state" nodata <out)" "$([ "$want" = yes ] && echo 1 || echo 0)"
}

@test "times in all their formats" {
    for tool in $(tools_with --alpha --gap); do
        gap_fires no 1700000000 1700001800
        gap_fires yes 1700000000 1700001801
        gap_fires no 1700000000.5 1700001800.5
        gap_fires no 1700000000000 1700001800000
        gap_fires yes 1700000000000 1700001801000
        gap_fires yes 1700000000000000 1700001801000000
        gap_fires no 1700000000000000 1700001800000000
        gap_fires yes 1700000000000000000 1700001801000000000
        gap_fires no 1700000000000000000 1700001799000000000
        gap_fires no 2024-01-31T23:45:00Z 2024-02-01T00:15:00Z
        gap_fires yes 2024-01-31T23:45:00Z 2024-02-01T00:15:01Z
        gap_fires no 2024-02-28T23:45:00.25Z 2024-02-29T00:15:00.25Z
        gap_fires no 2024-01-01T12:00:00+02:00 2024-01-01T10:10:00Z
        gap_fires yes 2024-01-01T12:00:00-02:00 2024-01-01T14:40:00Z
        gap_fires no '2024-01-01 12:00:00' '2024-01-01 12:30:00'
        gap_fires yes '2024-01-01 12:00:00' '2024-01-01 12:30:01'
        gap_fires no '31/12/2023 23:50' '01/01/2024 00:20' --time-format='%d/%m/%Y %H:%M'
        gap_fires yes '31/12/2023 23:50' '01/01/2024 00:21' --time-format='%d/%m/%Y %H:%M'
    done
}

@test "zones: clocks that change do not make a gap, --tz beats TZ" {
    for tool in $(tools_with --alpha --gap --tz); do
        # Europe/Berlin skips from 02:00 to 03:00 on 31 March 2024
        gap_fires no '2024-03-31 01:59:00' '2024-03-31 03:01:00' --tz=Europe/Berlin
        gap_fires yes '2024-03-31 01:59:00' '2024-03-31 03:01:00' --tz=UTC
        TZ=Europe/Berlin gap_fires no '2024-03-31 01:59:00' '2024-03-31 03:01:00'
        TZ=Europe/Berlin gap_fires yes '2024-03-31 01:59:00' '2024-03-31 03:01:00' --tz=UTC
        # and has 02:00 to 03:00 twice on 27 October
        gap_fires yes '2024-10-27 01:50:00' '2024-10-27 03:10:00' --tz=Europe/Berlin
        gap_fires no '2024-10-27T02:50:00+02:00' '2024-10-27T02:10:00+01:00' --tz=Europe/Berlin
        TZ=EST5EDT,M3.2.0,M11.1.0 gap_fires no '2024-03-10 01:50:00' '2024-03-10 03:10:00'
    done
}

@test "the time field: found by name, chosen by -t" {
    for tool in $(tools_with --alpha --gap); do
        for name in timestamp time ts @timestamp date datetime; do
            { echo "x,$name,value" && for i in {1..40}; do echo "a,1700000000,$((i % 7))"; done &&
                echo a,1700009999,3; } >in
            good ad -x --gap 1h -f value <in
            equal "$(column "$(prefix)_state" <out | tail -n 1)" nodata
        done
        sed '1s/datetime/when/' in >other
        exits 2 ad --gap 1h -f value <other
        good ad -x --gap 1h -f value -t when <other
        equal "$(column "$(prefix)_state" <out | tail -n 1)" nodata
        to_json <other >json
        good ad --gap 1h -x -t when -f value <json
        tail -n 1 out | grep -q '_state":"nodata"' || fail "no nodata"
    done
}

@test "a time that does not parse: ignored if it was only guessed, bad if it was named" {
    { echo time,value && for i in {1..30}; do echo "row$i,$((i % 7))"; done; } >in
    for tool in $(detectors); do
        good ad <in
        bare <out >got && same in got
        exits 0 ad -v <in
        err_like '\btime\b'
        exits 2 ad -t time <in
        err_has 'field "time": '
        err_has '"row1"'
        sed 's/row/17000000/' in | sed '$s/17000000.*,/soon,/' >last
        exits 0 ad last
        err_has 'last:31: field "time": '
        err_has '"soon"'
    done
}

@test "a late record is scored on arrival and counted" {
    noise 60 1 | awk -F, -v OFS=, 'NR == 50 { $1 -= 3600 } { print }' >in
    for tool in $(streaming); do
        good ad --stats=st <in
        bare <out >got && same in got
        grep -q '"late":1\b' st || fail "$(cat st)"
        equal "$(column "$(prefix)_score" <out | sed -n 49p | grep -c .)" 1
    done
}

# --- output ------------------------------------------------------------------------------------

@test "a full disk is an error" {
    [ -c /dev/full ] || skip "no /dev/full"
    noise 20 >small
    noise 20000 >large
    for tool in $(detectors); do
        for in in small large; do
            status=0
            ad <$in >/dev/full 2>err || status=$?
            equal "$status" 2
            err_has "No space left on device"
        done
    done
    for tool in $(tools); do
        for option in --help --version; do
            status=0
            ad_bare $option >/dev/full 2>err || status=$?
            equal "$status" 2
        done
    done
}

@test "a closed standard output is an error" {
    noise 20 >in
    for tool in $(detectors); do
        status=0
        ad <in >&- 2>err || status=$?
        equal "$status" 2
        [ -s err ] || fail "no message"
        # and no other file takes its place
        status=0
        if has --state; then
            ad -S st <in >&- 2>err || status=$?
            equal "$status" 2
            [ ! -e st ] || fail "a state was saved"
        fi
    done
}

@test "a reader that goes away ends it quietly" {
    noise 20000 >in
    for tool in $(detectors); do
        { ad <in 2>err && echo 0 >status || echo $? >status; } | head -n 1 >out
        [ ! -s err ] || fail "not silent"
        case $(cat status) in 0 | 141) ;; *) fail "status $(cat status)" ;; esac
        # also where SIGPIPE is ignored
        (
            trap '' PIPE
            { ad <in 2>err || true; } | head -n 1 >out
        )
        [ ! -s err ] || fail "not silent"
    done
}

@test "output is live: what can be said is said before the next input comes" {
    mkfifo to from
    for tool in $(streaming); do
        ad_exec --no-header -f 1 <to >from 2>err &
        pid=$!
        exec 5>to 6<from
        seq 1000 >&5
        n=0
        while [ $n -lt 1000 ] && read -r -t 5 -u 6 line; do n=$((n + 1)); done
        equal $n 1000
        equal "${line%%,*}" 1000
        seq 3 >&5
        for i in 1 2 3; do
            read -r -t 5 -u 6 line || fail "nothing came"
            equal "${line%%,*}" "$i"
        done
        exec 5>&-
        wait $pid
        exec 6<&-
    done
}

@test "output is live through two filters, in NDJSON, from a slow gzip" {
    mkfifo to from
    noise 40 | to_json >in
    for tool in $(streaming); do
        ad_exec <to 2>err | ad_exec -n second -f value >from 2>err2 &
        exec 5>to 6<from
        head -n 20 in >&5
        for i in {1..20}; do
            read -r -t 5 -u 6 line || fail "nothing came for line $i"
        done
        tail -n +21 in >&5
        for i in {21..40}; do
            read -r -t 5 -u 6 line || fail "nothing came for line $i"
        done
        exec 5>&-
        wait $!
        exec 6<&-
    done
}

@test "-u changes nothing but when" {
    noise 100 >in
    for tool in $(tools_with --alpha --unbuffered); do
        good ad <in && mv out want
        good ad -u <in
        same want out
        if command -v strace >/dev/null && ! sanitized; then
            (UNDER='strace -o trace -e trace=write' ad_exec -u <in >/dev/null 2>err) || skip "no strace"
            between 100 "$(grep -c '^write(1' trace)" 102
        fi
    done
}

@test "--stats: what was done, as NDJSON" {
    noise 500 1 groups=2 spike_every=100 spike=100 >in
    { cat in && echo oops; } >bad
    for tool in $(streaming); do
        exits 0 ad -g host --stats=st bad
        equal "$(wc -l <st)" 1
        for field in '"records":501' "\"flagged\":$(grep -c ',1$' out)" '"bad":1' '"late":0' \
            '"keys":2' '"seconds":[0-9.]+' "\"bytes\":$(wc -c <bad)"; do
            grep -qE "[{,]${field}[,}]" st || fail "no $field in $(cat st)"
        done
        equal "$(stat -c %a st)" 644
    done
}

@test "--stats: as a Prometheus textfile, replaced as a whole" {
    noise 500 1 spike_every=100 spike=100 >in
    mkdir d
    for tool in $(streaming); do
        (umask 077 && ad --stats=d/st.prom <in >out)
        grep -qE '^[a-z_]*records[a-z_]*(\{[^}]*\})? 500$' d/st.prom || fail "$(cat d/st.prom)"
        grep -qE "^[a-z_]*flagged[a-z_]*(\{[^}]*\})? $(grep -c ',1$' out)\$" d/st.prom ||
            fail "$(cat d/st.prom)"
        if grep -vE '^(# (HELP|TYPE) .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? [-+0-9.e]+)$' d/st.prom; then
            fail "not the Prometheus text format"
        fi
        equal "$(stat -c %a d/st.prom)" 644
        equal "$(ls d)" st.prom
        exits 2 ad --stats=no/such/dir/st <in
        err_has no/such/dir
        rm d/st.prom
    done
}

@test "no progress where standard error is not a terminal" {
    noise 200 >in
    for tool in $(tools_with --alpha --progress); do
        good ad in
        good ad --progress in
    done
}

@test "threads and seed: -j does not change the output" {
    noise 3000 1 groups=5 spike_every=100 spike=11 >in
    for tool in $(detectors); do
        good ad -g host <in && mv out want
        good ad -j 1 -g host <in && same want out
        good ad -j 3 -g host <in && same want out
    done
}

# --- surroundings ------------------------------------------------------------------------------

@test "the locale changes nothing" {
    noise 60 spike_at=50 spike=33.3 >in
    if command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/de_DE ]; then
        mkdir loc
        localedef -i de_DE -f UTF-8 loc/de_DE.UTF-8 >/dev/null 2>&1 || true
        export LOCPATH=$PWD/loc
    fi
    for tool in $(detectors); do
        good ad -x <in && mv out want
        for locale in C.UTF-8 de_DE.UTF-8 no_SUCH; do
            LC_ALL=$locale good ad -x <in
            same want out
        done
        LC_ALL='' LANG=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 good ad -x -p 0.0027 <in
        same want out
    done
}

@test "short reads, short writes and interrupted calls change nothing" {
    noise 2000 1 groups=2 spike_every=100 spike=11 >in
    to_json <in >in.json
    gzip -k in
    for tool in $(detectors); do
        faultinject
        good ad -g host in && mv out want
        good ad -g host in.json && mv out want.json
        for how in short:1 short:7 eintr:2 eintr:3; do
            good faulty ${how%:*} ${how#*:} ad -g host in
            same want out
            good faulty ${how%:*} ${how#*:} ad -g host in.json
            same want.json out
        done
        good faulty short 7 ad -g host in.gz
        same want out
    done
}

@test "the n-th allocation fails: a message and status 2, or the right output" {
    noise 60 1 groups=2 spike_at=50 spike=50 >in
    to_json <in >in.json
    { cat in && echo '1,"a
b",3' && echo x; } >odd
    for tool in $(detectors); do
        faultinject
        for run in "-x -g host in" "-g host in.json" "-q -g host --stats=st odd"; do
            # shellcheck disable=SC2086
            exits 0 ad $run
            mv out want
            # shellcheck disable=SC2086
            break_each malloc 2000 ad $run
        done
    done
}

# break_each WHAT MAX CMD...: fail the first, second ... call until CMD gets through without
break_each() {
    local what=$1 max=$2 n step=1
    shift 2
    for ((n = 1; n <= max; n += step)); do
        capture faulty "$what" "$n" "$@"
        [ -e fired ] || break
        case $status in
        0) cmp -s want out || fail "$what $n: status 0 and wrong output: $*" ;;
        2 | 75) [ -s err ] || fail "$what $n: status $status without a message: $*" ;;
        *) fail "$what $n: status $status: $*" ;;
        esac
        # the first hundred one by one, later ones with larger and larger steps
        [ $n -lt 100 ] || step=$((n / 25))
    done
    [ ! -e fired ] || fail "$what: no end after $n"
    [ $n -gt 1 ] || fail "$what: never called"
}

@test "the n-th read or write fails: a message and status 2" {
    noise 3000 1 >in
    for tool in $(streaming); do
        faultinject
        good ad in && mv out want
        break_each read 200 ad in
        break_each write 200 ad in
        exits 2 faulty read 1 ad in
        err_has "Input/output error"
        err_has in
        exits 2 faulty write 1 ad in
        err_has "No space left on device"
    done
}
