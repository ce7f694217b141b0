#!/usr/bin/env bats
# ad-bucket: events into metrics. Lines of logs are tested in unit/logline.c, too, the arithmetic of
# buckets in unit/bucket.c.

load helper

# contract: --every=1m

# sshd_log: what sshd writes, by two who try passwords
sshd_log() {
    awk 'BEGIN { for (i = 0; i < 300; i++) {
        t = i * 7; ip = i % 3 ? "203.0.113.9" : "198.51.100.7"
        stamp = sprintf("Mar  4 %02d:%02d:%02d gate sshd[%d]: ", 6 + t / 3600, t / 60 % 60, t % 60, 500 + i)
        if (i % 4 == 3) print stamp "Connection closed by " ip " [preauth]"
        else print stamp "Failed password for invalid user bob from " ip " port " 4000 + i " ssh2" } }'
}

# web_log [COUNT]: what Apache writes
web_log() {
    awk -v n="${1:-400}" 'BEGIN { for (i = 0; i < n; i++) { t = i * 5
        printf "192.0.2.%d - - [10/Oct/2000:%02d:%02d:%02d -0700] \"GET /a/%d HTTP/1.1\" %d %s \"-\" \"curl/8\"\n",
            i % 5, 13 + t / 3600, t / 60 % 60, t % 60, i, i % 10 ? 200 : 404, i % 10 ? i * 3 % 101 : "-" } }'
}

# events: CSV out of a few minutes
events() {
    cat <<'END'
time,host,ms
2024-05-01T10:00:10Z,a,10
2024-05-01T10:00:50Z,b,30
2024-05-01T10:01:05Z,a,20
2024-05-01T10:04:00Z,a,40
END
}

@test "events are counted by the minute, silence too" {
    events >in
    good ad-bucket --every=1m in
    out_is <<'END'
time,count
2024-05-01T10:00:00Z,2
2024-05-01T10:01:00Z,1
2024-05-01T10:02:00Z,0
2024-05-01T10:03:00Z,0
2024-05-01T10:04:00Z,1
END
    good ad-bucket --every=1m --empty=none in
    grep -c ',0$' out | same - <(echo 0)
}

@test "each aggregate is a column, empty where there is nothing to say" {
    events >in
    good ad-bucket --every=2m --agg='count,rate,sum(ms),mean(ms),min(ms),max(ms),p50(ms),distinct(host)' in
    out_is <<'END'
time,count,rate,ms_sum,ms_mean,ms_min,ms_max,ms_p50,host_distinct
2024-05-01T10:00:00Z,3,0.025,60,20,10,30,20,2
2024-05-01T10:02:00Z,0,0,0,,,,,0
2024-05-01T10:04:00Z,1,0.008333333333,40,40,40,40,40,1
END
    good ad-bucket --every=2m --agg='mean(ms),count' -o ndjson in
    sed -n 2p out | same - <(echo '{"time":"2024-05-01T10:02:00Z","ms_mean":null,"count":0}')
    to_json <in >in.json
    good ad-bucket --every=2m -g host in.json
    head -n 2 out >got
    same got - <<'END'
{"time":"2024-05-01T10:00:00Z","host":"a","count":2}
{"time":"2024-05-01T10:00:00Z","host":"b","count":1}
END
}

@test "groups have their own rows from their first event on, in order of their names" {
    events >in
    good ad-bucket --every=2m -g host in
    out_is <<'END'
time,host,count
2024-05-01T10:00:00Z,a,2
2024-05-01T10:00:00Z,b,1
2024-05-01T10:02:00Z,a,0
2024-05-01T10:02:00Z,b,0
2024-05-01T10:04:00Z,a,1
2024-05-01T10:04:00Z,b,0
END
}

@test "counts are those of awk" {
    sshd_log >auth.log
    good ad-bucket --log=sshd --year=2024 --pattern='Failed password' --every=1m auth.log
    awk '/Failed password/ { n["2024-03-04T" substr($3, 1, 5) ":00Z"]++ }
        END { for (t in n) print t "," n[t] }' auth.log | sort >want
    tail -n +2 out | grep -v ',0$' | same - want
    good ad-bucket --log=sshd --year=2024 --pattern='Failed password' --every=1m -g ip --empty=none auth.log
    awk '/Failed password/ { n["2024-03-04T" substr($3, 1, 5) ":00Z," $(NF - 3)]++ }
        END { for (t in n) print t "," n[t] }' auth.log | sort >want
    tail -n +2 out | same - want
    web_log >access.log
    good ad-bucket --log=apache --tz=Etc/GMT+7 --every=5m -g status --agg='count,sum(bytes)' --empty=none access.log
    awk '{ split($4, t, ":"); k = sprintf("2000-10-10T%s:%02d:00-07:00,%s", t[2], int(t[3] / 5) * 5, $9)
        n[k]++; s[k] += $10 } END { for (k in n) print k "," n[k] "," s[k] }' access.log | sort >want
    tail -n +2 out | same - want
}

@test "named groups are fields, alternatives and brackets included" {
    cat >app.log <<'END'
2024-05-01 10:00:00,123 INFO took 12 ms (db)
2024-05-01 10:00:30,5 INFO took 20 ms [api]
2024-05-01 10:00:31,5 INFO started
END
    good ad-bucket --every=1m --pattern='took (?<ms>[0-9]+) ms [[(](?<what>db|api)' -g what --agg='count,max(ms)' app.log
    out_is <<'END'
time,what,count,ms_max
2024-05-01T10:00:00Z,api,1,20
2024-05-01T10:00:00Z,db,1,12
END
    good ad-bucket --every=1m --pattern='took|started' app.log
    equal "$(tail -n 1 out)" 2024-05-01T10:00:00Z,3
    good ad-bucket --every=1m --pattern='^(?<time>.*) INFO' --time-format='%Y-%m-%d %H:%M:%S,123' app.log 2>err || true
    exits 2 ad-bucket --every=1m --pattern='took (' app.log
    err_has --pattern
    exits 2 ad-bucket --every=1m --pattern='(?:x)' app.log
    err_has '(?'
}

@test "every kind of log is read" {
    n() { good ad-bucket --every=1d "$@" && awk -F, 'NR > 1 { n += $2 } END { print n }' out; }
    web_log >access.log
    equal "$(n --log=apache access.log)" 400
    equal "$(n --log=nginx access.log)" 400
    printf '2024/05/01 10:00:00 [error] 7#7: *1 open() failed, client: 192.0.2.1, server: x\n' >error.log
    good ad-bucket --log=nginx --every=1m -g level,ip error.log
    equal "$(tail -n 1 out)" 2024-05-01T10:00:00Z,error,192.0.2.1,1
    printf '[Wed May 01 10:00:00.123456 2024] [core:warn] [pid 5] [client 192.0.2.1:80] AH1: x\n' >error.log
    good ad-bucket --log=apache --every=1m -g level,ip error.log
    equal "$(tail -n 1 out)" 2024-05-01T10:00:00Z,warn,192.0.2.1,1
    printf '%s\n' '<34>1 2024-05-01T10:00:00.003Z host app 7 id [a b="]"] hello' '2024-05-01T10:00:09+00:00 host app[7]: hello' \
        'May  1 10:00:10 host app: hello' >sys.log
    good ad-bucket --log=syslog --year=2024 --every=1m -g host,program sys.log
    equal "$(tail -n 1 out)" 2024-05-01T10:00:00Z,host,app,3
    printf 'ts=2024-05-01T10:00:00Z level=info msg="a b" dur=3.5\nts=1714557605 level=info dur=4.5\n' >fmt.log
    good ad-bucket --log=logfmt --every=1m -g level --agg='mean(dur)' fmt.log
    equal "$(tail -n 1 out)" 2024-05-01T10:00:00Z,info,4
    printf '{"ts":1714557605,"a":1}\n{"ts":1714557606,"a":3}\n' >j.log
    good ad-bucket --log=json --every=1m --agg='sum(a)' j.log
    equal "$(cat out)" '{"time":"2024-05-01T10:00:00Z","a_sum":4}'
}

@test "a local day has 23, 24 or 25 hours, an hour is an hour" {
    # zdump -v Europe/Berlin: 2024-03-31 01:00:00 UT and 2024-10-27 01:00:00 UT
    awk 'BEGIN { for (t = 1711753200; t < 1711753200 + 72 * 3600; t += 1800) print t }' >spring
    { echo time && cat spring; } >in
    good ad-bucket --every=1d --tz=Europe/Berlin in
    out_is <<'END'
time,count
2024-03-30T00:00:00+01:00,48
2024-03-31T00:00:00+01:00,46
2024-04-01T00:00:00+02:00,48
2024-04-02T00:00:00+02:00,2
END
    good ad-bucket --every=1h --tz=Europe/Berlin in
    awk -F, 'NR > 1 && $2 != 2' out | same - /dev/null
    equal "$(sed -n '27,28p' out | tr '\n' ' ')" '2024-03-31T01:00:00+01:00,2 2024-03-31T03:00:00+02:00,2 '
    { echo time && awk 'BEGIN { for (t = 1729980000; t < 1729980000 + 25 * 3600; t += 1800) print t }'; } >in
    good ad-bucket --every=1d --tz=Europe/Berlin in
    equal "$(tail -n 1 out)" 2024-10-27T00:00:00+02:00,50
    good ad-bucket --every=6h --tz=Europe/Berlin in
    equal "$(cut -d, -f2 out | tr '\n' ' ')" 'count 14 12 12 12 '
    good ad-bucket --every=1h --tz=Asia/Kolkata in
    equal "$(sed -n 2p out | cut -d, -f1)" 2024-10-27T03:00:00+05:30
}

@test "buckets slide" {
    events >in
    good ad-bucket --every=2m --slide=1m --agg='count,max(ms)' in
    out_is <<'END'
time,count,ms_max
2024-05-01T09:59:00Z,2,30
2024-05-01T10:00:00Z,3,30
2024-05-01T10:01:00Z,1,20
2024-05-01T10:02:00Z,0,
2024-05-01T10:03:00Z,1,40
2024-05-01T10:04:00Z,1,40
END
}

@test "an event may be as late as --late says; later ones are counted and told of" {
    printf 'time\n100\n130\n95\n190\n119\n240\n' >in
    exits 0 ad-bucket --every=1m in
    err_has 'too late to be counted (--late): 2'
    equal "$(cut -d, -f2 out | tr '\n' ' ')" 'count 1 1 1 1 '
    exits 0 ad-bucket --every=1m --late=11s --stats=stats in
    err_has 'too late to be counted (--late): 1'
    equal "$(cut -d, -f2 out | tr '\n' ' ')" 'count 2 1 1 1 '
    equal "$(jq .late stats)" 1
    good ad-bucket --every=1m --late=2m in
    equal "$(cut -d, -f2 out | tr '\n' ' ')" 'count 3 1 1 1 '
    good ad-bucket -q --every=1m in
    printf 'time\n100\n130\n119\n' >in
    exits 0 ad-bucket --every=1m --late=10s in # to the second
    err_has 'too late to be counted (--late): 1'
}

@test "a bucket is the same however the input is split" {
    sshd_log | awk '{ print } NR % 9 == 0 { print line } { line = $0 }' >auth.log
    web_log 600 >access.log
    way() { # LOG OPTION...
        local log=$1 total at n part
        shift
        total=$(wc -l <"$log")
        capture ad-bucket -q --empty=none -S all.s "$@" "$log"
        cp out want
        [ "$(wc -l <want)" -gt 5 ] || fail "no rows"
        for round in 1 2 3; do
            rm -f part.s got
            at=0
            while [ "$at" -lt "$total" ]; do
                n=$((RANDOM % 150 + 1))
                tail -n +$((at + 1)) "$log" | head -n "$n" >part
                capture ad-bucket -q --empty=none -S part.s "$@" part
                equal "$status" 0
                if [ -e got ]; then tail -n +2 out >>got; else cp out got; fi
                at=$((at + n))
            done
            same got want
        done
        rm -f all.s
    }
    way auth.log --log=sshd --year=2024 --every=1m -g ip --agg='count,distinct(user),p90(port)' --late=30s
    way access.log --log=apache --every=5m --slide=1m --agg='count,mean(bytes),p95(bytes),max(bytes)' -g status
}

@test "December goes over into January" {
    printf 'Dec 31 23:59:%02d h p: x\n' 10 20 >in
    printf 'Jan  1 00:00:%02d h p: x\n' 5 15 25 >>in
    good ad-bucket --log=syslog --year=2023 --every=1m in
    out_is <<'END'
time,count
2023-12-31T23:59:00Z,2
2024-01-01T00:00:00Z,3
END
    head -n 2 in >a && tail -n 3 in >b
    good ad-bucket --log=syslog --year=2023 --every=1m -S s a
    good ad-bucket --log=syslog --every=1m -S s b
    equal "$(tail -n 1 out)" 2023-12-31T23:59:00Z,2
    # One from the old year that comes late stays there.
    { cat in && echo 'Dec 31 23:59:50 h p: x'; } >late
    good ad-bucket --log=syslog --year=2023 --every=1m --late=5m late
    equal "$(sed -n 2p out)" 2023-12-31T23:59:00Z,3
    # Without --year the first time is the latest that is not to come.
    LC_ALL=C date -u -d '2 days' '+%b %e %H:%M:%S h p: x' >in
    good ad-bucket --log=syslog --every=1d in
    equal "$(tail -n 1 out)" "$(date -u -d '2 days' +%m-%d | sed "s/^/$(($(date -u -d '2 days' +%Y) - 1))-/")T00:00:00Z,1"
}

@test "a leap second is the first of the next minute" {
    printf 'time\n2016-12-31T23:59:59Z\n2016-12-31T23:59:60Z\n2017-01-01T00:00:00Z\n' >in
    good ad-bucket --every=1m in
    out_is <<'END'
time,count
2016-12-31T23:59:00Z,1
2017-01-01T00:00:00Z,2
END
    printf 'Dec 31 23:59:60 h p: x\n' >in
    good ad-bucket --log=syslog --year=2016 --every=1m in
    equal "$(tail -n 1 out)" 2017-01-01T00:00:00Z,1
}

@test "bad lines are told of, counted, and left out" {
    { sshd_log | head -n 3; printf 'nothing\n'; printf 'Mar 99 06:00:00 h p: x\n\n'; sshd_log | tail -n 3; } >in
    exits 0 ad-bucket --log=syslog --year=2024 --every=1h in
    err_has 'in:4: not a line of this kind of log'
    err_has 'in:5: '
    err_has '2 of 8 records were bad and left out'
    equal "$(awk -F, '{ n += $2 } END { print n }' out)" 6
    good ad-bucket -q --log=syslog --year=2024 --every=1h in
    exits 2 ad-bucket --on-bad=fail --log=syslog --year=2024 --every=1h in
    exits 2 ad-bucket --pattern=x --every=1h <(echo x)
    err_has 'no time in this line'
    printf 'time,ms\n1,x\n2,3\n' >in
    exits 0 ad-bucket --every=1m --agg='mean(ms)' in
    err_has 'field "ms": not a number: "x"'
}

@test "NULs, long lines, no newline at the end, CRLF, nothing at all" {
    printf 'May  1 10:00:10 h p: a\0b\r\nMay  1 10:00:20 h p: %s\nMay  1 10:00:30 h p: c' "$(head -c 200000 /dev/zero | tr '\0' y)" >in
    good ad-bucket --log=syslog --year=2024 --every=1m -g message --agg='distinct(message),count' --pattern='p: [ac]' in
    equal "$(wc -l <out)" 3
    exits 0 ad-bucket --log=syslog --year=2024 --every=1m --max-record=4K in
    err_has 'longer than --max-record'
    equal "$(tail -n 1 out)" 2024-05-01T10:00:00Z,2
    good ad-bucket --log=syslog --every=1m /dev/null
    equal "$(wc -c <out)" 0
    echo time,a | good ad-bucket --every=1m
    equal "$(cat out)" time,count
}

@test "on live input a row comes when its time is over" {
    mkfifo pipe
    ad-bucket --every=1s pipe >rows 2>err 3>&- &
    local pid=$!
    exec 7>pipe
    printf 'time\n%s\n' "$(date +%s)" >&7
    eventually grep -q '^20.*Z,1$' rows
    eventually grep -q '^20.*Z,0$' rows
    exec 7>&-
    wait "$pid"
}

@test "a pause in what is replayed is no silence" {
    (printf 'time\n100\n'; sleep 1.3; printf '100.5\n101\n') | good ad-bucket --every=1s
    equal "$(cut -d, -f2 out | tr '\n' ' ')" 'count 2 1 '
}

@test "a jump of the clock does not print rows without end" {
    printf 'time\n100\n4000000000\n' >in
    exits 0 ad-bucket --every=1s in
    equal "$(wc -l <out)" 3
    err_has 'silence'
}

@test "distinct is exact up to 2048, then within 10 %" {
    { echo time,ip && seq 1 2000 | sed 's/^/100,/;p'; } >in
    good ad-bucket --every=1m --agg='distinct(ip)' in
    equal "$(tail -n 1 out | cut -d, -f2)" 2000
    { echo time,ip && seq 1 50000 | sed 's/^/100,/'; } >in
    good ad-bucket --every=1m --agg='distinct(ip)' in
    between 45000 "$(tail -n 1 out | cut -d, -f2)" 55000 # 2.2 % is one standard error
}

@test "groups beyond --max-keys are forgotten" {
    { echo time,k && seq 1 100 | sed 's/^/100,/'; } >in
    exits 0 ad-bucket --every=1m -g k --max-keys=10 in
    err_has --max-keys
    equal "$(wc -l <out)" 11
}

@test "wrong options are refused with what to do" {
    events >in
    wrong() { # WHAT OPTION...
        local what=$1
        shift
        exits 2 ad-bucket "$@" in
        err_has "$what"
        equal "$(wc -c <out)" 0
    }
    wrong --every=1m
    wrong 'go into a day' --every=7m
    wrong 'multiple of --slide' --every=5m --slide=2m
    wrong 'too many times' --every=1s --late=30d
    wrong 'is none of count' --every=1m --agg=avg
    wrong 'needs a field' --every=1m --agg=mean
    wrong 'takes no field' --every=1m --agg='count(x)'
    wrong twice --every=1m --agg=count,count
    wrong '"host"' --every=1m -g hots
    wrong ms --every=1m --agg='mean(sm)'
    wrong 'none of' --every=1m --agg=
    wrong 'for tables' --every=1m --log=syslog --in=ndjson
    wrong --log=json --every=1m --log=json --pattern=x
    printf 'a\n1\n' >in
    wrong 'needs a time' --every=1m
}

@test "a state of other buckets is refused, a damaged one too" {
    events >in
    good ad-bucket --every=1m -S s in
    exits 2 ad-bucket --every=2m -S s in
    err_has every
    head -c 100 s >s2
    exits 2 ad-bucket --every=1m -S s2 in
}
