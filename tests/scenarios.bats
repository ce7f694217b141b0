#!/usr/bin/env bats
# scripts/examples: each pipeline tells of what its input was made to contain, and of nothing else.
# What that is stands beside each test; times are those at which it was put in.

load helper

EXAMPLES=$ROOT/scripts/examples

# example NAME: its notices in ./out, from a folder that is not its own
example() { good "$EXAMPLES/$1/run"; }

# notices: standard input is what was told, with single blanks for tabs
notices() {
    tr '\t' ' ' <out >said
    cat >want
    same want said
}

# without NAME RULE...: a copy of the example ./NAME in which these rules do nothing
without() {
    local name=$1 rule
    cp -R "$EXAMPLES/$name" .
    shift
    for rule; do
        grep -qF "[rule $rule]" "$name/rules.ini" || fail "no rule $rule"
        awk -v head="[rule $rule]" '/^\[/ { off = $0 == head } !off' "$name/rules.ini" >kept
        mv kept "$name/rules.ini"
    done
}

@test "api: health checks tell nobody, payments are critical and go to whom they must" {
    # 40 times slower: /health from 09:24 on; by 70 % /payment from 09:31, /search from 09:34.
    example api
    notices <<'END'
2026-03-02T09:31:00Z trigger critical oncall critical: slow,payment endpoint on endpoint=/payment/charge
2026-03-02T09:31:00Z trigger critical room critical: slow,payment endpoint on endpoint=/payment/charge
2026-03-02T09:34:00Z trigger high room high: slow on endpoint=/search
2026-03-02T09:31:00Z resolve critical oncall critical: slow,payment endpoint on endpoint=/payment/charge
2026-03-02T09:31:00Z resolve critical room critical: slow,payment endpoint on endpoint=/payment/charge
2026-03-02T09:34:00Z resolve high room high: slow on endpoint=/search
END
    without api "health check" "payment endpoint"
    good api/run
    grep -q '09:24:00Z.trigger.*endpoint=/health' out || fail "nothing to suppress"
    grep -q '09:31:00Z.trigger.high.room.*payment' out || fail "nothing to escalate"
}

@test "pool: a leak before the pool is exhausted, and not for one sample" {
    # orders loses a connection at each sample from 14:15 on, and has none left from 14:20:30 to
    # 14:23:30; users has none at 14:20:00 alone.
    example pool
    notices <<'END'
2026-03-02T14:16:30Z trigger high connection leak high: connection leak on database=orders
2026-03-02T14:16:30Z worse critical pool exhausted critical: pool exhausted on database=orders
2026-03-02T14:16:30Z resolve critical pool exhausted critical: pool exhausted on database=orders
END
    cp -R "$EXAMPLES/pool" .
    sed -i 's/^for = .*/for = 0/' pool/alert.ini
    good pool/run
    grep -q 'trigger.critical.pool exhausted.*database=users' out || fail "nothing to wait for"
}

@test "fraud: a card tried out, two countries within an hour, ten times the amount" {
    # ben pays in Brazil 35 minutes after Germany, cho in the United States after 13 hours; ana pays
    # seven times within three minutes; cho 1890.
    example fraud
    notices <<'END'
2026-03-03T12:05:00Z critical large amount critical: large amount on user=cho
2026-03-03T16:29:05Z high velocity high: velocity on user=ana
2026-03-03T18:39:00Z critical geographic impossibility critical: geographic impossibility on user=ben
END
}

@test "infrastructure: both faults of a real machine, by the field that shows them" {
    # tests/data/host/labels.csv: ctxt-storm from 05:09:52, conn-storm from 05:17:56 on.
    example infrastructure
    cut -f 1-4 out | tr '\t' ' ' | same - <(cat <<'END'
2026-11-21T05:09:50Z trigger medium off hours
2026-11-21T05:09:50Z worse high off hours
2026-11-21T05:18:00Z trigger high off hours
END
    )
    equal "$(cut -f 5 out | cut -d ' ' -f 1 | paste -sd ' ')" \
        'ctxt_per_s ctxt_per_s tcp_opens_per_s'
    gzip -dc "$ROOT/tests/data/host/host.csv.gz" | cut -d, -f 1,2,9,11,19 >all.csv
    awk -F, -v OFS=, '{ print $1, $2, $4, $3, $5 }' "$EXAMPLES/infrastructure/host.csv" |
        grep -vxFf all.csv >made || true
    [ ! -s made ] || fail "not in the recording: $(head -n 1 made)"
    # In between the machine compiled.
    without infrastructure "memory to spare"
    good infrastructure/run
    grep -q mem_available_mb out || fail "nothing to suppress"
}

@test "iot: stuck, battery low, silent, too warm" {
    # cellar says 12.2 from 01:40 to 03:40, the 11th time at 03:20; roof has 19 % from 02:50, and is
    # gone after 03:10; freezer warms by 4.1 at each reading from 04:20 on.
    example iot
    notices <<'END'
2026-03-02T02:50:00Z trigger medium battery low medium: battery low on sensor=roof
2026-03-02T03:20:00Z trigger high sensor stuck high: sensor stuck on sensor=cellar
2026-03-02T02:50:00Z resolve medium battery low medium: battery low on sensor=roof
2026-03-02T04:10:00Z trigger high  high: absent on sensor=roof
2026-03-02T03:20:00Z resolve high sensor stuck high: sensor stuck on sensor=cellar
2026-03-02T04:20:00Z trigger high unusual high: unusual on sensor=freezer
2026-03-02T04:20:00Z worse critical unusual,cold chain critical: unusual,cold chain on sensor=freezer
END
}

@test "security: brute force, a password guessed slowly, root at night" {
    # 192.0.2.77: nine failures, 7 s apart, the sixth at 11:20:40. 198.51.100.23: eight, 50 s apart,
    # then the right one. root: at 13:10 (14:10 in Berlin) and at 23:41.
    example security
    notices <<'END'
2026-03-03T11:20:40Z trigger high brute force 192.0.2.77 root 1
2026-03-03T11:20:40Z resolve high brute force 192.0.2.77 admin 4
2026-03-03T15:09:05Z trigger critical guessed 198.51.100.23 tom 1
2026-03-03T15:09:05Z resolve critical guessed 198.51.100.23 tom 1
2026-03-03T23:41:09Z trigger medium root at night 203.0.113.5 root 1
END
}

@test "security: the line of sed makes such records" {
    sed -n 's/^# *sed/sed/p' "$EXAMPLES/security/run" >cmd
    [ "$(wc -l <cmd)" = 1 ]
    cat >log <<'END'
2026-03-03T11:20:04.12+00:00 gate1 sshd[81]: Failed password for invalid user adm from 192.0.2.77 port 4022 ssh2
2026-03-03T11:20:05.12+00:00 gate1 sshd[82]: Failed password for root from 192.0.2.77 port 4022 ssh2
2026-03-03T11:21:04.12+00:00 gate1 sshd[83]: Accepted publickey for tom from 198.51.100.23 port 40 ssh2: ED25519 SHA256:x
2026-03-03T11:21:04.13+00:00 gate1 sshd[83]: pam_unix(sshd:session): session opened for user tom(uid=1000)
END
    good sh cmd <log
    out_is <<'END'
2026-03-03T11:20:04.12+00:00,gate1,Failed,adm,192.0.2.77
2026-03-03T11:20:05.12+00:00,gate1,Failed,root,192.0.2.77
2026-03-03T11:21:04.12+00:00,gate1,Accepted,tom,198.51.100.23
END
}

@test "business: revenue down, conversion down, stock low, a day too good; goods that arrive are none" {
    # Stock is below 14 from 21 January, goods come on the 25th; again from 15 to 21 February.
    # 14 February has 22 % more, 20 February 30 % less and a conversion of 0.92 %.
    example business
    notices <<'END'
2026-01-21T00:00:00Z trigger medium order goods medium: order goods on metric=inventory_days
2026-01-21T00:00:00Z resolve medium order goods medium: order goods on metric=inventory_days
2026-02-14T00:00:00Z trigger medium unusual day medium: unusual day on metric=revenue
2026-02-15T00:00:00Z trigger medium order goods medium: order goods on metric=inventory_days
2026-02-14T00:00:00Z resolve medium unusual day medium: unusual day on metric=revenue
2026-02-20T00:00:00Z trigger high unusual day,revenue down 20 % high: unusual day,revenue down 20 % on metric=revenue
2026-02-20T00:00:00Z trigger high unusual day,conversion below 1 % high: unusual day,conversion below 1 % on metric=conversion_rate
2026-02-20T00:00:00Z resolve high unusual day,revenue down 20 % high: unusual day,revenue down 20 % on metric=revenue
2026-02-20T00:00:00Z resolve high unusual day,conversion below 1 % high: unusual day,conversion below 1 % on metric=conversion_rate
2026-02-15T00:00:00Z resolve medium order goods medium: order goods on metric=inventory_days
END
}

@test "custom: a detector in awk, by the law of Poisson, and what both find" {
    example custom
    notices <<'END'
2026-03-02T03:00:00Z trigger critical too many errors,one in twenty 292 16
2026-03-02T03:00:00Z resolve critical too many errors,one in twenty 292 16
END
    # scipy: S = -log(poisson.sf(15, mu)); S / (S - log(0.0027)), mu = 2.92 and 8.66
    printf '%s\n' timestamp,service,requests,errors 0,shop,292,16 900,shop,866,16 >in
    good "$EXAMPLES/custom/poisson" in
    equal "$(column poisson_score <out | paste -sd ' ')" '0.733279 0.410945'
}

@test "every example takes a file by name, and its files are valid" {
    for run in "$EXAMPLES"/*/run; do
        dir=$(dirname "$run")
        [ "$(wc -l <"$run")" -lt 30 ] || fail "$run is long"
        good ad-rules --check="$dir/rules.ini"
        [ ! -e "$dir/alert.ini" ] || good ad-alertctl check "$dir/alert.ini"
        grep -q "^| ${dir##*/} |" "$EXAMPLES/README" || fail "no row of $dir"
        good "$run"
        mv out want
        input=$(find "$dir" \( -name '*.csv' -o -name '*.ndjson' \) ! -name limits.csv)
        cp "$input" mine
        good "$run" mine
        same want out
    done
}

@test "they run where they are installed" {
    [ -z "${AD_SLOW:-}" ] || skip "not the plain build"
    in_turn make -s -C "$ROOT" install DESTDIR="$PWD/to" prefix=/usr >log 2>&1 || fail "$(cat log)"
    find to -path '*/examples/*/run' | sort >there
    (cd "$EXAMPLES/.." && find examples -name run) | wc -l | grep -qx "$(wc -l <there)"
    while read -r run; do good "$run"; done <there
}
