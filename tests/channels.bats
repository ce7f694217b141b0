#!/usr/bin/env bats
# The channels of alerts against real servers on this machine, through tests/channels/send.c.
#
# What is expected of a request is in channels/check_request.py, of a mail in channels/check_mail.py: what the
# services document, in Python.

load helper

TOOLS=$ROOT/tests/channels

setup_file() {
    # One authority, a good certificate, one of another host, and one of another authority.
    cd "$BATS_FILE_TMPDIR" || return
    command -v openssl >/dev/null || return 0
    for ca in ca other; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -subj "/CN=$ca" -keyout $ca.key -out $ca.pem 2>/dev/null
    done
    while read -r name ca san; do
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
            -keyout "$name.key" -out "$name.csr" 2>/dev/null
        printf 'subjectAltName=%s' "$san" >ext
        openssl x509 -req -in "$name.csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial -days 2 \
            -extfile ext -out "$name.pem" 2>/dev/null
    done <<'END'
good ca IP:127.0.0.1
host ca DNS:elsewhere.example
fake other IP:127.0.0.1
END
}

setup() {
    swiftly
    cd "$BATS_TEST_TMPDIR" || return
    SEND=$AD_BIN/../channels/send
    [ -x "$SEND" ] || SEND=$ROOT/${AD_BUILD:-build}/channels/send
    [ -x "$SEND" ] || fail "no $SEND: make unit"
    CERT=$BATS_FILE_TMPDIR
    PIDS=
    unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
    command -v python3 >/dev/null || skip "no python3"
    notice
}

teardown() {
    for pid in $PIDS; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    true
}

# notice ARG...: a notice into ./notice (channels/notice.py)
notice() {
    python3 "$TOOLS/notice.py" "$@" >notice
}

# starts DIR CMD...: a server that writes its port to DIR/port; sets $port
starts() {
    local dir=$1
    shift
    rm -f "$dir/port"
    "$@" 3>&- &
    PIDS="$PIDS $!"
    eventually test -s "$dir/port"
    port=$(cat "$dir/port")
}

# serve DIR ANSWER...: an HTTP server that answers so, one after the other (channels/http_server.py)
serve() {
    local dir=$1
    mkdir -p "$dir"
    shift
    printf '%s\n' "$@" >"$dir/answers"
    : >"$dir/requests"
    starts "$dir" python3 "$TOOLS/http_server.py" "$dir"
}

serve_tls() {
    mkdir -p "$1"
    echo "$3" >"$1/answers"
    : >"$1/requests"
    starts "$1" python3 "$TOOLS/http_server.py" "$1" "$CERT/$2.pem" "$CERT/$2.key"
}

# channel LINE...: a configuration with one channel
channel() {
    { echo '[channel test]' && printf '%s\n' "$@"; } >alert.ini
}

# sends WANT: ./notice goes out, and what becomes of it matches the pattern
sends() {
    exits 0 "$SEND" alert.ini test <notice
    [ ! -s err ] || fail "not silent"
    # shellcheck disable=SC2053
    [[ $(cat out) == $1 ]] || fail "not \"$1\""
}

# refuses TEXT: the configuration, with this in the message
refuses() {
    exits 2 "$SEND" alert.ini test <notice
    err_has "$1"
}

# check KIND [N]: the last request, or that one, is what the notice asks for
check() {
    python3 "$TOOLS/check_request.py" "$1" notice server/requests ${2:+"$2"} >report 2>&1 ||
        fail "$(tail -n 5 report)"
}

requests() {
    wc -l <server/requests
}

export KEY=
PD_KEY=0123456789ABCDEFabcdef0123456789
SIGN_KEY=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw

pagerduty() {
    export KEY=$PD_KEY
    channel type=pagerduty "url=http://127.0.0.1:$port" allow-http=yes key-env=KEY timeout=5s "$@"
}

# --- each service ------------------------------------------------------------------------------

@test "PagerDuty: trigger, acknowledge, resolve, and all severities" {
    serve server '202 {"status":"success"}'
    pagerduty
    sends delivered
    check pagerduty
    for event in repeat worse escalate; do
        notice "event=\"$event\""
        sends delivered
        check pagerduty
    done
    for severity in low medium high critical; do
        notice "severity=\"$severity\""
        sends delivered
        check pagerduty
    done
    notice 'event="acknowledge"' 'state="acknowledged"'
    sends delivered
    check pagerduty
    notice 'event="resolve"' 'state="resolved"' 'resolved="2026-11-20T11:00:00Z"'
    sends delivered
    check pagerduty
}

@test "PagerDuty: long texts and records are cut, the dedup key hashed" {
    serve server '202 {}'
    pagerduty
    long=$(printf 'é%.0s' {1..2000})
    notice "reason=\"$long\"" "dedup_key=\"$long\""
    sends delivered
    check pagerduty
    notice --huge
    sends delivered
    check pagerduty
}

@test "PagerDuty, Opsgenie: one event for each incident of a notice, going on where it had to stop" {
    serve server '202 ' '500 ' '202 ' '400 ' '503 ' '202 ' '202 '
    for key in b c d; do
        notice "dedup_key=\"$key\"" && jq -c 'del(.with,.record)' notice
    done | jq -sc . >with
    notice with=@with
    cat notice notice notice >three
    pagerduty
    exits 0 "$SEND" alert.ini test <three
    printf '%s\n' 'later 0: HTTP status 500' 'later 0: HTTP status 503' 'never: HTTP status 400' >want
    same out want
    jq -r '.body | @base64d | fromjson | .dedup_key' server/requests >out
    printf '%s\n' 'host=web1 zscore' b b c d d >want
    same out want
    # another notice in between is another
    serve server '202 ' '500 ' '202 '
    notice 'notice="other"' && cat notice >other
    notice with=@with && cat notice other notice >three
    opsgenie
    exits 0 "$SEND" alert.ini test <three
    printf '%s\n' 'later 0: HTTP status 500' delivered delivered >want
    same out want
    equal "$(requests)" 7
}

@test "PagerDuty: links and fields by templates, escaped for where they stand" {
    serve server '202 {}'
    pagerduty 'client-url=https://wiki.example/?q={{title}}' 'link=https://g.example/{{group.host}}' \
        'link-text=the {{detector}} & {{group.host}}' 'component={{group.host}}' \
        'group={{group.data center}}' 'source={{record.host}}!'
    notice 'group={"host":"a/b?c&d","data center":"\"x\""}'
    sends delivered
    base64 -d <<<"$(jq -r .body server/requests)" |
        jq -c '[.client_url, .links, .payload.component, .payload.group, .payload.source]' >out
    out_is <<'END'
["https://wiki.example/?q=critical%3A%20zscore%20on%20host%3Dweb1",[{"href":"https://g.example/a%2Fb%3Fc%26d","text":"the zscore & a/b?c&d"}],"a/b?c&d","\"x\"","web1!"]
END
}

slack() {
    export SECRET_URL=http://127.0.0.1:$port/services/T00000000/B00000000/XXXXXXXXXXXX
    export URL_PATH=/services/T00000000/B00000000/XXXXXXXXXXXX
    channel type=slack url-env=SECRET_URL allow-http=yes timeout=5s "$@"
}

@test "Slack: a message in plain text, at most so long" {
    serve server '200 ok'
    slack
    for more in level=1 'state="resolved"' "reason=\"$(printf '<é&%.0s' {1..3000})\"" \
        "title=\"$(printf '<é&%.0s' {1..3000})\"" 'title=""' 'reason=""'; do
        notice "$more"
        sends delivered
        [ "$more" = 'title=""' ] || [ "$more" = 'reason=""' ] || check slack
    done
}

@test "Slack: only 200 with the body ok is success" {
    serve server '200 <html>Please log in</html>' '200 okay' '202 ok' '200 ok'
    slack
    sends 'later 0: HTTP status 200: <html>Please log in</html>'
    sends 'later 0: HTTP status 200: okay'
    sends 'later 0: HTTP status 202: ok'
    sends delivered
}

@test "Teams: an adaptive card of at most 20 KB" {
    serve server '202 '
    export SECRET_URL="http://127.0.0.1:$port/workflows/abcdef/triggers/manual/paths/invoke?sig=Secret"
    export URL_PATH='/workflows/abcdef/triggers/manual/paths/invoke?sig=Secret'
    channel type=teams url-env=SECRET_URL allow-http=yes
    for more in level=1 'state="resolved"' "reason=\"$(printf '\\u0001é%.0s' {1..9000})\"" \
        "title=\"$(printf '\\"%.0s' {1..9000})\""; do
        notice "$more"
        sends delivered
        check teams
    done
    jq -nc '[range(200)|{("group\(.)"):("\"" * 2000)}]|add' >group
    notice group=@group
    sends delivered
    check teams
}

opsgenie() {
    export KEY=genie-key-1234-5678
    channel type=opsgenie "url=http://127.0.0.1:$port/" allow-http=yes key-env=KEY "$@"
}

@test "Opsgenie: create, acknowledge, close" {
    serve server '202 {"result":"Request will be processed"}'
    opsgenie team=ops
    for more in 'severity="low"' 'severity="medium"' 'severity="high"' 'severity="critical"' \
        'event="acknowledge"' 'state="resolved"' "title=\"$(printf 'é%.0s' {1..999})\"" \
        "tags=$(jq -nc '[range(30)|"\(.)é" * 40]')" "group=$(jq -nc '[range(200)|{("g\(.)"):"v\(.)"}]|add')"; do
        notice "$more"
        sends delivered
        [[ $more == group* ]] || check opsgenie
    done
    base64 -d <<<"$(tail -n 1 server/requests | jq -r .body)" >body
    between 2000 "$(jq -c .details body | wc -c)" 8000
    equal "$(jq -c .responders body)" '[{"name":"ops","type":"team"}]'
}

@test "Alertmanager: labels of identity, times, all incidents of a message" {
    serve server '200 '
    channel type=alertmanager "url=http://127.0.0.1:$port" 'label = team=ops'
    export LABELS=1
    for more in level=1 'state="resolved"' 'started="2040-01-01T00:00:00Z"'; do
        notice "$more" 'resolved="2026-11-20T11:00:00Z"'
        sends delivered
        check alertmanager
    done
    # times that are none of this world, and group fields that want names which are taken
    notice 'started="123456789012345"' 'state="expired"' \
        'group={"alertname":"a","dedup_key":"b","x-y":"c","x y":"d","x_y":"e","":"f","9":"g","team":"h"}'
    sends delivered
    base64 -d <<<"$(tail -n 1 server/requests | jq -r .body)" >body
    jq -c '.[0].labels' body >out
    out_is <<'END'
{"alertname":"zscore","dedup_key":"host=web1 zscore","team":"ops","alertname_":"a","dedup_key_":"b","x_y":"c","x_y_":"d","x_y__":"e","_":"f","_9":"g","team_":"h"}
END
    jq -e '.[0].startsAt == .[0].endsAt' body
    unset LABELS
    channel type=alertmanager "url=http://127.0.0.1:$port"
    other=$(python3 "$TOOLS/notice.py" 'dedup_key="other"' 'title="another"' | jq -c 'del(.with,.record)')
    notice "with=[$other]"
    sends delivered
    check alertmanager
}

@test "Alertmanager itself: the alert fires, is one and the same when told again, and resolves" {
    command -v prometheus-alertmanager >/dev/null || skip "no prometheus-alertmanager"
    mkdir data
    printf 'route:\n  receiver: none\nreceivers:\n- name: none\n' >am.yml
    # It cannot be told to choose a port and say which.
    for try in 1 2 3; do
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
        prometheus-alertmanager --config.file=am.yml --storage.path=data --cluster.listen-address= \
            --web.listen-address=127.0.0.1:"$port" >am.log 2>&1 3>&- &
        PIDS="$PIDS $!"
        eventually curl_am status && break
    done
    channel type=alertmanager "url=http://127.0.0.1:$port"
    sends delivered
    eventually alerts '.[0].status.state == "active" and length == 1'
    alerts '.[0].labels == {alertname: "zscore", dedup_key: "host=web1 zscore", host: "web1",
        data_center: "b & c"} and .[0].annotations.severity == "critical" and
        .[0].startsAt == "2026-11-20T10:00:00.000Z"' || fail "$(cat alerts)"
    alerts '.[0].endsAt | sub("\\..*"; "Z") | fromdate - now | . > 880 and . < 901'
    notice 'event="worse"' 'severity="high"' 'score=0.97' 'count=9'
    sends delivered
    eventually alerts 'length == 1 and .[0].annotations.severity == "high"'
    # silenced over there
    python3 - "$port" <<'END'
import json, sys, urllib.request
silence = {"matchers": [{"name": "host", "value": "web1", "isRegex": False, "isEqual": True}],
           "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z",
           "createdBy": "test", "comment": "test"}
urllib.request.urlopen(urllib.request.Request(
    f"http://127.0.0.1:{sys.argv[1]}/api/v2/silences", json.dumps(silence).encode(),
    {"Content-Type": "application/json"})).read()
END
    sends delivered
    eventually alerts '.[0].status.state == "suppressed"'
    notice 'event="resolve"' 'state="resolved"' 'resolved="2026-11-20T11:00:00Z"'
    sends delivered
    eventually alerts 'length == 0'
    notice --evil
    sends delivered
    eventually alerts 'length == 1'
    jq -r '.[0].labels.dedup_key' alerts >got
    jq -r .dedup_key notice >want
    same got want
}

curl_am() {
    python3 -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())' \
        "http://127.0.0.1:$port/api/v2/$1"
}

# alerts FILTER: whether jq says so of the active ones
alerts() {
    curl_am alerts >alerts && jq -e "$1" alerts
}

webhook() {
    channel type=webhook "url=http://127.0.0.1:$port/hook?a=b" "$@"
}

@test "webhook: the notice itself, signed, with the same id each time" {
    serve server '500 ' '500 ' '200 '
    export KEY=$SIGN_KEY
    webhook key-env=KEY 'header=X-Team: ops' 'header=X-Other:  b'
    sends 'later 0: HTTP status 500'
    sends 'later 0: HTTP status 500'
    sends delivered
    for n in 0 1 2; do check webhook $n; done
    equal "$(jq -rs 'map(.headers["webhook-id"]) | unique | length' server/requests)" 1
    jq -r '.headers | [."x-team", ."x-other", ."user-agent"] | @tsv' server/requests | tail -n 1 >out
    out_is <<<$'ops\tb\tadkit/'"$(sed -n 's/^AC_INIT(\[adkit\],\[\(.*\)\])/\1/p' "$ROOT/configure.ac")"
    notice --evil
    jq -c '.notice = "n-1"' notice >clean && mv clean notice
    sends delivered
    check webhook
}

@test "webhook: a secret of another length or alphabet is refused" {
    port=1
    for KEY in whsec_c2hvcnQ= 'whsec_not base64!' "whsec_$(head -c 65 /dev/zero | base64 -w 0)"; do
        export KEY
        webhook key-env=KEY
        refuses 'key-env: a signing secret'
        err_lacks "${KEY#whsec_}"
    done
}

@test "webhook: a template, escaped as the content type asks" {
    serve server '200 '
    export KEY=$SIGN_KEY TEMPLATE=1
    notice 'title="a \"b\"\n<c>&{{rule}}"'
    cat >body.tmpl <<'END'
{"t":"{{title}}","u":"{{ title | url }}","h":"{{title|html}}","v":{{title|value}},"n":{{score|value}},
"r":{{record|value}},"x":{{record.none|value}},"y":"{{record.none}}{{record.value}}","z":"{{group.data center}}"}
END
    webhook template-file=body.tmpl key-env=KEY
    sends delivered
    check webhook
    base64 -d <<<"$(jq -r .body server/requests)" | jq -c . >out
    out_is <<'END'
{"t":"a \"b\"\n<c>&{{rule}}","u":"a%20%22b%22%0A%3Cc%3E%26%7B%7Brule%7D%7D","h":"a &quot;b&quot;\n&lt;c&gt;&amp;{{rule}}","v":"a \"b\"\n<c>&{{rule}}","n":0.93,"r":{"timestamp":"2026-11-20T10:02:00Z","value":212,"host":"web1"},"x":null,"y":"212","z":"b & c"}
END
    printf '%s' 'title={{title}}&n={{count}}' >body.tmpl
    webhook template-file=body.tmpl content-type=application/x-www-form-urlencoded
    sends delivered
    equal "$(tail -n 1 server/requests | jq -r .body | base64 -d)" \
        'title=a%20%22b%22%0A%3Cc%3E%26%7B%7Brule%7D%7D&n=3'
}

@test "a mistake in a template is found when it is read, with its place" {
    port=1
    # contents | place and message
    while IFS='|' read -r text place; do
        printf "$text" >body.tmpl
        webhook template-file=body.tmpl
        refuses "alert.ini:4: channel test: template-file: body.tmpl:$place"
    done <<'END'
{{titel}}|1:1: notices have no "titel"; did you mean "title"?
a\nb {{ host }}|2:3: notices have no "host", but perhaps record.host
x {{ }}|1:3: no field between the braces
END
    printf 'a {{title|xml}}' >body.tmpl
    webhook template-file=body.tmpl
    refuses 'body.tmpl:1:3: no escape "xml": it is one of json, url, html, value'
    printf 'a\n {{title' >body.tmpl
    webhook template-file=body.tmpl
    refuses 'body.tmpl:2:2: "{{" without "}}"'
    pagerduty 'component=a {{x}}'
    refuses 'alert.ini:7: channel test: component: line 1, column 3 of the template: notices have no "x"'
}

# --- answers -----------------------------------------------------------------------------------

@test "what each answer means" {
    # answer | what becomes of the notice
    cat >table <<'END'
202 {}|delivered
200 {}|later 0: HTTP status 200: {}
204 |later 0: HTTP status 204
302 Location=http://127.0.0.1:1/ moved|later 0: HTTP status 302: moved (redirects are not followed)
307 Location=/v2/enqueue |later 0: HTTP status 307 (redirects are not followed)
400 {"errors":"no"}|never: HTTP status 400: {"errors":"no"}
401 no|never: HTTP status 401: no
404 |never: HTTP status 404
408 |later 0: HTTP status 408
410 gone|never: HTTP status 410: gone
413 |never: HTTP status 413
429 |later 0: HTTP status 429
429 Retry-After=7 wait|later 7: HTTP status 429: wait
429 Retry-After=nonsense |later 0: HTTP status 429
429 Retry-After=999999999999 |later 86400: HTTP status 429
503 Retry-After=90 |later 90: HTTP status 503
500 %ESC[31mred|later 0: HTTP status 500: \\x1B\[31mred
599 |later 0: HTTP status 599
slow|later 0: no answer: Operation timed out after *
reset|later 0: no answer: *
garbage|later 0: no answer: *
cut|later 0: no answer: *
endless|later 0: HTTP status 500: xxxxxxxxxx*
END
    mapfile -t answers < <(cut -d'|' -f1 table)
    serve server "${answers[@]}"
    pagerduty timeout=1s
    n=0
    while IFS='|' read -r answer want; do
        sends "$want"
        n=$((n + 1))
        [ "$(requests)" = $n ] || fail "another request after $answer"
    done <table
    equal $n 23
}

@test "Retry-After as a date" {
    serve server "429 Retry-After=$(date -ud '+100 seconds' '+%a,_%d_%b_%Y_%H:%M:%S_GMT') x"
    pagerduty
    sends 'later [0-9]*: HTTP status 429: x'
    between 90 "$(sed -E 's/later ([0-9]+).*/\1/' out)" 100
}

@test "an answer is shown up to 200 bytes, and no character is cut in two" {
    serve server "500 x$(printf 'é%.0s' {1..150})" "500 $(printf '%%ESC%.0s' {1..150})"
    pagerduty
    sends "later 0: HTTP status 500: x$(printf 'é%.0s' {1..99})"
    sends "later 0: HTTP status 500: $(printf '\\\\x1B%.0s' {1..50})"
}

@test "nobody there, no such host" {
    port=1
    pagerduty
    sends 'later 0: no answer: *'
    channel type=webhook url=http://nowhere.invalid/
    sends 'later 0: no answer: Could not resolve host*'
}

@test "connections are kept from one notice to the next, and made again when lost" {
    serve server '202 ' 'reset' '202 '
    pagerduty
    cat notice notice notice >three
    exits 0 "$SEND" alert.ini test <three
    printf 'delivered\n%.0s' 1 2 3 >want
    same out want
    equal "$(requests)" 4
}

@test "a notice that is none is not sent, one with broken characters is" {
    serve server '200 '
    webhook
    printf '%s' '[1]' >notice
    sends "never: not a notice: *"
    printf '{"notice":"n","title":"a\xff\\ud800b\xc3","record":{"x":1e999}}' >notice
    sends delivered
    base64 -d <<<"$(jq -r .body server/requests)" >body
    printf '{"notice":"n","title":"a\xef\xbf\xbd\xef\xbf\xbdb\xef\xbf\xbd","record":{"x":1e999}}' >want
    same body want
    equal "$(requests)" 1
}

# --- secrets and encryption --------------------------------------------------------------------

@test "TLS: a certificate that can be trusted, of this host, or nothing is sent" {
    command -v openssl >/dev/null || skip "no openssl"
    export KEY=$PD_KEY
    for cert in good host fake; do
        serve_tls "$cert" "$cert" '202 '
        channel type=pagerduty "url=https://127.0.0.1:$port" key-env=KEY "ca-file=$CERT/ca.pem"
        case $cert in
        good) sends delivered ;;
        *) sends 'later 0: no answer: *' ;;
        esac
        channel type=pagerduty "url=https://127.0.0.1:$port" key-env=KEY
        sends 'later 0: no answer: *'
    done
    equal "$(cat good/requests | wc -l) $(cat host/requests fake/requests | wc -l)" '1 0'
    cp -r good server
    check pagerduty
}

@test "a secret goes over https, unless told otherwise" {
    export KEY=$PD_KEY SECRET_URL=http://127.0.0.1:1/T000/SECRETSECRET
    channel type=pagerduty url=http://127.0.0.1:1 key-env=KEY
    refuses 'alert.ini:3: channel test: url: a secret would travel unencrypted'
    channel type=opsgenie url=http://127.0.0.1:1 key-env=KEY
    refuses 'unencrypted'
    for type in slack teams webhook; do
        channel type=$type url-env=SECRET_URL
        refuses 'alert.ini:3: channel test: url-env: a secret would travel unencrypted'
        err_lacks SECRETSECRET
    done
    SECRET_URL='Authorization: Bearer 1234'
    for type in webhook alertmanager; do
        channel type=$type url=http://127.0.0.1:1 header-env=SECRET_URL
        refuses 'unencrypted'
        err_lacks 1234
    done
    channel type=slack url=https://hooks.slack.com/services/T000/B000/XXXX
    refuses 'alert.ini:3: channel test: url: its URL is a secret, and comes from url-file or url-env'
    err_lacks XXXX
    for url in ftp://a/ file:///etc/passwd 127.0.0.1 https:// 'https://a b/' http://; do
        channel type=webhook "url=$url"
        refuses 'url: not a URL that begins with https:// or http://'
    done
    channel type=webhook url=https://me:password@example.org/
    refuses 'url: a password in it'
    err_lacks me:password
}

@test "no secret in what is said, whatever the server says" {
    export SECRET_URL HEADER='X-Token: Bearer hdr-secret-77' KEY=$SIGN_KEY
    serve server '400 %PATH | %HEADER(X-Token) | %HEADER(Authorization)' \
        "500 http://me:hunter22@127.0.0.1:0/T0000/SECRETSECRET?sig=SIGSIGSIG $KEY ${KEY#whsec_}" \
        "500 hdr-secret-77 hdr%2Dsecret%2D77 SIGSIGSIG /T0000/SECRETSECRET me:hunter22 hunter22"
    SECRET_URL="http://me:hunter22@127.0.0.1:$port/T0000/SECRETSECRET?sig=SIGSIGSIG"
    channel type=webhook url-env=SECRET_URL header-env=HEADER key-env=KEY allow-http=yes
    for _ in 1 2 3; do
        exits 0 "$SEND" alert.ini test <notice
        for word in SECRETSECRET SIGSIGSIG hunter22 hdr-secret-77 "${KEY#whsec_}" \
            "$(printf me:hunter22 | base64)"; do
            ! grep -q -e "$word" out err || fail "$word is shown"
        done
        grep -qF '***' out
    done
    # they did travel
    jq -e '.headers["x-token"] == "Bearer hdr-secret-77" and (.headers.authorization | length) > 9' \
        server/requests
    # a body that is cut in a secret
    KEY=$PD_KEY
    serve server "500 $(printf "$KEY%.0s" {1..500})"
    pagerduty
    sends 'later 0: HTTP status 500: \*\*\**'
    ! grep -q '[0-9A-Fa-f]\{6\}' out || fail "a part of the key"
}

@test "secrets from files: relative to the configuration, one line, with a word of warning" {
    serve server '202 '
    mkdir etc
    echo "  $PD_KEY  " >etc/key
    chmod 600 etc/key
    export KEY=$PD_KEY
    channel type=pagerduty "url=http://127.0.0.1:$port" allow-http=yes key-file=key
    mv alert.ini etc/
    good "$SEND" etc/alert.ini test <notice
    out_is <<<delivered
    check pagerduty
    chmod 640 etc/key
    good "$SEND" etc/alert.ini test <notice
    out_is <<'END'
warning: etc/key: others can read this secret (chmod 600)
delivered
END
    for content in '' '   ' $'a\nb' $'a\x01'; do
        printf '%s' "$content" >etc/key
        exits 2 "$SEND" etc/alert.ini test <notice
        err_has 'etc/alert.ini:5: channel test: key-file: etc/key: '
    done
    rm etc/key
    exits 2 "$SEND" etc/alert.ini test <notice
    err_has 'key-file: etc/key: No such file or directory'
    channel type=pagerduty key-env=NOT_SET
    refuses 'key-env: the environment has no NOT_SET'
    channel type=pagerduty key-env=KEY key-file=x
    refuses 'there is key-file too'
    KEY=short
    channel type=pagerduty key-env=KEY
    refuses 'an integration key, 32 characters'
    err_lacks short
}

@test "secrets are not among the arguments" {
    serve server slow
    pagerduty
    "$SEND" alert.ini test <notice >/dev/null 3>&- &
    PIDS="$PIDS $!"
    eventually test -s server/requests
    tr '\0' '\n' <"/proc/$!/cmdline" >out
    grep -qx test out
    ! grep -q "$PD_KEY" out || fail "the key"
}

@test "a proxy from the environment" {
    serve server '202 '
    export KEY=$PD_KEY
    channel type=pagerduty url=http://events.invalid allow-http=yes key-env=KEY
    http_proxy=http://127.0.0.1:$port exits 0 "$SEND" alert.ini test <notice
    out_is <<<delivered
    equal "$(jq -r .path server/requests)" http://events.invalid/v2/enqueue
    http_proxy=http://127.0.0.1:$port no_proxy=events.invalid exits 0 "$SEND" alert.ini test <notice
    grep -q '^later' out
}

@test "mistakes in a section" {
    # lines of the section, ~ between them | message
    while IFS='|' read -r lines want; do
        IFS='~' read -r -a line <<<"$lines"
        channel "${line[@]}"
        refuses "$want"
    done <<'END'
type=slak|alert.ini:2: channel test: type: is one of pagerduty, slack, teams
x=1|alert.ini:1: channel test: needs type: pagerduty
type=file|alert.ini:1: channel test: needs path
type=file~path=|path: is empty
type=file~pth=x|pth
type=exec|alert.ini:1: channel test: needs command
type=exec~command="a|command: a quote is not closed
type=exec~command=x~timeout=5|alert.ini:4: channel test: timeout: is a duration from 0.01s to 10m, such as 10s
type=exec~command=x~timeout=11m|timeout: is a duration
type=webhook|needs url, url-file or url-env
type=webhook~url=http:a|url: not a URL
type=webhook~url=http://a~header=nonsense|alert.ini:4: channel test: header: not a header
type=syslog~facility=kern|facility: is user, daemon, or local0 to local7
type=alertmanager~url=http://a~label=a b=c|label: not a label
type=email~from=a@b|needs from and to
type=email~from=a b~to=a@b|from: not an address
type=email~from=a@b~to=a@b,,|to: not up to 100 addresses
type=email~from=a@b~to=x <-f@b>|to: not up to
type=email~from=a@b~to=a@b~smtp=host|smtp: is smtps:
type=email~from=a@b~to=a@b~sendmail=x~smtp=smtp:|smtp
END
    channel type=webhook url=http://a/ 'header=Webhook-Id: 5'
    refuses 'header: this header has its value already'
    channel type=slack url-env=X allow-http=maybe
    X=http://a/ refuses 'allow-http: is yes or no'
}

@test "the examples of the man page are taken" {
    sed -n '/^\.Bd/,/^\.Ed/p' "$ROOT/man/ad-alert-channels.5" >blocks
    sed -n '/^{/,/^}/p' blocks >hook.json
    grep -v '^[.$>]' blocks | sed '/^log.ini is good/,$d' | sed '/^{/,/^}/d' | sed 's|/etc/adkit/||' >alert.ini
    echo "$PD_KEY" >pagerduty.key
    echo https://hooks.slack.com/services/T/B/X | tee slack.url >teams.url
    echo some-password | tee opsgenie.key >mail.password
    echo "$SIGN_KEY" >hook.key
    chmod 600 ./*.key ./*.url mail.password
    mkdir var && sed -i 's|/var/|var/|' alert.ini
    channels=$(sed -n 's/^\[channel \(.*\)\]/\1/p' alert.ini)
    equal "$(wc -w <<<"$channels")" 10
    for name in $channels; do
        good "$SEND" alert.ini "$name" </dev/null
        [ ! -s out ] || fail "$name"
    done
    # and the body becomes JSON
    serve server '200 '
    webhook template-file=hook.json
    sends delivered
    base64 -d <<<"$(jq -r .body server/requests)" | jq -c '[.summary, .host, .score, .details.value, .link]' >out
    out_is <<'END'
["critical: critical: zscore on host=web1","web1",0.93,212,"https://graphs.example.org/?host=web1"]
END
}

# --- mail --------------------------------------------------------------------------------------

aiosmtpd() {
    for PYTHON in python3 /usr/bin/python3; do
        if "$PYTHON" -c 'import aiosmtpd' 2>/dev/null; then return; fi
    done
    skip "no aiosmtpd (python3-aiosmtpd)"
}

mail_by() {
    mkdir -p mail
    starts mail "$PYTHON" "$TOOLS/smtp_server.py" mail "$1" "$CERT/${2:-good}.pem" "$CERT/${2:-good}.key"
}

email() {
    channel type=email 'from=adkit <alerts@example.org>' 'to=ops@example.org' "$@"
}

check_mail() {
    python3 "$TOOLS/check_mail.py" "$1" notice "$2" >report 2>&1 || fail "$(tail -n 5 report)"
}

@test "email: STARTTLS, with a name and a password" {
    aiosmtpd
    export PASS='p w"d'
    echo "$PASS" >pass
    mkdir mail
    cp pass mail/password
    mail_by login
    email "smtp=smtp://127.0.0.1:$port" "ca-file=$CERT/ca.pem" user=me key-env=PASS \
        'to=Ops <ops@example.org>, boss@example.org'
    sends delivered
    jq -ec '.tls and .from == "alerts@example.org" and .to == ["ops@example.org", "boss@example.org"]' \
        mail/envelopes
    check_mail mail/mail.0 crlf
    PASS=wrong-password
    sends 'later 0: SMTP: *denied*'
    ! grep -q wrong-password out || fail "the password"
}

@test "email: TLS from the first byte" {
    aiosmtpd
    mail_by tls
    email "smtp=smtps://127.0.0.1:$port" "ca-file=$CERT/ca.pem"
    notice 'state="resolved"' 'title="Füße: 漢字 😀 and more, so that it takes several words, 0123456789"'
    sends delivered
    check_mail mail/mail.0 crlf
}

@test "email: never unencrypted, never to a server that nobody knows" {
    aiosmtpd
    mail_by plain
    email "smtp=smtp://127.0.0.1:$port" "ca-file=$CERT/ca.pem"
    sends 'later 0: SMTP: *'
    for cert in host fake; do
        mail_by starttls $cert
        email "smtp=smtp://127.0.0.1:$port" "ca-file=$CERT/ca.pem"
        sends 'later 0: SMTP: *'
    done
    [ ! -e mail/envelopes ] || fail "a mail got through"
}

@test "email: refused, put off, and taken for those that it knows" {
    aiosmtpd
    mail_by starttls
    # to | what becomes of it
    while IFS='|' read -r to want; do
        email "to=$to" "smtp=smtp://127.0.0.1:$port" "ca-file=$CERT/ca.pem"
        sends "$want"
    done <<'END'
nobody@example.org|never: SMTP: *
later@example.org|later 0: SMTP: *
nobody@example.org,ops@example.org|delivered
later@example.org,nobody@example.org|later 0: SMTP: *
END
    equal "$(jq -c .to mail/envelopes)" '["ops@example.org"]'
}

@test "email: sendmail gets -t -oi and the mail" {
    cat >sendmail <<'END'
#!/bin/sh
printf '%s\n' "$*" >args
cat >mail.0
exit "$(cat status)"
END
    chmod +x sendmail
    email "sendmail=$PWD/sendmail"
    # status | what becomes of it (sysexits.h)
    while IFS='|' read -r sysexit want; do
        echo "$sysexit" >status
        sends "$want"
    done <<END
0|delivered
75|later 0: $PWD/sendmail: status 75
69|later 0: $PWD/sendmail: status 69
67|never: $PWD/sendmail: status 67
END
    equal "$(cat args)" '-t -oi'
    check_mail mail.0 lf
    grep -q '^To: ops@example.org$' mail.0
    email sendmail=/nowhere/sendmail
    sends 'later 0: /nowhere/sendmail: No such file or directory'
}

@test "email: one thread for an incident, a subject and a page of one's own" {
    printf '#!/bin/sh\ncat >>mails\n' >sendmail
    chmod +x sendmail
    echo '<a href="https://x/?{{title|url}}">{{reason}}</a>' >page
    email "sendmail=$PWD/sendmail" 'title={{severity}} on {{group.host}}' 'text=see {{rule}}' html-file=page
    notice 'reason="<b>"'
    sends delivered
    notice 'notice="other"' 'event="resolve"' 'state="resolved"'
    sends delivered
    equal "$(grep -c '^References: <fedcba9876543210fedcba9876543210.adkit@example.org>$' mails)" 2
    equal "$(grep '^Message-Id' mails | sort -u | wc -l)" 2
    grep -qx 'Subject: critical on web1' mails
    for part in 'see hot' \
        '<a href="https://x/?critical%3A%20zscore%20on%20host%3Dweb1">&lt;b&gt;</a>'; do
        grep -qF "$(printf '%s\n' "$part" | base64 -w 76 | cut -c1-70 | head -n 1)" mails || fail "no $part"
    done
}

# --- programs, the log, files ------------------------------------------------------------------

# program BODY: a shell script ./program
program() {
    printf '#!/bin/sh\n%s\n' "$1" >program
    chmod +x program
}

@test "exec: the notice on standard input and in the environment, no other files open" {
    program 'cat >stdin; env >environment; ls -l /proc/self/fd | grep -c pipe: >pipes; printf "%s\n" "$@" >args
        ps -o pgid= -p $$ >group 2>/dev/null'
    channel type=exec "command=$PWD/program \"a b\" '\$(touch pwned)' c\\ d * {{title}}"
    notice 'record={"Wert é.1":"x","value":5,"nested":{"a":1},"none":null}'
    AD_FORGED=1 USUAL=1 sends delivered
    same <(cat stdin; echo) notice
    out_of() { sed -n "s/^$1=//p" environment; }
    equal "$(out_of AD_TITLE)" 'critical: zscore on host=web1'
    equal "$(out_of AD_SEVERITY)/$(out_of AD_SCORE)/$(out_of AD_RESOLVED)" critical/0.93/
    equal "$(out_of AD_GROUP_HOST)/$(out_of AD_GROUP_DATA_CENTER)" 'web1/b & c'
    equal "$(out_of AD_RECORD_WERT____1)/$(out_of AD_RECORD_VALUE)/$(out_of AD_RECORD_NESTED)" 'x/5/{"a":1}'
    equal "$(out_of AD_FORGED)/$(out_of USUAL)" /1
    printf '%s\n' 'a b' '$(touch pwned)' 'c d' '*' '{{title}}' | same - args
    [ ! -e pwned ]
}

@test "exec: statuses" {
    # what the program does | what becomes of the notice
    while IFS='|' read -r body want; do
        program "$body"
        channel type=exec "command=$PWD/program"
        sends "$want"
    done <<END
exit 0|delivered
echo no more >&2; exit 75|later 0: $PWD/program: status 75: no more
printf "%b" "bad\\\\033[1mthing"; exit 3|never: $PWD/program: status 3: bad\\\\x1B\\[1mthing
kill -9 \$\$|later 0: $PWD/program: killed by signal 9
exec <&-; exit 0|delivered
END
    channel type=exec command=/nowhere/program
    sends 'later 0: /nowhere/program: No such file or directory'
    echo x >program
    chmod -x program
    channel type=exec "command=$PWD/program"
    sends "later 0: $PWD/program: Permission denied"
}

@test "exec: a program that reads nothing of a megabyte, and one that reads it all" {
    notice --huge
    channel type=exec command=true
    sends delivered
    program 'wc -c >count; test ${#AD_RECORD} -le 4096 && test ${#AD_RECORD_TEXT} -gt 1000'
    channel type=exec "command=$PWD/program"
    sends delivered
    equal "$(($(cat count) + 1))" "$(wc -c <notice)"
    # a record of very many fields is not too much for execve(2)
    jq -nc '[range(20000)|{("field\(.)"):"value of it"}]|add' >record
    notice record=@record
    sends 'never: *status 1'
    program 'cat >/dev/null; env | grep -c ^AD_ >count'
    sends delivered
    between 1000 "$(cat count)" 20000
}

# gone PID: whether the process has ended (one that nobody has reaped yet has)
gone() {
    ! grep -q '^State:.[^Z]' "/proc/$1/status"
}

@test "exec: one that hangs is killed, with all that it has started" {
    program 'trap "" TERM; sleep 300 & echo $! >child; echo $$ >self; echo hello; wait; sleep 300'
    channel type=exec "command=$PWD/program" timeout=0.3s
    began=$(date +%s%N)
    sends "later 0: $PWD/program: not done in time, killed: hello"
    between 2000 $((($(date +%s%N) - began) / 1000000)) 8000
    for pid in $(cat self child); do
        eventually gone "$pid"
    done
    # one that minds a signal goes at once
    program 'trap "exit 0" TERM; sleep 300 & wait'
    began=$(date +%s%N)
    sends "later 0: $PWD/program: not done in time, killed"
    between 300 $((($(date +%s%N) - began) / 1000000)) 1900
}

@test "exec: a child that outlives the program holds nobody up" {
    program 'sleep 300 & echo $! >child'
    channel type=exec "command=$PWD/program" timeout=20s
    began=$(date +%s)
    sends delivered
    between 0 $(($(date +%s) - began)) 10
    kill "$(cat child)"
}

@test "exec: with SIGCHLD ignored by whoever started it, and a closed standard input" {
    program 'exit 3'
    channel type=exec "command=$PWD/program"
    (trap '' CHLD PIPE && exits 0 "$SEND" alert.ini test <notice)
    out_is <<<"never: $PWD/program: status 3"
}

@test "file: lines of JSON, whoever writes, and after half a line" {
    channel type=file path=log.ndjson
    printf half >log.ndjson
    notice --evil
    for _ in 1 2 3 4; do
        for _ in 1 2 3; do cat notice; done | "$SEND" alert.ini test >/dev/null &
        PIDS="$PIDS $!"
    done
    wait $PIDS
    PIDS=
    { echo half; for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do cat notice; done; } >want
    same log.ndjson want
    mv log.ndjson old
    sends delivered
    same log.ndjson notice
    equal "$(stat -c %a log.ndjson)" "$(printf %o $((0640 & ~$(umask))))"
    channel type=file path=/dev/full
    sends 'later 0: /dev/full: No space left on device'
    channel type=file path=no/folder
    sends 'later 0: no/folder: No such file or directory'
    channel type=file path=.
    sends 'later 0: .: Is a directory'
}

# apart CMD...: with mounts of its own, where this system allows it
apart() {
    unshare -m true 2>/dev/null || skip "no mount namespace here"
    unshare -m "$@"
}

@test "file: a full disk takes no half lines, and more when there is room" {
    channel type=file path=disk/log
    mkdir disk
    cat >inside <<'END'
mount -t tmpfs -o size=64k none disk || exit 9
head -c 60000 /dev/zero >disk/filler
cat notice notice notice notice notice notice notice | "$1" alert.ini test
cp disk/log full
rm disk/filler
"$1" alert.ini test <notice
cp disk/log roomy
END
    capture apart sh inside "$SEND"
    [ "$status" != 9 ] || skip "no tmpfs here"
    equal "$status" 0
    grep -q '^later 0: disk/log: No space left on device$' out
    equal "$(tail -n 1 out)" delivered
    equal "$(grep -c delivered out)" "$(wc -l <roomy)"
    equal "$(wc -l <full)" "$(($(wc -l <roomy) - 1))"
    jq -e . roomy >/dev/null
}

@test "syslog: priority and text as RFC 5424 numbers them, one line" {
    python3 - <<'END' || skip "no datagram sockets in /dev here"
import os; os.path.exists("/dev")
END
    cat >listen.py <<'END'
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("dev/log")
os.rename("dev/log", "dev/log.new"), os.rename("dev/log.new", "dev/log")
open("ready", "w").close()
with open("lines", "ab", 0) as f:
    while True:
        f.write(s.recv(65536) + b"\n")
END
    cat >inside <<'END'
mkdir -p dev && mount -t tmpfs none dev && cp -a /dev/null /dev/zero dev/ || exit 9
python3 listen.py & server=$!
while [ ! -e ready ]; do sleep 0.02; done
mount --bind dev /dev || { kill $server; exit 9; }
"$1" alert.ini test <all
"$1" alert.ini local3 <notice
# what is sent is not what is received yet
for _ in $(seq 500); do [ "$(wc -l <lines)" -lt 7 ] || break; sleep 0.02; done
kill $server
rm /dev/log
"$1" alert.ini test <notice
END
    channel type=syslog
    printf '[channel local3]\ntype=syslog\nfacility=local3\ntext={{rule}}\n' >>alert.ini
    for severity in low medium high critical; do
        notice "severity=\"$severity\"" && cat notice
    done >all
    notice 'state="resolved"' 'reason=""' && cat notice >>all
    notice --evil && cat notice >>all
    notice 'title="%s%n é"'
    capture apart sh inside "$SEND"
    [ "$status" != 9 ] || skip "no /dev of one's own here"
    equal "$(cat out)" "$(printf 'delivered\n%.0s' 1 2 3 4 5 6 7; echo 'later 0: nobody listens at /dev/log')"
    # facility daemon (3) and local3 (19) times 8, and the severity: RFC 5424, 6.2.1
    sed -nE 's/^<([0-9]+)>.*ad-alert\[[0-9]+\]: (.*)$/\1 \2/p' lines | grep -av quoted >out
    equal "$(wc -l <lines)" 7
    out_is <<'END'
29 critical: zscore on host=web1: value 212 is above 83.2, the most that passes as normal (expected 60.1) incident=fedcba9876543210fedcba9876543210
28 critical: zscore on host=web1: value 212 is above 83.2, the most that passes as normal (expected 60.1) incident=fedcba9876543210fedcba9876543210
27 critical: zscore on host=web1: value 212 is above 83.2, the most that passes as normal (expected 60.1) incident=fedcba9876543210fedcba9876543210
26 critical: zscore on host=web1: value 212 is above 83.2, the most that passes as normal (expected 60.1) incident=fedcba9876543210fedcba9876543210
29 resolved: critical: zscore on host=web1 incident=fedcba9876543210fedcba9876543210
154 %s%n é: hot incident=fedcba9876543210fedcba9876543210
END
}

# --- values that would like to be more ---------------------------------------------------------

@test "whatever a value holds, it stays a value: services" {
    notice --evil
    serve server '202 ' && pagerduty && sends delivered && check pagerduty
    serve server '200 ok' && slack && sends delivered && check slack
    serve server '202 ' && opsgenie && sends delivered && check opsgenie
    export SECRET_URL=http://127.0.0.1:$port/x URL_PATH=/x
    channel type=teams url-env=SECRET_URL allow-http=yes && sends delivered && check teams
    serve server '200 ' && channel type=alertmanager "url=http://127.0.0.1:$port" && sends delivered
    check alertmanager
    [ ! -e pwned ]
}

@test "whatever a value holds, it stays a value: mail and programs" {
    notice --evil
    printf '#!/bin/sh\ncat >mail.0\n' >sendmail
    chmod +x sendmail
    email "sendmail=$PWD/sendmail"
    jq -c '.notice = "0123" | .incident = "4567"' notice >ids && mv ids notice
    sends delivered
    check_mail mail.0 lf
    program 'printf "%s" "$AD_TITLE" >title; env | grep -c "^X-Injected"; cat >stdin; exit 75'
    channel type=exec "command=$PWD/program"
    sends 'later *'
    same <(cat stdin; echo) notice
    # a NUL cannot be in the environment: it is a blank there
    jq -j .title notice | tr '\0' ' ' >want
    same title want
    [ ! -e pwned ]
}

@test "a megabyte in one value goes out everywhere, cut where it must be" {
    notice --huge
    jq -c '.title = .record.text | .reason = .record.text | .group.host = .record.text' notice >n && mv n notice
    serve server '202 ' && pagerduty && sends delivered && check pagerduty
    serve server '200 ok' && slack && sends delivered && check slack
    serve server '202 ' && opsgenie && sends delivered && check opsgenie
    export SECRET_URL=http://127.0.0.1:$port/x URL_PATH=/x
    channel type=teams url-env=SECRET_URL allow-http=yes && sends delivered && check teams
    printf '#!/bin/sh\ncat >mail.0\n' >sendmail
    chmod +x sendmail
    email "sendmail=$PWD/sendmail"
    sends delivered
    between 1000 "$(wc -c <mail.0)" 100000
}

# --- in ad-alert -------------------------------------------------------------------------------

@test "ad-alert sends by them, and warns once of a secret that others can read" {
    serve server '202 '
    echo "$PD_KEY" >key
    chmod 644 key
    printf '%s\n' '[channel test]' type=pagerduty "url=http://127.0.0.1:$port" allow-http=yes \
        key-file=key '[route all]' channels=test >alert.ini
    printf '%s\n' time,host,v,zscore_score,zscore_flag 2026-11-20T10:00:00Z,web1,5,0.2,0 \
        2026-11-20T10:01:00Z,web1,99,0.95,1 >in
    exits 0 ad-alert -C alert.ini -g host --db db --clock=input <in
    equal "$(cat err)" 'ad-alert: key: others can read this secret (chmod 600)'
    base64 -d <<<"$(jq -r .body server/requests)" | jq -r '.event_action, .payload.severity, .payload.source' |
        same - <(printf 'trigger\ncritical\nhost=web1\n')
}
