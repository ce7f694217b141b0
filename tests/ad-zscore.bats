#!/usr/bin/env bats
# What ad-zscore computes. Numbers come from R 4.2; the functions used below:
#
#   S0 <- -log(.0027); sc <- function(S) round(S/(S + S0), 6)
#   x <- c(60,62,58,61,59,63,60,57,62,61,60,64,55,66,59,61)
#   far <- function(t, df) -(log(2) + pt(-abs(t), df, log.p=TRUE))       # two-sided surprise
#   # learning clipped squares at c makes them smaller by beta(c) = E[min(Z^2, c^2)]
#   beta <- function(c) 1 - 2*(c*dnorm(c) + (1-c^2)*pnorm(-c)); c <- qnorm(1-.0027/2)
#   s <- function(w) sd(w)/sqrt(beta(c))

# Lists of values are meant to be split.
# shellcheck disable=SC2046

load helper

X='60 62 58 61 59 63 60 57 62 61 60 64 55 66 59 61'
Y='5 7 6 5 8 6 7 5 6 7 9 6 6 7 3 6'

z() { ad-zscore "$@"; }

# one VALUE...: a table of one column
one() { printf '%s\n' value "$@"; }

# scored OPTION... <INPUT: rows 11 on, value and score
scored() {
    good z "$@"
    tail -n +12 out | cut -d, -f "1-2"
}

# close A B [TOLERANCE]: both lists of numbers, relative or absolute
close() {
    paste -d, "$1" "$2" | awk -F, -v tol="${3:-1e-9}" '
        { d = $1 - $2; m = $2 < 0 ? -$2 : $2; if (m < 1) m = 1 }
        $1 == "" || $2 == "" || d > tol * m || d < -tol * m { print "row " NR ": " $1 ", not " $2; bad = 1 }
        END { exit bad || NR == 0 }' || fail "$1 is not $2"
}

# --- numbers -----------------------------------------------------------------------------------

@test "window: Student's surprise of the last W values" {
    # for (i in 11:16) { w <- x[(i-10):(i-1)]; sc(far((x[i]-mean(w))/(s(w)*sqrt(1.1)), 9)) }
    scored --window=10 < <(one $X) | same - <(printf '%s\n' 60,0.02056 64,0.284404 55,0.353443 \
        66,0.308573 59,0.07186 61,0.011708)
}

@test "global: all values before" {
    # for (i in 11:16) { w <- x[1:(i-1)]; n <- i-1; sc(far((x[i]-mean(w))/(s(w)*sqrt(1+1/n)), n-1)) }
    scored --method=global < <(one $X) | same - <(printf '%s\n' 60,0.02056 64,0.304203 \
        55,0.390342 66,0.347899 59,0.078583 61,0.025737)
}

@test "ewma: weights that halve every --half-life" {
    # for (i in 11:16) { k <- i-1; w <- 2^(-((k-1):0)/8); V1 <- sum(w); V2 <- sum(w^2)
    #   m <- sum(w*x[1:k])/V1; v <- sum(w*(x[1:k]-m)^2)/(V1-V2/V1)/beta(c); n <- V1^2/V2
    #   sc(far((x[i]-m)/(sqrt(v)*sqrt(1+1/n)), n-1)); m }
    good z --method=ewma --half-life=8 -x < <(one $X)
    column zscore_expected <out | tail -n 6 >got
    printf '%s\n' 60.32770309 60.28343887 60.76060054 60.05312266 60.75551063 60.55520038 >want
    close got want 1e-9
    column zscore_score <out | tail -n 6 >got
    printf '%s\n' 0.021909 0.300501 0.380648 0.313917 0.075095 0.018573 >want
    close got want 1e-3 # the effective n is rounded to what the tables hold
}

@test "robust: the median of the last W values" {
    # for (i in 11:16) median(x[(i-10):(i-1)])
    good z --method=robust --window=10 -x < <(one $X)
    column zscore_expected <out | tail -n 6 >got
    printf '60.5\n%.0s' {1..6} | same got -
    # an even and an odd number of values, negative ones, ties
    good z --method=robust --window=11 -x < <(one -3 -3 -3 5 7 -1 0 0 2 2 9 1 1)
    # median(c(-3,-3,-3,5,7,-1,0,0,2,2)); + 9; ... without the first, + 1
    column zscore_expected <out | tail -n 3 | same - <(printf '%s\n' 0 0 1)
}

@test "expected, lower and upper: what passes as normal" {
    # w <- x[(i-10):(i-1)]; format(mean(w) + c(0,-1,1)*qt(1-.0027/2, 9)*s(w)*sqrt(1.1), digits=10)
    good z --window=10 -x < <(one $X)
    for name in expected lower upper; do
        column zscore_$name <out | tail -n 6
    done >got
    printf '%s\n' 60.3 60.3 60.5 60.2 60.7 60.7 \
        52.17012029 52.17012029 51.14538176 48.57792902 46.63326527 46.63326527 \
        68.42987971 68.42987971 69.85461824 71.82207098 74.76673473 74.76673473 >want
    close got want 1e-8
    # -log(.0027)
    equal "$(column zscore_line <out | tail -n 6 | sort -u)" 5.914503506
    equal "$(column zscore_field <out | tail -n 6 | sort -u)" value
    equal "$(column zscore_state <out | uniq -c | tr -s ' ' | paste -sd ' ')" " 10 warmup  6 ok"
}

@test "a value on either side of the bounds" {
    # upper of row 11 is 68.42987971, lower 52.17012029
    set -- 60 62 58 61 59 63 60 57 62 61
    for pair in 68.4298:0 68.4299:1 52.1702:0 52.1701:1; do
        good z --window=10 < <(one "$@" "${pair%:*}")
        equal "$(tail -n 1 out | cut -d, -f 3)" "${pair#*:}"
    done
}

@test "far out the surprise stays exact and finite" {
    # w <- x[1:10]; for (v in c(90,1000,1e6,1e12)) sc(far((v-mean(w))/(s(w)*sqrt(1.1)), 9))
    while read -r v want; do
        good z --window=10 < <(one 60 62 58 61 59 63 60 57 62 61 "$v")
        equal "$(tail -n 1 out)" "$v,$want,1"
    done <<'E2'
90 0.729772
1000 0.888016
1e6 0.948812
1e12 0.975344
E2
    good z < <(one 1 2 3 1 2 3 1 2 3 1 2 3 1e308 -1e308)
    if grep -qi 'nan\|inf' out; then fail "not finite"; fi
}

@test "a Gaussian z of 2, 3, 4, 6, 10 scores 0.34, 0.50, 0.62, 0.77, 0.90" {
    # S <- -(log(2) + pnorm(-z, log.p=TRUE)); S/(S+S0): the limit for many values
    noise 100000 11 bare=1 mean=0 sd=1 >in
    for pair in 2:0.343 3:0.500 4:0.620 6:0.772 10:0.899; do
        { cat in && echo "${pair%:*}"; } >all
        good z --no-header --method=global <all
        tail -n 1 out | cut -d, -f 2 | close - <(echo "${pair#*:}") 0.005
    done
}

@test "--direction=up and down are one-sided" {
    # S <- -pt(t, 9, lower.tail=FALSE, log.p=TRUE); t without the corrections for clipping on one
    # side, which are below 1e-3
    scored --window=10 --direction=up < <(one $X) | cut -d, -f 2 >got
    printf '%s\n' 0.089651 0.340321 0.003322 0.360973 0.060313 0.114317 >want
    close got want 1e-3
    one $X | sed 's/^[0-9]/-&/' >minus
    scored --window=10 --direction=down <minus >got
    scored --window=10 --direction=up < <(one $X) | sed 's/^/-/' | same - got
    noise 300 1 spike_at=250 spike=30 >up
    noise 300 1 spike_at=250 spike=-30 >down
    for pair in up:1 down:0; do
        good z --direction=up <"${pair%:*}"
        equal "$(sed -n 251p out | sed 's/.*,//')" "${pair#*:}"
        good z --direction=down <"${pair%:*}"
        equal "$(sed -n 251p out | sed 's/.*,//')" $((1 - ${pair#*:}))
    done
}

@test "several fields: the most surprising one, corrected for their number" {
    # y <- c(5,7,6,5,8,6,7,5,6,7,9,6,6,7,3,6); p <- the smaller of the two; sc(-log(1-(1-p)^2))
    # shellcheck disable=SC2086
    paste -d, <(printf '%s\n' $X) <(printf '%s\n' $Y) | { echo a,b && cat; } >in
    good z --window=10 -f a,b -x <in
    column zscore_field <out | tail -n 6 | paste -sd ' ' | same - <(echo b a a a b b)
    column zscore_score <out | tail -n 6 >got
    printf '%s\n' 0.324905 0.224622 0.302876 0.251825 0.377412 0.001539 >want
    close got want 1e-3 # the line of each field is further out, so beta is nearer to 1
    # --each: as each alone
    good z --window=10 -f a,b --each <in
    equal "$(head -n 1 out)" "a,b,a_zscore_score,a_zscore_flag,b_zscore_score,b_zscore_flag"
    for f in a b; do
        good z --window=10 < <(echo value && column $f <in)
        tail -n 16 out | cut -d, -f 2,3 >$f
    done
    good z --window=10 -f a,b --each <in
    tail -n 16 out | cut -d, -f 3- | same - <(paste -d, a b)
}

@test "several fields: k is the number of fields present" {
    noise 60 1 >one
    # the second field is there for the first 30 rows only
    awk -F, -v OFS=, 'NR == 1 { print "value,other" } NR > 1 { print $2, NR <= 31 ? NR * 7 % 11 : "" }' one >two
    cut -d, -f 2 one >alone
    good z <alone && tail -n 25 out | cut -d, -f 2 >want
    good z -f value,other <two
    tail -n 25 out | cut -d, -f 3 | same - want
}

# --- the promise of alpha ----------------------------------------------------------------------

# false_alarms N OPTION...: how many of N Gaussian values are flagged
false_alarms() {
    z --no-header "${@:2}" <gauss | grep -c ',1$' || true
}

@test "0.27 % of Gaussian values are flagged, by every method and window" {
    # AD_FULL: a million, within 10 %. Else 200,000: 540 expected, and three standard deviations
    # of a binomial count (23) more on either side.
    n=200000 low=$((486 - 69)) high=$((594 + 69))
    if [ -n "${AD_FULL:-}" ]; then n=1000000 low=2430 high=2970; fi
    noise $n 2 bare=1 >gauss
    between $low "$(false_alarms $n --method=global)" $high
    for w in 30 100 1000; do
        between $low "$(false_alarms $n --window=$w)" $high
        between $low "$(false_alarms $n --method=ewma --half-life=$w)" $high
        between $low "$(false_alarms $n --method=robust --window=$w)" $high
    done
}

@test "--alpha moves the line, not the surprise" {
    noise 200000 2 bare=1 >gauss
    # 2,000 and 20 expected; 10 % and three standard deviations of a binomial count (45, 4.5)
    between 1665 "$(false_alarms 200000 -p 0.01)" 2335
    between 6 "$(false_alarms 200000 --alpha=1e-4)" 34
    # score = S/(S+S0): at S = S0 it is 0.5 whatever alpha
    good z --window=10 -p 0.05 -x < <(one $X)
    # format(-log(.05), digits=10)
    equal "$(column zscore_line <out | tail -n 1)" 2.995732274
    # w <- x[3:12]; c <- qnorm(.975); S <- far((55-mean(w))/(s(w)*sqrt(1.1)), 9)
    # round(S/(S-log(.05)), 6)
    equal "$(sed -n 14p out | cut -d, -f 2,3)" "0.505887,1"
}

@test "--direction=up flags as often as both, on one side" {
    noise 200000 2 bare=1 >gauss
    between 417 "$(false_alarms 200000 --direction=up)" 663
    # 2.78 standard deviations: qnorm(1 - .0027)
    good z --no-header --method=global --direction=up -x <gauss
    tail -n 1 out | cut -d, -f 8 | close - <(echo 65.5643) 0.001
}

# --- learning ----------------------------------------------------------------------------------

@test "every method finds an obvious spike and goes on as before" {
    noise 400 1 spike_at=200 spike=40 >in
    for options in --method=window --method=ewma --method=global --method=robust \
        --window=30 --window=1h '--method=ewma --half-life=30m' '--method=robust --window=2h' \
        '--method=robust --window=31' --adaptive; do
        # shellcheck disable=SC2086
        good z $options <in
        equal "$(sed -n 201p out | cut -d, -f 4)" 1
        between 1 "$(count zscore_flag 1 <out)" 5
        # the next values are as normal as ever: the spike did not blow up the scale
        [ "$(sed -n 202,230p out | cut -d, -f 3 | sort -n | tail -n 1)" != 0 ] || fail "scores vanish"
    done
}

@test "a spike teaches clipped: a second one is still found" {
    noise 300 1 spike_every=25 spike=40 >in
    for method in window ewma global robust; do
        good z --method=$method <in
        for row in 100 125 150 175 200 225 250 275 300; do
            equal "$(sed -n $((row + 1))p out | cut -d, -f 4)" 1
        done
    done
}

@test "a step of 6 sigma: about 20 flags, one shift, then silence" {
    noise 900 3 shift_at=401 shift=12 >in
    for options in --method=window --method=ewma --method=robust --method=global --window=30 \
        '--method=robust --window=31'; do
        # shellcheck disable=SC2086
        good z -x $options <in
        column zscore_state <out >state
        equal "$(grep -c shift state)" 1
        at=$(grep -n shift state | cut -d: -f 1)
        between 415 "$at" 426
        between 15 "$(column zscore_flag <out | sed -n "401,${at}p" | grep -c 1)" 21
        # 480 values afterwards: 1.3 false alarms expected
        between 0 "$(column zscore_flag <out | tail -n +$((at + 1)) | grep -c 1)" 5
        # and the new level is known at once
        column zscore_expected <out | sed -n "$((at + 15))p" | close - <(echo 72) 0.03
    done
}

@test "a shift is scored by the old model" {
    noise 500 3 shift_at=401 shift=12 >in
    good z -x <in
    grep ',shift,' out >row
    equal "$(cut -d, -f 4 row)" 1
    cut -d, -f 7 row | close - <(echo 60) 0.05
}

@test "--shift-after sets how many flags make a shift" {
    noise 500 3 shift_at=401 shift=20 >in
    for k in 3 8 40; do
        good z -x --shift-after=$k <in
        equal "$(column zscore_state <out | grep -n shift | cut -d: -f 1)" $((400 + k))
    done
}

@test "a step down and one back" {
    noise 900 3 shift_at=301 shift=-14 | awk -F, -v OFS=, 'NR > 601 { $2 += 14 } { print }' >in
    good z -x <in
    equal "$(count zscore_state shift <out)" 2
    between 30 "$(count zscore_flag 1 <out)" 46
}

@test "a short excursion is not a shift" {
    noise 600 3 | awk -F, -v OFS=, 'NR > 401 && NR <= 411 { $2 += 14 } { print }' >in
    good z -x <in
    equal "$(count zscore_state shift <out)" 0
    between 8 "$(column zscore_flag <out | sed -n 401,410p | grep -c 1)" 10
    # it returns to normal without a word
    between 0 "$(column zscore_flag <out | sed -n 411,450p | grep -c 1)" 1
}

@test "--no-learn freezes what is known" {
    noise 200 1 >a
    noise 200 2 mean=75 >b
    good z -S st <a
    good z -S st --no-learn -x <b
    equal "$(count zscore_state shift <out)" 0
    equal "$(count zscore_flag 1 <out)" 200
    equal "$(column zscore_expected <out | sort -u | wc -l)" 1
    # never anything learnt: warm-up for ever
    good z --no-learn -x <a
    equal "$(column zscore_state <out | sort -u)" warmup
}

@test "--warmup: so many values before the first score" {
    noise 40 1 >in
    for k in 3 10 25; do
        good z --warmup=$k -x <in
        equal "$(count zscore_state warmup <out)" $k
        equal "$(column zscore_score <out | grep -c .)" $((40 - k))
    done
    # missing values do not count
    noise 40 1 missing=2 >in
    good z -x <in
    equal "$(column zscore_state <out | grep -n ok | head -n 1 | cut -d: -f 1)" 21
}

@test "--fit and -m: a model of normal, unchanged by what it judges" {
    noise 500 1 >a
    noise 300 2 shift_at=101 shift=30 >b
    good z --fit -m model a
    [ ! -s out ] || fail "output"
    good z -m model -x b
    equal "$(count zscore_state shift <out)" 0
    between 200 "$(count zscore_flag 1 <out)" 203
    good z -m model -x < <(head -n 1 b)
}

# --- scale -------------------------------------------------------------------------------------

@test "a constant series does not alarm on dust" {
    for method in window ewma global robust; do
        for level in 0 5 -7.25 1e9; do
            good z --method=$method < <(one $(yes -- "$level" | head -n 200))
            equal "$(count zscore_flag 1 <out)" 0
            equal "$(column zscore_score <out | grep . | sort -u)" 0
        done
        good z --method=$method < <(one $(printf '5 %.0s' {1..100}) 5.000000001 $(printf '5 %.0s' {1..20}))
        equal "$(count zscore_flag 1 <out)" 0
        # but it does on something
        good z --method=$method -x < <(one $(printf '5 %.0s' {1..100}) 6)
        equal "$(tail -n 1 out | cut -d, -f 3)" 1
        good z --method=$method < <(one $(printf '0 %.0s' {1..500}) 1)
        equal "$(tail -n 1 out | cut -d, -f 3)" 1
        if grep -qi 'nan\|inf' out; then fail "not finite"; fi
    done
}

@test "the smallest step seen is the floor of the scale" {
    # mostly constant, now and then one more: a counter of something rare
    awk 'BEGIN { print "value"; for (i = 1; i <= 2000; i++) print 10 + (i % 40 == 0) }' >in
    for method in window ewma global robust; do
        good z --method=$method <in
        between 0 "$(tail -n 1500 out | grep -c ',1$')" 0
    done
}

@test "--min-scale sets the floor" {
    # mean(w) is 60, sd(w) is 2
    set -- 60 62 58 61 59 63 60 57 62 58
    good z --window=10 --min-scale=5 < <(one "$@" 65)
    tail -n 1 out >row
    # sc(far((65-60)/(5*sqrt(1.1)), 9))
    equal "$(cut -d, -f 2 row)" 0.145507
    good z --window=10 --min-scale=5 < <(one "$@" 75)
    equal "$(tail -n 1 out | cut -d, -f 3)" 0
    good z --window=10 < <(one "$@" 75)
    equal "$(tail -n 1 out | cut -d, -f 3)" 1
}

# --- guards ------------------------------------------------------------------------------------

@test "--min-delta and --min-pct: both must be passed" {
    noise 300 1 sd=0.1 spike_at=250 spike=5 >in # 60 and 65: 8.3 %
    for pair in --min-delta=4:1 --min-delta=6:0 --min-pct=7:1 --min-pct=9:0 \
        '--min-delta=4 --min-pct=7:1' '--min-delta=6 --min-pct=7:0' '--min-delta=4 --min-pct=9:0'; do
        # shellcheck disable=SC2086
        good z ${pair%:*} <in
        equal "$(sed -n 251p out | cut -d, -f 4)" "${pair##*:}"
        if [ "${pair##*:}" = 0 ]; then equal "$(sed -n 251p out | cut -d, -f 3)" 0.499999; fi
    done
    # of nothing, a percentage says nothing
    good z --min-pct=50 --window=50 < <(one $(printf '1 -1 %.0s' {1..50}) 9)
    equal "$(tail -n 1 out | cut -d, -f 3)" 1
}

@test "what a guard lets pass teaches as normal" {
    noise 300 1 sd=0.1 shift_at=201 shift=2 >in
    good z --min-delta=5 --window=20 -x <in
    equal "$(count zscore_flag 1 <out)" 0
    equal "$(count zscore_state shift <out)" 0
    tail -n 1 out | cut -d, -f 7 | close - <(echo 62) 0.005
}

# --- time --------------------------------------------------------------------------------------

@test "--window=DURATION holds what is not older" {
    # 40 values a minute apart, a day without any, then 20 more on a level near by
    noise 60 1 | awk -F, -v OFS=, 'NR > 41 { $1 += 86400; $2 += 4 } { print }' >in
    good z --window=30m -x <in
    column zscore_expected <out | tail -n 1 | close - <(echo 64) 0.02
    good z --window=30d -x <in
    column zscore_expected <out | tail -n 1 | close - <(echo 61.3) 0.02
    # as many rows as minutes give the same
    noise 200 2 >in
    good z --window=50 <in && mv out want
    good z --window=50m <in
    tail -n 100 out | cut -d, -f 3 | close - <(tail -n 100 want | cut -d, -f 3) 0.05
    exits 2 z --window=30m < <(one 1 2 3)
    err_has --window
}

@test "--gap: the first record after a silence has state nodata, and a score" {
    noise 60 1 | awk -F, -v OFS=, 'NR > 41 { $1 += 1000 } { print }' >in
    good z -x --gap 10m <in
    equal "$(column zscore_state <out | grep -n nodata)" 41:nodata
    equal "$(column zscore_score <out | sed -n 41p | grep -c .)" 1
    good z -x --gap 20m <in
    equal "$(count zscore_state nodata <out)" 0
    # each group has its own clock
    { echo ts,h,value && for i in {1..40}; do echo "$((i * 600)),a,$((i % 7))" && echo "$((i * 600 + 1)),b,$((i % 5))"; done; } >in
    good z -x --gap 11m -g h <in
    equal "$(count zscore_state nodata <out)" 0
    exits 2 z --gap 10m < <(one 1 2 3)
    err_has --gap
}

@test "--seasonal judges each phase by itself" {
    # nights of 10, days of 100, for a month; then a day's value at night
    awk 'BEGIN { print "time,value"; for (h = 0; h < 720; h++)
        print 1704067200 + h * 3600 "," (h == 700 ? 100 : h % 24 < 8 ? 10 : 100) + h * 7 % 5 }' >in
    # 700 % 24 = 4
    good z --seasonal=24h -x <in
    equal "$(sed -n 702p out | cut -d, -f 4)" 1
    between 1 "$(count zscore_flag 1 <out)" 4
    sed -n 702p out | cut -d, -f 7 | close - <(echo 12) 0.5
    good z <in
    equal "$(sed -n 702p out | cut -d, -f 4)" 0
    exits 2 z --seasonal=24h < <(one 1 2 3)
    err_has --seasonal
}

@test "--seasonal follows the wall clock through a change of it" {
    # Europe/Berlin goes to summer time on 31 March 2024; work starts at 8 by the clock
    export TZ=Europe/Berlin
    awk 'BEGIN { print "time,value"; for (h = 0; h < 24 * 52; h++) {
        t = 1708300800 + h * 3600 # 2024-02-19T01:00 in Berlin
        local = (h + 1 + (t >= 1711846800)) % 24
        print t "," (local < 8 ? 10 : 100) + h * 7 % 5 } }' >in
    good z --seasonal=24h <in
    between 0 "$(count zscore_flag 1 <out)" 4
    good z --seasonal=24h --tz=UTC <in
    [ "$(count zscore_flag 1 <out)" -gt 5 ] || fail "the zone made no difference"
}

@test "--adaptive: alpha moves with volatility, at most by a factor of two" {
    # calm, then twice as restless
    { noise 600 1 && noise 600 2 sd=4 start=1700036000 | tail -n +2; } >in
    good z --adaptive -x <in
    # -log(2 * .0027), -log(.0027 / 2)
    column zscore_line <out | grep . | awk '$1 < 5.2213562 || $1 > 6.6076508 { exit 1 }' || fail "beyond 2"
    [ "$(column zscore_line <out | grep . | sort -u | wc -l)" -gt 10 ] || fail "does not move"
}

@test "--budget ends within a factor of two, whatever the distribution" {
    # 30,000 minutes are 20.8 days: 41.7 alarms
    noise 30000 4 >gauss
    awk -F, -v OFS=, 'NR > 1 { x = ($2 - 60) / 2; $2 = x * x * x } { print }' gauss >heavy
    for in in gauss heavy; do
        good z --budget=2/day <$in
        between 21 "$(count zscore_flag 1 <out)" 83
        good z --budget=14/week <$in
        between 21 "$(count zscore_flag 1 <out)" 83
        # for the whole stream, not for each group
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "host" : NR % 3 }' $in >groups
        good z --budget=2/day -g host -f value <groups
        between 21 "$(count zscore_flag 1 <out)" 83
    done
    good z --budget=2/day -x <heavy
    [ "$(column zscore_line <out | grep . | sort -u | wc -l)" -gt 3 ] || fail "the line does not move"
    exits 2 z --budget=2/day < <(one 1 2 3)
    err_has --budget
}

# --- reasons -----------------------------------------------------------------------------------

@test "the reason of an alarm" {
    # upper and lower of row 11, see above: 68.42987971 and 52.17012029; expected 60.3
    set -- 60 62 58 61 59 63 60 57 62 61
    good z -x --window=10 < <(one "$@" 212)
    equal "$(tail -n 1 out | cut -d, -f 10-)" \
        '"value 212 is above 68.43, the most that passes as normal (expected 60.3)"'
    good z -x --window=10 < <(one "$@" -8.5)
    equal "$(tail -n 1 out | cut -d, -f 10-)" \
        '"value -8.5 is below 52.17, the least that passes as normal (expected 60.3)"'
    good z -x --window=10 -o ndjson < <(one "$@" 212)
    tail -n 1 out | grep -qF '"zscore_reason":"value 212 is above 68.43, the most that passes as normal (expected 60.3)"}' ||
        fail "no reason in NDJSON"
    # the field that is to blame
    good z -x --window=10 -f cpu,mem < <(echo cpu,mem && for x in "$@"; do echo "$x,$x"; done && echo 60,99)
    tail -n 1 out | grep -qF '"mem 99 is above ' || fail "not mem"
}

@test "no reason where there is no alarm" {
    noise 60 1 >in
    good z -x <in
    equal "$(column zscore_flag <out | grep -c 1)" 0
    equal "$(column zscore_reason <out | sort -u)" ""
}

@test "numbers print shortest at ten digits, without an exponent" {
    good z -x --window=10 < <(one 1e-7 3e-7 1e-7 3e-7 1e-7 3e-7 1e-7 3e-7 1e-7 3e-7 2e-7)
    equal "$(column zscore_expected <out | tail -n 1)" 2e-07
    good z -x --window=10 < <(one $(printf '1e14 3e14 %.0s' {1..5}) 2e14)
    equal "$(column zscore_expected <out | tail -n 1)" 200000000000000
    good z -x --window=10 < <(one $(printf '0.1 0.2 %.0s' {1..5}) 0.2)
    equal "$(column zscore_expected <out | tail -n 1)" 0.15
}

# --- options -----------------------------------------------------------------------------------

@test "options of its own are checked before any input is read" {
    one 1 >in
    for option in --method=mean --window=0 --window=-5 --window=x --window=5y --window=99999999999 \
        --half-life=0 --half-life=x --warmup=x --warmup=-1 --min-scale=x --min-scale=-1 \
        --seasonal=5 --seasonal=x --seasonal=0h; do
        { exits 2 z "$option" && cat >rest; } <in
        err_has "${option%%=*}"
        same in rest
    done
    exits 2 z --method=robst <in
    err_has robust
}

@test "a state knows its method and its window" {
    noise 60 1 >in
    good z -S st --method=ewma <in
    exits 2 z -S st --method=robust <in
    err_has method
    err_has ewma
    err_has robust
    rm st
    good z -S st --window=50 <in
    exits 2 z -S st --window=60 <in
    err_has window
    err_has 50
    err_has 60
    good z -S st --window=50 --adaptive <in || true
}

@test "stream equals batch for every method and option" {
    noise 900 12 groups=2 spike_every=70 spike=11 shift_at=500 shift=13 missing=41 >in
    for options in --method=window --method=ewma --method=global --method=robust '--window=7' \
        '--method=robust --window=12' --window=20m '--method=robust --window=35m' \
        '--method=ewma --half-life=15m' --adaptive '--seasonal=6h --phases=6' --warmup=40 \
        '--method=robust --adaptive' '--min-scale=3 --min-pct=9'; do
        # shellcheck disable=SC2086
        good z -x -g host $options <in
        mv out whole
        grep -q ',1,ok,' whole || fail "no alarm: $options"
        for k in $((1 + RANDOM % 898)) $((1 + RANDOM % 898)) 510; do
            rm -f st
            # shellcheck disable=SC2086
            good z -x -g host -S st $options < <(head -n $((k + 1)) in)
            mv out first
            # shellcheck disable=SC2086
            good z -x -g host -S st $options < <(head -n 1 in && tail -n +$((k + 2)) in)
            { cat first && tail -n +2 out; } >got
            same whole got || fail "split after $k: $options"
        done
    done
}

@test "memory does not grow with the number of rows" {
    noise 400000 5 bare=1 >in
    for options in --method=window --method=ewma --method=robust; do
        tool=ad-zscore
        # shellcheck disable=SC2086
        good within 16000 z --no-header $options <in
    done
}

@test "with a state or a model, options that are not given are its own" {
    noise 300 >in
    head -n 151 in >a && { head -n 1 in && tail -n +152 in; } >b
    rm -f st
    good z -S st --method=robust -w 30 --shift-after=7 a
    cp st same && cp st again
    good z -S same --method=robust -w 30 --shift-after=7 b
    mv out want
    good z -S again b
    same want out
    exits 2 z -S again -w 31 b
    err_has --window=30
    good z --fit -m model --method=ewma a
    good z -m model --method=ewma b
    mv out want
    good z -m model b
    same want out
}
