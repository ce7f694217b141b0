#!/usr/bin/env bats
# The report of ad-plot --html in a browser: what it shows, and what its script does with mouse,
# fingers, keys and the address of the page. Expected places are computed here from the numbers of
# the input; times of zones by date(1).
#
# To make a reference anew, look at the one that its test left behind (bats --no-tempdir-cleanup):
#     convert report.png +dither -colors 128 png8:tests/data/pictures/report.png

load helper

BROWSER=$(command -v chromium-headless-shell || command -v chromium || command -v chromium-browser ||
    true)

setup() {
    swiftly
    cd "$BATS_TEST_TMPDIR" || return
    export tool=ad-plot HOME=$PWD
}

# --- pages -------------------------------------------------------------------------------------

# records [N] [AWK-ASSIGNMENT...]: minutes from 2024-03-25T00:00:00Z, of which every 200th is too
# high, for two minutes, each time more so
records() {
    local n=${1:-1000} v vars=()
    shift "$(($# < 1 ? 0 : 1))"
    for v; do vars+=(-v "$v"); done
    awk -v n="$n" -v from=1711324800 -v step=60 "${vars[@]}" 'BEGIN {
        print "time,value,z_score,z_flag,z_expected,z_lower,z_upper,z_reason"
        for (i = 0; i < n; i++) {
            odd = i % 200 == 100 || i % 200 == 101
            mean = 50 + 10 * sin(i / 60)
            printf "%d,%.3f,", from + step * i, mean + i % 7 - 3 + (odd ? 40 : 0)
            if (odd)
                printf "%.2f,1,", 0.55 + int(i / 200) % 5 * 0.1 + (i % 200 == 100) * 0.01
            else
                printf "%.2f,0,", i % 10 / 40
            printf "%.3f,%.3f,%.3f,%s\n", mean, mean - 8, mean + 8, odd ? "value is too high" : ""
        }
    }'
}

# report [OPTION...]: page.html of the records on standard input
report() {
    ad-plot --html "$@" >page.html 2>err || fail "status $?"
    [ ! -s err ] || fail "not silent"
}

# plain: without the characters that only keep lines from breaking
plain() { sed 's/\xC2\xA0/ /g; s/\xE2\x81\xA0//g'; }

# table: the rows of page.html, a semicolon after each cell
table() { grep '^<tr data-panel' page.html | sed -e 's|</t[dh]>|;|g' -e 's/<[^>]*>//g' | plain; }

# --- the browser -------------------------------------------------------------------------------

# browse FILE#ADDRESS OPTION...: what it complains about is in ./console
browse() {
    local url=$1
    shift
    [ -n "$BROWSER" ] || skip "no chromium-headless-shell"
    [ -z "${AD_SLOW:-}" ] || skip "the browser is the same"
    timeout 100 "$BROWSER" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --hide-scrollbars --user-data-dir="$PWD/profile" --enable-logging=stderr \
        --window-size=1200,1000 "$@" "file://$PWD/$url" 2>log || fail "$(tail -n 5 log)"
    grep -a ':CONSOLE' log >console || true
}

# visit FILE#ADDRESS [OPTION...]: the page as its script leaves it, in ./dom
visit() { browse "$@" --virtual-time-budget=5000 --dump-dom >dom; }

silent_console() { [ ! -s console ] || fail "$(cat console)"; }

# drive [#ADDRESS [OPTION...]]: page.html with the script on standard input; what that says is in ./said. The
# policy of the page, which would not let it in, is left out.
drive() {
    local before='<script>const drawn = new Map(Array.from(document.querySelectorAll("#picture svg svg"),'
    before+=' (s) => [s, s.getAttribute("viewBox").split(" ").map(Number)]));</script>'
    {
        sed -e '/Content-Security-Policy/d' -e '/^<\/body>/,$d' page.html |
            awk -v before="$before" '/^<script>\/\*/ { print before } { print }'
        echo '<script>'
        cat "$BATS_TEST_DIRNAME/plot_html.js"
        echo '(async () => {'
        cat
        echo '})().catch((wrong) => say("wrong:", wrong)).finally(tell);</script></body></html>'
    } >driven.html
    visit "driven.html${1:-}" "${@:2}"
    sed -n '/^<pre id="said">/,/^<\/pre>/p' dom | sed -e 1d -e '/^<\/pre>/d' \
        -e 's/&nbsp;/ /g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g' | plain >said
    silent_console
}

# said_is: standard input is what the script said
said_is() {
    cat >want
    same want said
}

# --- the page ----------------------------------------------------------------------------------

@test "the browser has nothing to complain about, and asks nobody for anything" {
    records | report --title='A day'
    visit page.html --log-net-log="$PWD/net.json"
    silent_console
    grep -q '<div id="tools" role="toolbar" aria-label="Zoom">' dom || fail "the script did not run"
    grep -aoE '"url":"[^"]*"' net.json | sort -u >urls || true
    grep -vE '"url":"file://.*/page\.html"' urls >others || true
    [ ! -s others ] || fail "$(cat others)"
}

@test "nothing in the page comes from outside" {
    local way='src=|@import|url\(|<link|<iframe|<object|<embed|<base|javascript:|fetch\(|XMLHttp|import\(|\beval\b|innerHTML'
    records | report --title='A day'
    { grep -aoE 'https?:[^" ]*' page.html || true; } | grep -vxF 'http://www.w3.org/2000/svg' >found || true
    grep -aoiE "$way" page.html >>found || true
    [ ! -s found ] || fail "$(cat found)"
}

@test "the page lets no script in but its own" {
    records | report
    sed 's|^</body>|<script>document.title = "intruded"</script>&|' page.html >other.html
    visit other.html
    grep -q '<fieldset id="filter">' dom || fail "its own did not run"
    if grep -q '<title>intruded' dom; then fail "another one ran"; fi
    grep -q 'Content Security Policy' console || fail "nothing was refused"
}

@test "without its script it is a picture and a table" {
    records | report --title='A day'
    sed '/^<script>/,/^<\/script>/d' page.html >still.html
    visit still.html
    silent_console
    grep -q '<div id="tools" role="toolbar" aria-label="Zoom" hidden="">' dom || fail "tools"
    equal "$(grep -c '^<tr data-panel' dom)" 5
    grep -q '<h1>A day</h1>' dom
    grep -q '<svg class="plot"' dom
}

@test "a row tells all of a finding" {
    records 200 | report --tz=Europe/Berlin
    equal "$(TZ=Europe/Berlin date -d @$((1711324800 + 6000)) '+%F %T')" '2024-03-25 02:40:00'
    # 50 + 10 sin(100/60) = 59.95, and 2 - 3 + 40 more
    equal "$(table)" "2024-03-25 02:40:00 – 02:41:00;1 min;value;medium;0.56;98.95;59.95 (51.95 to 67.95);2;value is too high;"
}

@test "bounds and lengths in words" {
    {
        echo 'time,value,z_score,z_flag,z_expected,z_lower,z_upper'
        echo '2024-03-25T00:00:00Z,1,0.9,1,,,0.5'
        echo '2024-03-25T00:00:00.5Z,1,0.9,1,,,0.5'
        echo '2024-03-25T01:00:00Z,2,0,0,,,'
        echo '2024-03-25T02:00:00Z,-20000,0.9996,1,0,-5,'
        echo '2024-03-25T03:30:00Z,-3,0.8,1,,,'
        echo '2024-03-25T04:00:00Z,2,0,0,,,'
        echo '2024-03-25T05:00:00Z,3,0.5,1,,,'
        echo '2024-03-28T05:00:00Z,3,0.5,1,,,'
        echo '2024-03-28T06:00:00Z,3,0.1,0,,,'
    } | report
    table >rows
    printf '%s\n' '2024-03-25 00:00:00 – 00:00:00.500;0.5 s;value;critical;0.9;1;at most 0.5;2;;' \
        '2024-03-25 02:00:00 – 03:30:00;1 h 30 min;value;critical;0.999;-20k;0 (at least -5);2;;' \
        '2024-03-25 05:00:00 – 2024-03-28 05:00:00;3 d;value;medium;0.5;3;;2;;' >want
    same want rows
}

@test "the sentence at the top says what it is of" {
    records 1500 | report --tz=Europe/Berlin
    # 100 * 14 / 1500 = 0.933
    equal "$(grep '^<p class="summary">' page.html | sed 's/<[^>]*>//g' | plain)" \
        "14 of 1,500 records are flagged (0.93 %). 1 series, 2024-03-25 01:00:00 – 2024-03-26 01:59:00 (Europe/Berlin)."
}

@test "what stands in the records is text in the page, whatever it is" {
    local evil='</script><img src=x onerror=alert(1)><b>&amp;' reason='</td><script>alert(2)</script>'
    {
        echo 'host,value,z_score,z_flag,z_reason'
        for ((i = 1; i <= 20; i++)); do
            printf '"%s""",%d,%s,"%s%s""\xE2\x80\xA8\xFF"\n' "${evil:0:55}" "$i" \
                "$([ "$i" = 10 ] && echo 0.9,1 || echo 0.1,0)" "$reason" "'"
        done
    } | report -g host --title="<i>$evil"$'\xFF'
    visit page.html
    silent_console
    drive <<'JS'
const visible = (text) => Array.from(text, (c) => c < '~' ? c : 'U+' + c.codePointAt(0).toString(16)).join('');
say(visible($('h1').textContent));
say(visible(document.title));
say(visible($('td.reason').textContent));
say(visible($('td.series').textContent));
say($$('img, b, i').length, $$('td script').length);
JS
    said_is <<END
<i>${evil}U+fffd
<i>${evil}U+fffd
$reason'"U+2028\\xFF
${evil:0:55}"
0 0
END
}

@test "no records, a single one, nothing flagged" {
    records 0 | report
    [ ! -s page.html ] || {
        visit page.html
        silent_console
        grep -q 'There are no records' dom
    }
    records 1 | report
    visit page.html
    silent_console
    grep -qF '0 of 1 record is flagged. 1 series, 2024-03-25 00:00:00 (UTC).' dom
    records 99 | report
    visit page.html
    silent_console
    grep -qF '<p class="nothing">Nothing is flagged.</p>' dom
    if grep -q '<table' dom; then fail "a table of nothing"; fi
}

@test "of very many findings the worst are listed, and the others counted" {
    awk 'BEGIN { print "value,z_score,z_flag"; for (i = 0; i < 5000; i++)
        print i % 5 "," (i % 2 ? "0.2,0" : "0." 50 + i / 2 % 40 ",1") }' | report
    grep -q '<caption>The 1,000 worst stretches of flagged records, and 1,500 more ' page.html
    drive <<'JS'
const scores = () => $$('td.score').map((cell) => Number(cell.textContent));
say(rows().length, Math.min(...scores()));
$('th.score button').click();
say(scores()[0], scores()[999]);
JS
    # 2500 scores from 0.50 to 0.89, those from 0.70 on 62 times each: 1000 = 16 * 62 + 8
    said_is <<'END'
1000 0.73
0.89 0.73
END
}

# --- the zoom ----------------------------------------------------------------------------------

# at FRACTION: of the axis of page.html, as the address has it
at() {
    sed -nE 's/.*id="axis">\{"from":([0-9.-]+),"to":([0-9.-]+),.*/\1 \2/p' page.html |
        awk -v f="$1" '{ printf "%.3f\n", $1 + f * ($2 - $1) }'
}

@test "the address zooms, and the axis is labelled anew" {
    records | report --tz=Europe/Berlin
    drive "#$(at 0.25)..$(at 0.5)" <<'JS'
say(shown());
say(zoomed());
JS
    said_is <<'END'
0.250 0.500
0.250 0.500
END
    # From 06:00 to 06:30 in Berlin: every five minutes.
    drive '#1711342800..1711344600' <<'JS'
say(labels().join(' '));
say($('#shown').textContent);
say($$('#picture svg.plot path.grid').filter((p) => /l0/.test(p.getAttribute('d'))).length);
JS
    for ((t = 1711342800; t <= 1711344600; t += 300)); do
        TZ=Europe/Berlin date -d "@$t" +%H:%M
    done | paste -sd ' ' >want
    printf '%s\n' 'about 2024-03-25 06:00:00 – 06:30:00' 7 >>want
    same want said
}

@test "labels are those of the wall, where summer time begins" {
    records 1000 from=1711836000 | report --tz=Europe/Berlin
    drive '#1711843200..1711857600' <<'JS'
say(labels().join(' '));
JS
    for ((t = 1711843200; t <= 1711857600; t += 1800)); do
        TZ=Europe/Berlin date -d "@$t" +%H:%M
    done | paste -sd ' ' | sed 's/^00:00/Mar 31/' >want
    same want said
}

@test "an address that is none, or beyond, does no harm" {
    records | report
    for address in '#here' '#1..' '#5..5' '#9..3' '#1e9..2e9' '#99999999999..999999999999'; do
        drive "$address" <<'JS'
say($$('#picture svg.plot').every((svg) => svg.viewBox.baseVal.width > 0));
JS
        equal "$(cat said)" true
    done
}

@test "the mouse draws a stretch, in any panel; Reset shows all again" {
    records | report
    drive <<'JS'
say(shown());
drag(0.2, 0.6);
say(shown(), '|', zoomed(), '|', labels().length > 3);
drag(0.75, 0.5);
say(shown(), '|', zoomed());
say($$('.dragged').length);
$('[data-do=reset]').click();
say(shown(), '|', zoomed(), '|', JSON.stringify($('#shown').textContent));
JS
    # half to three quarters of 0.2 to 0.6
    said_is <<'END'
0.000 1.000
0.200 0.600 | 0.200 0.600 | true
0.400 0.500 | 0.400 0.500
0
0.000 1.000 | all | ""
END
}

@test "a finger draws, and what the browser takes over is no zoom" {
    records | report
    drive <<'JS'
drag(0.2, 0.6, { pointerType: 'touch' });
say(shown());
mouse('pointerdown', 0.2, 0.5, { pointerType: 'touch' });
mouse('pointermove', 0.7, 0.5, { pointerType: 'touch' });
mouse('pointercancel', 0.7, 0.5, { pointerType: 'touch' });
mouse('pointerup', 0.7, 0.5, { pointerType: 'touch' });
say(shown(), $$('.dragged').length);
drag(0.1, 0.3, { isPrimary: false });
drag(0.1, 0.3, { button: 2 });
say(shown());
mouse('dblclick', 0.5, 0.5);
say(shown());
say(getComputedStyle(picture()).touchAction);
JS
    said_is <<'END'
0.200 0.600
0.200 0.600 0
0.200 0.600
0.000 1.000
pan-y pinch-zoom
END
}

@test "buttons, keys and the wheel zoom and move" {
    records | report
    drive <<'JS'
$('[data-do=in]').click();
say(shown());
$('[data-do=earlier]').click();
say(shown());
press('ArrowLeft');
say(shown(), $('[data-do=earlier]').disabled);
press('+');
say(shown());
press('ArrowRight');
say(shown());
press('-');
say(shown());
press('Escape');
say(shown(), $('[data-do=out]').disabled);
mouse('wheel', 0.5, 0.5, { deltaY: -100 });
say(shown());
mouse('wheel', 0.25, 0.5, { deltaY: -100, ctrlKey: true });
const [from, to] = shown().split(' ').map(Number);
say(to - from < 0.9, Math.abs((0.25 - from) / (to - from) - 0.25) < 0.01);
for (let i = 0; i < 40; i++)
    press('+');
say(shown() !== '0.000 1.000', $('[data-do=in]').disabled, labels().length > 1);
JS
    said_is <<'END'
0.250 0.750
0.000 0.500
0.000 0.500 true
0.125 0.375
0.250 0.500
0.125 0.625
0.000 1.000 true
0.000 1.000
true true
true true true
END
}

@test "back goes back one zoom" {
    records | report
    drive <<'JS'
drag(0.2, 0.6);
drag(0.5, 0.75);
press('ArrowRight');
history.back();
await soon();
say(shown(), '|', zoomed());
history.back();
await soon();
say(shown(), '|', zoomed());
JS
    said_is <<'END'
0.200 0.600 | 0.200 0.600
0.000 1.000 | all
END
}

@test "rows are an axis, too" {
    records | cut -d, -f2- | report
    drive '#100..140' <<'JS'
say(labels().join(' '));
say($('#shown').textContent);
say($('thead th').textContent, $('tbody a').textContent, $('tbody .length').textContent);
JS
    said_is <<'END'
100 105 110 115 120 125 130 135 140
about 100 – 140
Row 101 – 102 2 rows
END
}

# --- the table ---------------------------------------------------------------------------------

@test "a click on a row zooms to it, marks it, and shows where it is" {
    records | report
    drive <<'JS'
$$('tbody td.reason')[2].click();
await soon();
const [from, to] = zoomed().split(' ').map(Number), row = $$('tbody tr')[2];
const middle = (+row.dataset.from + +row.dataset.to) / 2;
say(Math.abs((middle - axis.from) / (axis.to - axis.from) - (from + to) / 2) < 0.001, to - from < 0.06);
say(shown() === zoomed());
say($$('tr[aria-current]').map((r) => r.rowIndex).join());
const mark = $('svg.plot .chosen').getBoundingClientRect(), middle_of_panel = point(0.5, 0.5).clientX;
say(Math.abs((mark.left + mark.right) / 2 - middle_of_panel) < 2);
$$('tbody a')[4].click();
await soon();
say($$('tr[aria-current]').map((r) => r.rowIndex).join(), $$('.chosen').length);
$('[data-do=reset]').click();
say(shown());
$$('tbody a')[4].click();
await soon();
say(shown() === zoomed());
JS
    said_is <<'END'
true true
true
3
true
5 1
0.000 1.000
true
END
}

@test "a click on a dot leads to its row" {
    records | report
    drive <<'JS'
const dots = $$('svg.plot .dot');
const box = dots[dots.length - 1].getBoundingClientRect();
const at = { clientX: (box.left + box.right) / 2, clientY: (box.top + box.bottom) / 2 };
mouse('pointerdown', 0, 0, at);
mouse('pointerup', 0, 0, at);
say($$('tr[aria-current]').map((r) => r.rowIndex).join());
say(document.activeElement === $$('tbody a')[4]);
say(shown());
mouse('pointerdown', 0.6, 0.1);
mouse('pointerup', 0.6, 0.1);
say($$('tr[aria-current]').map((r) => r.rowIndex).join());
JS
    said_is <<'END'
5
true
0.000 1.000
5
END
}

@test "headings sort, up and down, and say so" {
    records 1400 | report
    drive <<'JS'
say(times());
$('th.score button').click();
say(times(), $('th.score').getAttribute('aria-sort'), $('th.when').getAttribute('aria-sort'));
$('th.score button').click();
say(times(), $('th.score').getAttribute('aria-sort'));
$('th.severity button').click();
say(rows().map((row) => row.querySelector('.severity').textContent).join(' '));
$('th.when button').click();
say(times());
$('th.when button').click();
say(times());
JS
    # Scores: .56 .66 .76 .86 .96 .56 .66, of 01:40, 05:00, 08:20 ...
    said_is <<'END'
01:40 05:00 08:20 11:40 15:00 18:20 21:40
15:00 11:40 08:20 05:00 21:40 01:40 18:20 descending 
01:40 18:20 05:00 21:40 08:20 11:40 15:00 ascending
critical high high medium medium medium medium
01:40 05:00 08:20 11:40 15:00 18:20 21:40
21:40 18:20 15:00 11:40 08:20 05:00 01:40
END
}

@test "rows can be left out by severity and by what is in view" {
    records 1400 | report
    drive <<'JS'
const box = (name) => $(`#filter input[name="${name}"]`);
say($('#filter').textContent);
box('medium').click();
say(times());
box('in view only').click();
drag(0.3, 0.5);
say(times());
press('Escape');
box('medium').click();
say(rows().length);
JS
    # 0.3 to 0.5 of 23 h 20 min: 07:00 to 11:40
    said_is <<'END'
Show critical 1 high 2 medium 4 in view only
08:20 11:40 15:00
08:20
7
END
}

# --- what it looks like ------------------------------------------------------------------------

@test "it fits narrow and wide windows, and letters stay as large" {
    records | report --title='A day'
    for width in 400 800 1200 1900; do
        drive '' --window-size="$width,900" <<'JS'
const box = picture().getBoundingClientRect(), parts = $$('#picture > svg > text, #picture > svg > g');
say(innerWidth, document.documentElement.scrollWidth <= innerWidth, $('#picture').scrollWidth <= innerWidth);
say(picture().viewBox.baseVal.width === box.width, box.width > Math.min(innerWidth - 50, 1200));
say(parts.every((part) => part.getBoundingClientRect().right <= box.right + 1));
const boxes = axis_labels().map((text) => text.getBoundingClientRect());
say(boxes.length > 2);
say(boxes.every((b, i) => b.right <= box.right && (i === 0 || b.left > boxes[i - 1].right + 8)));
JS
        printf '%s\n' "$width true true" 'true true' true true true >want
        same want said
    done
}

@test "labels that have no room are left out" {
    awk 'BEGIN { print "value"; for (i = 0; i < 1000; i++) print i % 7 }' | report
    # Longer ones than there are.
    sed -i -E '/id="axis"/,/<\/script>/ s/,"([0-9]+)"/,"1000000000\1"/g' page.html
    drive '' --window-size=400,900 <<'JS'
const page = picture().getBoundingClientRect();
const boxes = axis_labels().map((text) => text.getBoundingClientRect());
say(boxes.length > 1, boxes.length < 5);
say(boxes.every((b, i) => b.right <= page.right && (i === 0 || b.left > boxes[i - 1].right + 8)));
JS
    said_is <<'END'
true true
true
END
}

# two: panels of two hosts, of which one stands still for a while, in Berlin
two() {
    {
        records 1440 | sed '1s/^/host,/; 2,$s/^/web-1,/'
        records 1440 | awk -F, -v OFS=, 'NR > 1 { $2 = 100 - $2; $5 = 100 - $5
            lower = $6; $6 = 100 - $7; $7 = 100 - lower
            if (NR > 700 && NR < 800) next
            sub(/high/, "low"); print "db-1," $0 }'
    } >two.csv
    report -g host --title='Two hosts' --tz=Europe/Berlin two.csv
}

# alike NAME #ADDRESS OPTION...: a picture of page.html is as its reference, but for 0.5 % of the
# pixels that differ by more than 48 of 255 levels
alike() {
    local name=$1 url=page.html$2 picture=$AD_BIN/../pictures/picture differ
    shift 2
    [ -x "$picture" ] || picture=$ROOT/${AD_BUILD:-build}/pictures/picture
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || skip "no DejaVu Sans"
    browse "$url" --force-color-profile=srgb --screenshot="$PWD/$name.png" "$@"
    differ=$("$picture" compare "$name.png" "$ROOT/tests/data/pictures/$name.png" 48) ||
        fail "not of the same size: $differ"
    awk -v differ="$differ" 'BEGIN { exit !(differ <= 0.5) }' || fail "$name: $differ % differ"
}

@test "the page looks as its reference" {
    two
    alike report '' --window-size=1200,1100
}

@test "so does a zoom, in the dark" {
    two
    alike report-dark '#1711357200..1711368000' --window-size=1200,800 \
        --blink-settings=preferredColorScheme=0
}

@test "so does a narrow window" {
    two
    alike report-narrow '' --window-size=400,1100
}

@test "it prints on paper, with all rows" {
    two
    command -v pdftotext >/dev/null || skip "no pdftotext"
    browse page.html --print-to-pdf="$PWD/page.pdf" >/dev/null
    pdftotext -layout page.pdf - >text
    grep -q 'Two hosts' text
    equal "$(grep -c 'critical\|high \|medium' text)" 13
    if grep -q Reset text; then fail "buttons on paper"; fi
}
