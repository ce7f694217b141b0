#!/usr/bin/env bats
# Pictures of scenes made by hand (pictures/picture.c): against references that people have looked
# at, at places where the data say what must be seen, and in the eyes of other programs.
#
# To make the references anew, look at each of
#     for s in week hosts latency odd titles million; do
#         build/pictures/picture draw png $s | convert - +dither -colors 128 png8:$s.png
#     done

load helper

SCENES='week hosts latency odd titles million'

setup() {
    swiftly
    cd "$BATS_TEST_TMPDIR" || return
    PICTURE=$AD_BIN/../pictures/picture
    [ -x "$PICTURE" ] || PICTURE=$ROOT/${AD_BUILD:-build}/pictures/picture
    [ -x "$PICTURE" ] || fail "no $PICTURE: make unit"
    CHROME=$(command -v chromium-headless-shell || command -v chromium || true)
}

# alike A.png B.png LEVELS PERCENT: at most so many pixels differ by more than so many of 255 levels
alike() {
    local differ
    differ=$("$PICTURE" compare "$1" "$2" "$3") || fail "$1 is not as large as $2: $differ"
    awk -v differ="$differ" -v most="$4" 'BEGIN { exit !(differ <= most) }' ||
        fail "$1: $differ % of the pixels are not as in $2"
}

# luminance RRGGBB: of 0 to 255, by the weights of ITU-R BT.709
luminance() {
    echo $(((2126 * 0x${1:0:2} + 7152 * 0x${1:2:2} + 722 * 0x${1:4:2}) / 10000))
}

@test "a picture is as its reference, but for 0.2 % of the pixels that differ by more than 32 levels" {
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || skip "no DejaVu Sans"
    for scene in $SCENES; do
        "$PICTURE" draw png "$scene" >"$scene.png"
        alike "$scene.png" "$ROOT/tests/data/pictures/$scene.png" 32 0.2
    done
}

@test "a comparison that sees nothing would be no comparison" {
    "$PICTURE" draw png latency >latency.png
    [ "$("$PICTURE" compare latency.png latency.png 0)" = 0.000 ]
    [ "$("$PICTURE" compare latency.png "$ROOT/tests/data/pictures/million.png" 32)" != 0.000 ]
    run "$PICTURE" compare latency.png "$ROOT/tests/data/pictures/odd.png" 32
    [ "$status" = 1 ]
}

@test "where the worst point lies there is the colour of flags, and of nothing else around it" {
    for scene in week hosts latency titles million; do
        read -r x y < <("$PICTURE" place "$scene")
        "$PICTURE" draw png "$scene" >"$scene.png"
        [ "$("$PICTURE" pixel "$scene.png" "$x" "$y")" = a50f2d ]
        # A rim of paper keeps it apart from the line.
        [ "$("$PICTURE" pixel "$scene.png" $((x + 4)) $((y - 4)))" != a50f2d ]
    done
}

@test "one row in a million is a spike from the others to its flag" {
    read -r x y < <("$PICTURE" place million)
    "$PICTURE" draw png million >million.png
    for part in 10 40 90 150 200; do
        darkest=255
        for dx in -1 0 1; do
            l=$(luminance "$("$PICTURE" pixel million.png $((x + dx)) $((y + part)))")
            [ "$l" -ge "$darkest" ] || darkest=$l
        done
        [ "$darkest" -lt 190 ] || fail "at $part pixels below the flag the darkest is $darkest"
    done
    # And so is its score.
    [ "$("$PICTURE" pixel million.png "$x" 440)" = a50f2d ]
}

@test "SVG is well-formed, has its text as text, and no number that is none" {
    command -v python3 >/dev/null || skip "no python3"
    for scene in $SCENES nothing; do
        "$PICTURE" draw svg "$scene" >"$scene.svg"
        python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$scene.svg"
        ! grep -qE '="[^"]*(nan|inf|e[+-]?[0-9])[^"]*"' "$scene.svg"
        ! grep -qP '[^\x09\x0a\x20-\x7e\x80-\xff]|[0-9]\.[0-9]{3}' "$scene.svg"
    done
    grep -q '>host=web-1 cpu</text>' week.svg
    grep -q '<title>CPU of web-1, the week the clocks change</title>' week.svg
    grep -q '&lt;script&gt;' titles.svg
    [ "$(grep -c '<script' titles.svg)" = 0 ]
    [ "$(grep -c '<title>.*: .*, score' week.svg)" = 8 ]
}

@test "a browser shows the SVG as cairo draws it, but for 1 % of the pixels that differ by more than 48 levels" {
    [ -z "${AD_SLOW:-}" ] || skip "the browser is the same"
    [ "$CHROME" ] || skip "no chromium-headless-shell"
    for scene in week latency titles odd; do
        "$PICTURE" draw svg "$scene" >"$scene.svg"
        "$PICTURE" draw png "$scene" >"$scene.png"
        size=$(sed -nE 's/.* width="([0-9]+)" height="([0-9]+)" viewBox="0.*/\1,\2/p' "$scene.svg")
        timeout 100 "$CHROME" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
            --hide-scrollbars --force-color-profile=srgb --user-data-dir="$PWD/profile" \
            --window-size="$size" --screenshot="$PWD/browser.png" "file://$PWD/$scene.svg" >said 2>&1 || fail "$(cat said)"
        alike browser.png "$scene.png" 48 1
    done
}

@test "PDF is one page with its title, the same whenever it is made" {
    "$PICTURE" draw pdf week >one.pdf
    sleep 1.1
    "$PICTURE" draw pdf week >two.pdf
    cmp one.pdf two.pdf
    [ "$(head -c 5 one.pdf)" = %PDF- ]
    grep -aq '/Title (CPU of web-1, the week the clocks change)' one.pdf
    grep -aq '/Count 1' one.pdf
}

@test "a full disk is an error" {
    for kind in svg png pdf; do
        status=0
        "$PICTURE" draw $kind week >/dev/full 2>said || status=$?
        [ "$status" = 2 ] && grep -q 'No space left' said || fail "$kind: $status, $(cat said)"
    done
}

@test "the picture of the README is what its pipeline makes" {
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || skip "no DejaVu Sans"
    sed -n '/^    gzip .*cut/,/png$/p' "$ROOT/README.md" | sed "s#build/bin/##; s#picture.png\$#$PWD/&#" >pipeline
    [ "$(wc -l <pipeline)" = 3 ]
    (cd "$ROOT" && sh "$BATS_TEST_TMPDIR/pipeline")
    alike picture.png "$ROOT/tests/data/host/picture.png" 32 0.2
}
