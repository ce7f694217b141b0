#!/usr/bin/env bats
# What ad-ensemble makes of scores.
#
# contract: --score=value

load helper

e() { ad-ensemble "$@"; }

# table: standard input, three scores a line, with flags beside them
table() {
    awk 'BEGIN { print "a_score,a_flag,b_score,b_flag,c_score,c_flag" }
        { for (i = 1; i <= 3; i++)
              printf "%s,%s%s", $i == "-" ? "" : $i, $i == "-" ? "" : ($i >= 0.5), (i < 3 ? "," : "\n") }'
}

rows() {
    table <<'E2'
0.2 0.4 0.9
0.6 0.7 0.1
0.5 0.5 0.5
0 0 0.8
- 0.3 0.6
- - -
E2
}

# gives OPTION... : scores of the rows are those of standard input
gives() {
    rows | good e "$@"
    column ensemble_score <out >got
    same - got
}

# events [N]: N rows, scores of a loud detector (a) and a quiet one (b) and labels; every 100th row
# begins ten that are anomalous, of which b knows, and a is loud by chance
events() {
    awk -v n="${1:-3000}" -v seed=5 -f "$ROOT/tests/random.awk" -f <(cat <<'E2'
function score(s) { return s / (s + 5.914504) }
BEGIN {
    begin(seed)
    print "timestamp,a_score,a_flag,b_score,b_flag,label"
    for (i = 0; i < n; i++) {
        bad = i % 100 >= 90
        a = score(-3 * log(uniform())); b = score(bad ? 8 * uniform() : 0.3 * uniform())
        printf "%d,%.6f,%d,%.6f,%d,%d\n", 1700000000 + 60 * i, a, (a >= 0.5), b, (b >= 0.5), bad
    }
}
E2
)
}

# auroc SCORE: of that field against label (the rank sum)
auroc() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == name) s = i; if ($i == "label") l = i } next }
        $s != "" { print $s, $l }' | sort -g | awk '{ n++
            if ($1 != last) { for (k in tied) sum += tied[k] * (from + n - 1) / 2; delete tied; from = n; last = $1 }
            if ($2) { tied[0]++; ones++ } }
        END { for (k in tied) sum += tied[k] * (from + n) / 2
            printf "%.3f\n", (sum - ones * (ones + 1) / 2) / (ones * (n - ones)) }'
}

# lies LOW X HIGH, any numbers
lies() {
    awk -v lo="$1" -v x="$2" -v hi="$3" 'BEGIN { exit !(x >= lo && x <= hi) }' ||
        fail "$2 is not in $1..$3"
}

# --- strategies --------------------------------------------------------------------------------

@test "the mean, with weights" {
    gives --strategy=mean < <(printf '%s\n' 0.5 0.466667 0.5 0.266667 0.45 '')
    gives --strategy=mean -w a=1,b=2,c=1 < <(printf '%s\n' 0.475 0.525 0.5 0.2 0.4 '')
    gives --strategy=mean -w c=2 < <(printf '%s\n' 0.9 0.1 0.5 0.8 0.6 '')
}

@test "the median, with weights" {
    gives --strategy=median < <(printf '%s\n' 0.4 0.6 0.5 0 0.45 '')
    gives --strategy=median -w a=1,b=1,c=2 < <(printf '%s\n' 0.65 0.35 0.5 0.4 0.6 '')
    gives --strategy=median -w a=1,b=1,c=3 < <(printf '%s\n' 0.9 0.1 0.5 0.8 0.6 '')
}

@test "the highest and the lowest" {
    gives --strategy=max < <(printf '%s\n' 0.9 0.7 0.5 0.8 0.6 '')
    gives --strategy=min < <(printf '%s\n' 0.2 0.1 0.5 0 0.3 '')
    gives --strategy=max -w a=1,b=1 < <(printf '%s\n' 0.4 0.7 0.5 0 0.3 '')
}

@test "the majority is the score that so many reach" {
    gives --strategy=majority < <(printf '%s\n' 0.4 0.6 0.5 0 0.3 '')
    gives --strategy=majority --quorum=1 < <(printf '%s\n' 0.9 0.7 0.5 0.8 0.6 '')
    # a missing one votes for nothing
    gives --strategy=majority --quorum=3 < <(printf '%s\n' 0.2 0.1 0.5 0 0 '')
}

@test "the surest count most" {
    # |x - 0.5| as weights, by hand
    gives --strategy=confidence < <(printf '%s\n' 0.575 0.342857 0.5 0.184615 0.4 '')
}

@test "the costly one is asked where the cheap ones disagree" {
    # a and b agree in rows 1 to 4; then b and c do not, and there is no third
    gives --strategy=hierarchical < <(printf '%s\n' 0.3 0.65 0.5 0 0.45 '')
    # c and a disagree in rows 1, 2 and 4: b decides
    gives --strategy=hierarchical --order=c,a < <(printf '%s\n' 0.4 0.6 0.5 0 0.45 '')
}

# scipy 1.10: s = -log(.0027); S = s*x/(1-x); M = w.sum(); V = (w**2).sum()
# T = -gamma.logsf((w*S).sum()*M/V, M*M/V), which for w = 1 is -chi2.logsf(2*S.sum(), 2*n); or
# T = -norm.logsf((w*maximum(norm.isf(exp(-S)), -1)).sum()/sqrt(V)); T/(T+s)
@test "Fisher and Stouffer combine probabilities" {
    gives --strategy=fisher < <(printf '%s\n' 0.896387 0.748875 0.680066 0.752052 0.600448 '')
    gives --strategy=fisher -w a=1,b=2,c=0.5 < <(printf '%s\n' 0.770615 0.775138 0.63705 0.465219 0.436694 '')
    gives --strategy=stouffer < <(printf '%s\n' 0.836662 0.704696 0.705096 0.472229 0.592909 '')
    gives --strategy=stouffer -w a=1,b=2,c=0.5 < <(printf '%s\n' 0.664647 0.763193 0.659302 0.115992 0.426661 '')
}

@test "independent scores make fisher and stouffer flag at -p, others only after --fit" {
    noise 20000 7 fields=3 mean=0 sd=1 bare=1 | awk -F, 'BEGIN { print "a_score,a_flag,b_score,b_flag,c_score,c_flag" }
        { for (i = 1; i <= 3; i++) { u = exp(-$i * $i / 2); s = -log(u) # of two Gaussians it would be uniform
              printf "%.6f,%d%s", s / (s + 4.60517), (s >= 4.60517), (i < 3 ? "," : "\n") } }' >in
    # a squared Gaussian is no uniform p: so the surprise is that of a chi-squared variable
    good e -p 0.01 --strategy=mean in
    few=$(count ensemble_flag 1 <out)
    good e -p 0.01 --strategy=mean --fit -m model in
    good e -p 0.01 --strategy=mean -m model in
    between 140 "$(count ensemble_flag 1 <out)" 260
    [ "$few" -lt 100 ] || fail "$few flags of a mean without a model"
}

@test "--fit learns that detectors say the same" {
    noise 20000 8 bare=1 mean=0 sd=1 | awk 'BEGIN { print "a_score,a_flag,b_score,b_flag" }
        { z = $1 < 0 ? -$1 : $1; p = 1 / (1 + exp(1.702 * z)) * 2; s = -log(p)
          printf "%.6f,%d,%.6f,%d\n", s / (s + 4.60517), (s >= 4.60517), s / (s + 4.60517), (s >= 4.60517) }' >in
    for strategy in fisher stouffer; do
        one=$(count a_flag 1 <in)
        good e -p 0.01 --strategy=$strategy in
        [ "$(count ensemble_flag 1 <out)" -gt $((one * 3 / 2)) ] || fail "$strategy: as good as independent"
        rm -f model
        good e -p 0.01 --strategy=$strategy --fit -m model in
        good e -p 0.01 --strategy=$strategy -m model in
        between $((one * 9 / 10)) "$(count ensemble_flag 1 <out)" $((one * 11 / 10))
    done
}

# --- trust -------------------------------------------------------------------------------------

@test "a quiet detector is trusted, a loud one is not" {
    events >in
    good e in
    lies 0.95 "$(auroc ensemble_score <out)" 1
    good e --strategy=mean in
    lies 0.5 "$(auroc ensemble_score <out)" 0.9
}

@test "a detector that never flags does not silence the others" {
    noise 2000 3 spike_at=1500 spike=40 | ad-zscore |
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "dead_score,dead_flag" : "0,0" }' >in
    good e in
    equal "$(column ensemble_flag <out | sed -n 1500p)" 1
}

@test "labels tell whom to trust" {
    # both are as quiet; b is about something else
    events | awk -F, -v OFS=, 'NR == 1 { print; next } { t = $2; $2 = $4; $3 = $5; $4 = (NR * 7919 % 100 >= 90) * 0.6 + 0.01
        $5 = $4 >= 0.5; print }' >in
    good e in
    before=$(auroc ensemble_score <out)
    good e --labels=label in
    after=$(auroc ensemble_score <out)
    lies 0.02 "$(awk -v a="$after" -v b="$before" 'BEGIN { print a - b }')" 1
}

@test "what was learnt fades" {
    (events 8000 && events 2000 | awk -F, -v OFS=, 'NR > 1 { t = $2; $2 = $4; $4 = t; t = $3; $3 = $5; $5 = t; print }') >in
    for half_life in 300 1000000; do
        good e --half-life=$half_life in
        (head -n 1 out && tail -n 1800 out) | auroc ensemble_score >$half_life
    done
    lies 0.02 "$(paste 300 1000000 | awk '{ print $1 - $2 }')" 1
    exits 2 e --half-life=1h < <(rows)
    err_has "--half-life with a duration"
}

@test "weights by what a record says" {
    rows | awk -F, -v OFS=, '{ print $0, NR == 1 ? "env" : NR == 2 ? "prod-1" : NR == 3 ? "dev" : "" }' >in
    good e --strategy=mean --context='env=prod*:a=1;env=dev:c=1,b=1' in
    column ensemble_score <out | same - <(printf '%s\n' 0.2 0.4 0.5 0.266667 0.45 '')
    exits 2 e --context='env:a=1' in
    err_has "FIELD=VALUE"
    exits 2 e --context='evn=x:a=1' in
    err_has env
}

# --- labels ------------------------------------------------------------------------------------

# as_labels N TO: rows N to TO of events as lines of a file of labels
as_labels() {
    awk -F, -v from="$1" -v to="$2" 'NR - 1 >= from && NR - 1 <= to { print $1 "\t-\t" $6 }'
}

@test "labels that come late find their records, once" {
    events 600 >all
    head -n 301 all >first
    (head -n 1 all; tail -n +302 all) >second
    : >labels
    good e --labels=labels -S st first
    cp st unlabelled
    as_labels 100 299 <all >labels
    good e --labels=labels -S st second
    cp out told
    cp unlabelled st
    : >labels
    good e --labels=labels -S st second
    differ out told
    # what was told is not told again
    as_labels 100 299 <all >labels
    head -n 1 all >none
    cp unlabelled st
    good e --labels=labels -S st none
    cp st once
    for i in 1 2; do good e --labels=labels -S st none; done
    touch -d '1 hour ago' labels
    good e --labels=labels -S st second
    same told out
    # with no room for records there is nobody to tell
    rm st
    : >labels
    good e --recent=0 --labels=labels -S st first
    as_labels 100 299 <all >labels
    good e --recent=0 --labels=labels -S st second
    differ told out
}

@test "a stream in pieces, with labels, gives the bytes of one" {
    events 2000 >all
    as_labels 1 1500 <all | awk 'NR % 3' >labels
    good e -x --labels=labels all
    cp out whole
    for at in 2 700 1501; do
        rm -f st
        good e -x --labels=labels -S st < <(head -n "$at" all)
        head -n "$at" whole | same - out
        good e -x --labels=labels -S st < <(head -n 1 all && tail -n +$((at + 1)) all)
        (head -n 1 whole && tail -n +$((at + 1)) whole) | same - out
    done
}

@test "false alarms raise the line, faults that were missed lower it, within bounds" {
    # a flags every tenth record, and it is nothing
    seq 400 | awk '{ print $1 % 10 ? 0.1 : 0.55, "-", "-" }' | table |
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "label" : 0 }' >false
    good e --strategy=max --labels=label -x false
    column ensemble_line <out | sort -gu >lines
    head -n 1 lines | same - <(echo 5.914503506)
    tail -n 1 lines | same - <(echo 7.414503506) # 0.55 makes 7.229: from there on it is no alarm
    equal "$(column ensemble_flag <out | tail -n 300 | sort -u)" 0
    # faults just below the line, of five records each
    seq 400 | awk '{ print $1 % 20 < 5 ? 0.4 : 0.1, "-", "-" }' | table |
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "label" : (NR - 1) % 20 < 5 }' >missed
    capture e --strategy=max --labels=label -x -v missed
    equal "$status" 0
    column ensemble_line <out | sort -gu | head -n 1 | same - <(echo 3.914503506) # 0.4 makes 3.943
    equal "$(grep -c 'labels have lowered the alarm line to a surprise of' err)" 8
    good e --strategy=max --labels=label --line-range=2 -x missed
    column ensemble_line <out | sort -gu | head -n 1 | same - <(echo 5.914503506) # out of reach
    good e --strategy=max --labels=label --line-range=1 -x false
    equal "$(column ensemble_line <out | sort -u)" 5.914503506
}

# --- fitted ------------------------------------------------------------------------------------

@test "stacking learns who is right, and scores probabilities" {
    events >in
    good e --strategy=stacking --labels=label in
    lies 0.97 "$(auroc ensemble_score <out)" 1
    # of the records with a score of about p the part p is anomalous
    awk -F, 'NR > 1 { sum += $7; ones += $6 } END { print sum / ones }' out >ratio
    lies 0.9 "$(cat ratio)" 1.1
    good e --strategy=stacking --labels=label --fit -m model in
    good e --strategy=stacking -m model in
    lies 0.97 "$(auroc ensemble_score <out)" 1
    exits 2 e --strategy=stacking in
    err_has --labels
    exits 2 e --strategy=stacking --labels=label -S st in
    err_has --fit
}

@test "stacking never learns from what it scores" {
    # Forty groups with labels by the toss of a coin: whoever had seen them would do better than
    # chance. Within each tenth, as a tenth with many ones leaves the others fewer.
    events 8000 | awk -F, -v OFS=, -v seed=2 'NR == 1 { print "host", $0; next }
        { seed = seed * 48271 % 2147483647; $6 = seed > 1073741823; print "h" NR % 40, $0 }' >in
    for way in --strategy=stacking --calibrate=isotonic; do
        good e $way -g host --labels=label in
        awk -F, 'NR > 1 { c = n[$1]++; k = $1 "," int(c / 20); for (i = 1; i <= m[k]; i++) if (l[k, i] != $7) {
                pairs++; d = (s[k, i] - $8) * (l[k, i] - $7); won += d > 0 ? 1 : d < 0 ? 0 : 0.5 }
            m[k]++; l[k, m[k]] = $7; s[k, m[k]] = $8 } END { print won / pairs }' out >auroc
        # two standard errors: sqrt(21 / 12 / 10 / 10 / 400) each (Hanley and McNeil 1982); it is
        # 0.55 when all of a group is fitted at once
        lies 0.487 "$(cat auroc)" 0.513
    done
}

@test "calibrated scores are probabilities" {
    events 6000 >in
    for how in platt isotonic; do
        rm -f model
        good e --strategy=mean -w b=1 --calibrate=$how --labels=label in
        awk -F, 'NR > 1 { k = $7 < 0.1 ? 0 : $7 < 0.5 ? 1 : 2; n[k]++; sum[k] += $7; ones[k] += $6 }
            END { for (k = 0; k < 3; k++) { d = sum[k] / n[k] - ones[k] / n[k]; if (d > 0.08 || d < -0.08) print k, d } }' \
            out >off
        [ "$how" = platt ] || [ ! -s off ] || fail "$how: $(cat off)"
        good e --strategy=mean -w b=1 --calibrate=$how --labels=label --fit -m model in
        good e --strategy=mean -w b=1 --calibrate=$how -m model in
        lies 0.95 "$(auroc ensemble_score <out)" 1
    done
    exits 2 e --strategy=stacking --calibrate=platt --labels=label in
    err_has probabilities
}

@test "a group without labels of both kinds waits for a model" {
    (events 500 | sed 's/^/x,/; 1s/^x/host/' && events 500 | sed '1d; s/^/y,/; s/.$/0/') >in
    good e --strategy=stacking -g host --labels=label -x in
    equal "$(grep '^y' out | cut -d, -f 10 | sort -u)" warmup
    equal "$(grep '^x' out | cut -d, -f 10 | sort -u)" ok
}

# --- what is said ------------------------------------------------------------------------------

@test "who it was, and how much they agree" {
    rows | good e --strategy=mean -x -o ndjson
    jq -r '[.ensemble_field, .ensemble_confidence, .ensemble_reason] | @tsv' out >got
    # 1 - 2 * the standard deviation, by numpy
    cat >want <<'E2'
c	0.4112159422	c 0.9 is over the line, b 0.4 and a 0.2 are not
	0.4750661417	
a	1	a 0.5, b 0.5 and c 0.5 are over the line
	0.2457527667	
	0.7	
		
E2
    same want got
}

@test "how detectors differ" {
    rows | awk -F, -v OFS=, '{ print $0, NR == 1 ? "label" : NR == 2 || NR == 5 }' >in
    good e --report --labels=label in
    # by hand from five, five and four records; correlations by numpy
    out_is <<'E2'
detector,other,records,kappa,disagreement,double_fault,correlation
a,b,4,1,0,1,0.9456936252
a,c,4,-0.5,0.75,0.25,-0.8672627223
b,c,5,-0.4285714286,0.8,0.2,-0.7504678748
E2
    good e --report -g label in
    equal "$(head -n 1 out | cut -d, -f 1)" group
    equal "$(wc -l <out)" 7
}

@test "options that make no sense" {
    for option in --strategy=best --weights=a --weights=z=1 --weights=a=0 --order=a,a --order=z --quorum=0 \
        --quorum=1.5 --line-range=0 --folds=1 --context=a --calibrate=maybe --half-life=0; do
        exits 2 e $option < <(rows)
        err_has "${option%%=*}"
    done
}

@test "scores beyond the range are the nearest in it" {
    table <<<"-0.5 1 7" >in
    good e --strategy=mean in
    column ensemble_score <out | same - <(echo 0.666666)
}
