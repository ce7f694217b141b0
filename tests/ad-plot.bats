#!/usr/bin/env bats
# ad-plot: which fields make which panels, what is marked in them, formats, terminals. How pictures
# look is tested by pictures.bats, reports by plot_html.bats.

load helper

tool=ad-plot

# Three values, of which the third is flagged; and what a detector would say of them with -x.
scored() {
    cat <<'END'
timestamp,value,z_score,z_flag,z_state,z_field,z_expected,z_lower,z_upper,z_line,z_reason
2024-03-01T00:00:00Z,10,,,warmup,value,,,,,
2024-03-01T00:01:00Z,11,0.1,0,ok,value,10,8,12,5.9,
2024-03-01T00:02:00Z,99,0.9,1,ok,value,10.5,8,13,5.9,far <above> all
END
}

# svg ARG...: the SVG of ad-plot in ./out
svg() {
    good ad-plot -o svg "$@"
    head -c 5 out | grep -q '<?xml' || fail "no SVG"
}

# marks CLASS: how many elements of ./out have it
marks() {
    grep -cE "class=\"(area )?$1\"" out || true
}

# texts: what is written in ./out, a line for each
texts() {
    sed -n 's/.*<text[^>]*>\([^<]*\)<\/text>.*/\1/p' out
}

written() {
    texts | grep -qF -e "$1" || fail "\"$1\" is not written: $(texts | tr '\n' '|')"
}

unwritten() {
    ! texts | grep -qF -e "$1" || fail "\"$1\" is written"
}

# dots N: so many flagged points, each of which says what it is
dots() {
    equal "$(grep -c '<g class="dot"><title>' out || true)" "$1"
}

# --- fields ------------------------------------------------------------------------------------

@test "values, band, score and flags of scored records are drawn" {
    scored >in
    svg in
    dots 1
    written value
    written "3 records, 1 flagged"
    for class in line band expected score alarm; do
        [ "$(marks "$class")" -gt 0 ] || fail "no $class"
    done
    grep -q '<title>2024-03-01 00:02:00: 99, score 0.9' out || fail "nothing said of the point"
}

@test "value is the value field if there is one, labels never are" {
    printf 'time,value,other,label\n1,2,3,0\n2,3,4,1\n' >in
    svg in
    written value
    unwritten other
    cut -d, -f1,3- in >others
    svg --labels=label others
    written other
    ! texts | grep -qx label || fail "labels are drawn as values"
    svg others
    texts | grep -qx label
}

@test "records without scores are drawn, too" {
    scored | cut -d, -f1-2 >in
    svg in
    dots 0
    equal "$(marks band)" 0
    [ "$(marks line)" -gt 0 ] || fail "no line"
    good ad-plot -o svg <<<'[]'x || true
    seq 100 | svg --no-header
    dots 0
}

@test "every field and every group has a panel" {
    printf 'time,host,cpu,mem\n1,a,1,2\n2,b,3,4\n3,a,2,1\n4,b,5,5\n' >in
    svg in
    written cpu
    written mem
    unwritten a:
    svg -g host in
    for name in 'a: cpu' 'a: mem' 'b: cpu' 'b: mem'; do written "$name"; done
    svg -g host -f mem in
    written 'b: mem'
    unwritten cpu
    to_json <in >in.json
    svg -g host -f mem in.json
    written 'a: mem'
}

@test "of many panels those with most that is flagged are shown" {
    awk 'BEGIN { print "time,host,value,d_score,d_flag"
        for (t = 0; t < 20; t++) for (h = 0; h < 30; h++) {
            f = (h == 7 && t > 5) || (h == 21 && t > 9) || (h == 3 && t == 4)
            print t "," "h" h "," t * h % 5 "," (f ? .6 : .2) "," f } }' >in
    svg -g host --panels=3 in
    for name in h7 h21 h3; do texts | grep -qE "^$name( |\$)" || fail "no panel of $name"; done
    ! texts | grep -qE '^h[0-9]+( |$)' | grep -qvE '^h(7|21|3)( |$)' || fail "other panels"
    written "3 of 30"
}

@test "the score is that of rules, of an ensemble, or the only one" {
    printf 'value,a_score,a_flag\n1,.1,0\n2,.9,1\n3,.1,0\n' >in
    svg in
    dots 1
    printf 'value,a_score,a_flag,b_score,b_flag\n1,.1,0,.2,0\n2,.9,1,.9,1\n3,.1,0,.7,1\n' >in
    exits 2 ad-plot in
    err_has "a_score, b_score"
    svg --score=b_score in
    dots 2
    printf 'value,a_score,a_flag,b_score,b_flag,ensemble_score,ensemble_flag\n1,.1,0,.2,0,.1,0\n2,.9,1,.9,1,.9,1\n3,.1,0,.7,1,.2,0\n' >in
    svg in
    dots 1
    sed '1s/$/,rule,rule_score,rule_flag,severity,tags/; 2,$s/$/,r,0.95,1,low,/' in >ruled
    svg ruled
    dots 3
    exits 2 ad-plot --score=c_score ruled
    err_has '"c_score"'
    printf 'value,credit_score\n1,.1\n2,.9\n' >in
    svg --score=credit_score -f value in
    dots 1
}

@test "a score is shown with the field it is of" {
    awk 'BEGIN { print "time,a,b"; for (i = 0; i < 400; i++) print i "," i % 7 "," (i == 300 ? 90 : i % 5) }' >in
    ad-zscore -f a,b -x in | svg -f a,b
    dots 1
    ad-zscore -f a,b -x in | svg -f a
    dots 0
    ad-zscore -f a,b in | svg -f a,b
    dots 2 # nobody said which
    ad-zscore -f a,b --each in | svg -f a,b
    dots 1
}

@test "bounds come from the first detector that gave some" {
    noise 200 >in
    ad-zscore -n z -x in | ad-novelty | ad-ensemble >scored
    svg scored
    [ "$(marks band)" -gt 0 ] || fail "no band"
}

# --- marks -------------------------------------------------------------------------------------

@test "labels are marked: of a field, of a file, windows as CSV and JSON" {
    printf 'time,host,value,label\n' >in
    awk 'BEGIN { for (i = 0; i < 100; i++) print 60 * i ",a," i % 7 "," (i >= 40 && i < 50) }' >>in
    svg -f value in
    equal "$(marks label)" 0
    svg -f value --labels=label in
    stretch=$(grep 'class="area label"' out)
    [ -n "$stretch" ] || fail "nothing is marked"
    printf '2400/2940\t-\t1\n' >labels
    svg -f value --labels=labels in
    equal "$(grep 'class="area label"' out)" "$stretch"
    printf 'from,to\n2400,2940\n' >w.csv
    svg -f value --windows=w.csv in
    equal "$(grep 'class="area label"' out)" "$stretch"
    echo '{"x/a": [[2400, 2940]], "b": []}' >w.json
    svg -f value -g host --windows=w.json in
    equal "$(grep 'class="area label"' out)" "$stretch"
    svg -f value --windows=w.json --key=b in
    equal "$(marks label)" 0
    exits 2 ad-plot -f value --windows=w.json --key=c in
    err_has '"c"'
}

@test "shifts are marked, and silence breaks the line" {
    { noise 400; noise 400 2 | sed 1d | awk -F, '{ print $1 + 100000 "," $2 + 500 }'; } 2>/dev/null >in
    ad-zscore -x in | svg
    [ "$(marks shift)" -gt 0 ] || fail "no shift"
    printf 'value\n1\n2\n\n3\n4\n' | svg
    grep -c 'class="line" d="M' out >n
    printf 'value\n1\n2\n2.5\n3\n4\n' | svg
    equal "$(($(cat n) - $(grep -c 'class="line" d="M' out)))" 1
}

# --- what is drawn -----------------------------------------------------------------------------

@test "--from and --to leave out the rest" {
    awk 'BEGIN { print "time,value"; for (i = 0; i < 100; i++) print i * 60 "," i }' >in
    svg --from=600 --to=1970-01-01T00:20:00 in
    written "11 records, 0 flagged"
    svg --from=1970-01-01T01:10 --tz=CET-1 in
    written "90 records"
    cut -d, -f2 in | svg --from=91 --to=95
    written "5 records"
    exits 2 ad-plot --from=soon in
    err_has "--from=soon: not a time"
    exits 2 ad-plot --from=20 --to=10 in
    err_has "--to is before --from"
    exits 2 ad-plot -f value --from=2024-01-01 <<<'value
1'
    err_has "no time"
}

@test "--range and --log make the axis" {
    scored >in
    svg --range=0:1000 in
    written 1000
    svg --log in
    dots 1
    exits 2 ad-plot --range=5 in
    err_has "--range=5"
    exits 2 ad-plot --range=5:1 in
    exits 2 ad-plot --log --range=0:1 in
    err_has "above 0"
}

@test "numbers of any size and none at all make a picture" {
    for values in '1e308 -1e308 0' '5 5 5' '1e-320 0 1e-320' '1000000000 1000000001 1000000000' '7'; do
        printf '%s\n' value $values | svg
        ! grep -qiE 'nan|inf' out || fail "NaN in the picture of $values"
    done
    printf 'value\nNA\n\n' | svg -f value
    written "2 records"
    for empty in '' $'time,value\n'; do
        printf '%s' "$empty" >in
        for form in svg png pdf text; do
            good ad-plot -o $form -f value in
            [ ! -s out ] || fail "output of nothing"
        done
        good ad-plot --html -f value in
        [ ! -s out ] || fail "output of nothing"
    done
}

@test "what is no score is told, and the rest is drawn" {
    { scored; echo '2024-03-01T00:03:00Z,9,often,0,ok,value,10,8,12,5.9,'; } >in
    capture ad-plot -o svg in
    equal "$status" 0
    err_has 'in:5: field "z_score": not a number: "often"'
    written "3 records"
    exits 2 ad-plot -o svg --on-bad=fail in
    exits 2 ad-plot -o svg -f nowhere in
    err_has nowhere
}

@test "hostile names are only text" {
    printf 'host,value\n"<script>alert(1)</script>",1\n"\033]0;x\007&\xff",2\n' >in
    svg -g host in
    ! grep -q '<script' out || fail "markup"
    ! grep -q $'[\001-\010\013-\037]' out || fail "control bytes"
    written '&lt;script&gt;'
    good ad-plot -o text --chars=ascii -g host --title=$'a\033[31mb' in
    ! grep -q $'\033' out || fail "an escape"
}

# --- formats -----------------------------------------------------------------------------------

@test "PNG and PDF are what they are called, of the width that was asked for" {
    scored >in
    good ad-plot -o png --width=640 in
    equal "$(od -An -tx1 -N8 out | tr -d ' \n')" 89504e470d0a1a0a
    equal "$(od -An -tu1 -j18 -N2 out | awk '{ print $1 * 256 + $2 }')" 640
    good ad-plot -o pdf in
    equal "$(head -c 5 out)" %PDF-
    tail -c 8 out | grep -q %%EOF || fail "no end"
}

@test "the same records make the same bytes, and every way in is the same picture" {
    noise 3000 >in
    ad-zscore -x in >scored
    for form in svg png text; do
        good ad-plot -o $form scored
        mv out want
        good ad-plot -o $form - <scored
        same want out
        gzip -c scored >scored.gz
        good ad-plot -o $form scored.gz
        same want out
        ad-zscore -x -o ndjson in >scored.json
        good ad-plot -o $form scored.json
        same want out
    done
}

@test "without an option it is SVG, on a terminal text" {
    scored >in
    good ad-plot in
    head -c 5 out | grep -q '<?xml' || fail "no SVG"
    COLUMNS=70 good env TERM=xterm NO_COLOR=1 script -qec 'ad-plot in' /dev/null
    grep -q value out || fail "no text"
    ! grep -q $'\033\\[3' out || fail "colours"
    good env -u NO_COLOR TERM=xterm script -qec 'ad-plot in' /dev/null
    grep -q $'\033\\[[0-9;]*[39]' out || fail "no colours"
    for what in '-o png' '-o svg' --html; do
        exits 2 script -qec "ad-plot $what in" /dev/null
        grep -q 'is a terminal' out || fail "no advice"
    done
}

@test "on a terminal the picture grows with the records" {
    mkfifo pipe
    scored >in
    script -qec 'NO_COLOR=1 TERM=xterm ad-plot pipe' /dev/null >out 2>err </dev/null &
    exec 7>pipe
    cat in >&7
    eventually grep -q '3 records' out
    echo '2024-03-01T00:03:00Z,12,0.1,0,ok,value,10,8,12,5.9,' >&7
    eventually grep -q '4 records' out
    grep -q $'\033\\[[0-9]*A' out || fail "drawn below"
    exec 7>&-
    wait $!
}

@test "the line of progress is taken away before the picture" {
    scored >in
    mkfifo pipe
    { cat in; sleep 2.6; tail -n 1 in; } >pipe &
    TERM=xterm good script -qec 'ad-plot --progress -o svg pipe >picture' /dev/null
    wait $!
    grep -qa 'records' out || fail "no progress"
    equal "$(tail -c 4 out | od -An -tx1 | tr -d ' ')" 0d1b5b4b
    [ -s picture ]
}

@test "the width of text is that of --width, of the terminal, of COLUMNS, else 80" {
    noise 500 | ad-zscore -x >in
    widest() { good "$@" && awk '{ if (length($0) > n) n = length($0) } END { print n }' out; }
    between 60 "$(COLUMNS=72 widest ad-plot -o text --chars=ascii in)" 72
    between 74 "$(COLUMNS='' widest ad-plot -o text --chars=ascii in)" 80
    between 110 "$(COLUMNS=72 widest ad-plot -o text --chars=ascii --width=120 in)" 120
    exits 2 ad-plot -o text --width=20 in
    err_has --width
}

@test "a character set without braille has ASCII" {
    scored >in
    good env LC_ALL=de_DE.ISO-8859-1 ad-plot -o text in
    ! LC_ALL=C grep -q $'[\200-\377]' out || fail "bytes beyond ASCII"
    good env -u LC_ALL LANG=en_US.UTF-8 ad-plot -o text in
    LC_ALL=C grep -q $'\342[\240-\243]' out || fail "no braille"
    good env -u LC_ALL LANG=C.UTF-8 TERM=linux ad-plot -o text in
    ! LC_ALL=C grep -q $'\342[\240-\243]' out || fail "braille"
}

@test "what cannot be written is an error" {
    noise 2000 | ad-zscore -x >in
    for form in '-o svg' '-o png' '-o pdf' '-o text' --html; do
        # shellcheck disable=SC2086
        status=0 && ad-plot $form in >/dev/full 2>err || status=$?
        equal "$status" 2
        err_has "standard output"
    done
    exits 2 ad-plot --html -o png in
    err_has "exclude each other"
    exits 2 ad-plot -o png --width=100 in
    exits 2 ad-plot --key=a in
    err_has --windows
}

# --- real logs ---------------------------------------------------------------------------------

@test "from log lines to a picture" {
    log=$(find "$ROOT/../shared/data/logs" -name '*SSH*' 2>/dev/null | head -n 1)
    [ -n "$log" ] || skip "no logs here"
    ad-bucket --log=sshd --year=2024 --pattern='Failed password' --every=1m -g ip "$log" |
        ad-novelty | svg
    written count
    good ad-plot -o text --chars=ascii -f count <<<"$(ad-bucket --log=sshd --year=2024 --every=1h "$log")"
}
