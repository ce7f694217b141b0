# Cases of ad-zscore for scripts/bench.

# Welford's recurrence over all values so far.
welford='NR>1{n++;d=$2-m;m+=d/n;s+=d*($2-m);if(n>2){sd=sqrt(s/(n-1));z=(sd>0)?d/sd:0};print $1","$2","z}'

# records FILE: its rows as NDJSON, 128 bytes each with the newline
records() {
    awk -F, 'NR > 1 {
        line = "{\"timestamp\":" $1 ",\"host\":\"web-" NR % 10 "\",\"value\":" $2 ",\"note\":\""
        printf "%s%-*.*s\"}\n", line, 125 - length(line), 125 - length(line), \
            "nothing to be said about this one, or the next"
    }' "$1"
}

# explained FILE OPTION...: what is expected of each value (column 7) and its limits (8 and 9), at
# an alpha at which nothing is flagged, so that every value teaches as it is, as with the others.
explained() {
    ad-zscore -x -p 1e-9 "${@:2}" "$1"
}
# In R: qnorm(1 - 1e-9 / 2), qt(1 - 1e-9 / 2, 99) * sqrt(1 + 1 / 100)
line_normal=6.10941019166329
line_window=6.78662874310378
# log(2) / -log(0.9): the half-life that Miller calls -d 0.1
half_life=6.578813478960585
# Full windows, and starting values forgotten
settled=1001

agree_global() {
    explained "$sample" --method=global >"$tmp/ours"
    if has mawk; then
        mawk -F, "$welford" "$sample" | awk -F, 'NR > 10000 { print $3 }' >"$tmp/b"
        awk -F, -v line="$line_normal" \
            'NR > 10001 { printf "%.8g\n", ($2 - $7) / ($9 - $7) * line }' "$tmp/ours" >"$tmp/a"
        agree 'z of --method=global and mawk' 0.005 "$tmp/a" "$tmp/b"
    fi
    if has datamash; then
        tail -n 1 "$tmp/ours" | cut -d , -f 7 >"$tmp/a"
        sed '$d' "$sample" | datamash --header-in -t , --format %.10g mean 2 >"$tmp/b"
        agree 'mean of --method=global and datamash' 1e-8 "$tmp/a" "$tmp/b"
    fi
}

agree_ewma() {
    has mlr || return
    counted Miller $((n_sample + 1)) mlr --icsv --ocsv step -a ewma -d 0.1 -f value "$sample"
    explained "$sample" --method=ewma --half-life="$half_life" | column 7 $((settled + 1)) >"$tmp/a"
    mlr --icsv --ocsv step -a ewma -d 0.1 -f value "$sample" |
        column 3 "$settled" $((n_sample - 1)) >"$tmp/b"
    agree 'mean of --method=ewma and Miller' 1e-8 "$tmp/a" "$tmp/b"
}

agree_window() {
    has pandas || return
    explained "$sample" -w 100 >"$tmp/ours"
    "$python" tests/bench/rolling.py moments 100 "$sample" >"$tmp/theirs"
    counted pandas $((n_sample + 1)) cat "$tmp/theirs"
    column 7 "$settled" <"$tmp/ours" >"$tmp/a"
    column 3 "$settled" <"$tmp/theirs" >"$tmp/b"
    agree 'mean of --method=window and pandas' 1e-8 "$tmp/a" "$tmp/b"
    awk -F, -v line="$line_window" '{ printf "%.10g\n", ($9 - $7) / line }' "$tmp/ours" |
        column 1 "$settled" >"$tmp/a"
    column 4 "$settled" <"$tmp/theirs" >"$tmp/b"
    agree 'deviation of --method=window and pandas' 1e-7 "$tmp/a" "$tmp/b"
}

agree_median() {
    explained "$sample" --method=robust -w 1001 | column 7 "$settled" >"$tmp/a"
    if has pandas; then
        "$python" tests/bench/rolling.py median 1001 "$sample" | column 3 "$settled" >"$tmp/b"
        agree 'median of --method=robust and pandas' 1e-9 "$tmp/a" "$tmp/b"
    fi
    if has datamash; then
        tail -n 1 "$tmp/a" >"$tmp/c"
        tail -n 1002 "$sample" | sed '$d' | datamash -t , median 2 >"$tmp/b"
        agree 'median of --method=robust and datamash' 1e-9 "$tmp/c" "$tmp/b"
    fi
}

agree_json() {
    has jq || return
    counted jq "$n_sample" jq -c '.score=.value/2' "$tmp/few.ndjson"
    ad-zscore -w 100 "$sample" | column 3 11 >"$tmp/a"
    ad-zscore -w 100 "$tmp/few.ndjson" | jq .zscore_score | tail -n +11 >"$tmp/b"
    agree 'scores of CSV and, by jq, of NDJSON' 0 "$tmp/a" "$tmp/b"
}

# Miller's mean includes the value itself: that of the row before, of the same group, is ours.
agree_groups() {
    has mlr || return
    made grouped series "$n_sample" groups=20
    explained "$made" --method=ewma --half-life="$half_life" -g host |
        awk -F, 'NR > 1 && ++n[$2] > 500 { print $8 }' >"$tmp/a"
    mlr --icsv --ocsv step -a ewma -d 0.1 -f value -g host "$made" |
        awk -F, 'NR > 1 { if (++n[$2] > 500) print mean[$2]; mean[$2] = $4 }' >"$tmp/b"
    agree 'means of groups and Miller' 1e-8 "$tmp/a" "$tmp/b"
}

bench_csv() {
    long_series
    title "csv: $(thousands "$n_csv") rows timestamp,value, $(size "$csv"), window of 100"
    intact 'csv, ad-zscore' "$csv" "$csv_filter" ad-zscore -w 100
    if has mawk; then counted mawk "$n_sample" mawk -F, "$welford" "$sample"; fi
    agree_window
    agree_global
    agree_ewma
    program ad-zscore '' "$n_csv" ad-zscore -w 100 "$csv"
    peer mawk 'mawk, Welford' ad-zscore "$n_csv" mawk -F, "$welford" "$csv"
    peer mlr 'Miller, step -a ewma' ad-zscore "$n_csv" \
        mlr --icsv --ocsv step -a ewma -d 0.1 -f value "$csv"
    # One mean and deviation of all, for want of moving ones: a lesser job.
    peer datamash 'datamash, mean sstdev' ad-zscore "$n_csv" \
        sh -c 'datamash --header-in -t , mean 2 sstdev 2 <"$1"' sh "$csv"
    peer pandas 'pandas, rolling mean, std' ad-zscore "$n_csv" \
        "$python" tests/bench/rolling.py moments 100 "$csv"
    race
}

bench_ndjson() {
    local n=$n_million
    made few.ndjson records "$sample"
    million
    made ndjson records "$made"
    title "ndjson: $(thousands "$n") records of 128 bytes, $(size "$made"), window of 100"
    intact 'ndjson, ad-zscore' "$made" "$json_filter" ad-zscore -w 100
    agree_json
    program ad-zscore '' "$n" ad-zscore -w 100 "$made"
    peer jq 'jq, .score=.value/2' ad-zscore "$n" jq -c '.score=.value/2' "$made"
    peer mlr 'Miller, step -a ewma' ad-zscore "$n" \
        mlr --ijson --ojson step -a ewma -d 0.1 -f value "$made"
    race
}

bench_robust() {
    local n=$n_million
    million
    title "robust: $(thousands "$n") rows, median and MAD"
    agree_median
    program 'window of 1001' '' "$n" ad-zscore -w 1001 "$made"
    program 'robust, 1001' 'window of 1001' "$n" ad-zscore --method=robust -w 1001 "$made"
    program 'robust, 100,000' 'robust, 1001' "$n" \
        ad-zscore --method=robust -w 100000 "$made"
    peer pandas 'pandas median, 1001' 'robust, 1001' "$n" \
        "$python" tests/bench/rolling.py median 1001 "$made"
    peer pandas 'pandas median, 100,000' 'robust, 100,000' "$n" \
        "$python" tests/bench/rolling.py median 100000 "$made"
    race
}

bench_groups() {
    local n keys
    n=$(scaled 40000 2000000 10000000)
    keys=$(scaled 4000 200000 1000000)
    agree_groups
    made groups series "$n" groups="$keys"
    title "groups: $(thousands "$keys") keys in $(thousands "$n") rows, $(size "$made"), ewma"
    intact 'groups, ad-zscore' "$made" "$csv_filter" ad-zscore --method=ewma --warmup=3 -g host
    program ad-zscore '' "$n" ad-zscore --method=ewma --warmup=3 -g host "$made"
    peer mlr 'Miller, step -a ewma -g' ad-zscore "$n" \
        mlr --icsv --ocsv step -a ewma -d 0.1 -f value -g host "$made"
    race
}

bench_memory() {
    local n=$((n_csv / 10)) method
    long_series
    made tenth rows_from "$n" "$csv"
    title "memory: $(thousands "$n") rows and ten times as many, one run"
    for method in window ewma global robust; do
        program "$method" '' "$n" ad-zscore --method="$method" "$made"
        program "$method, 10 x" "$method" "$n_csv" ad-zscore --method="$method" "$csv"
    done
    race 1
}

bench_startup() {
    title 'startup: no input, 50 runs'
    program ad-zscore '' 0 ad-zscore
    peer mawk mawk ad-zscore 0 mawk 1
    peer jq jq ad-zscore 0 jq .
    peer mlr Miller ad-zscore 0 mlr --icsv --ocsv cat
    race 50
}

bench_gzip() {
    long_series
    made csv.gz gzip -c "$csv"
    title "gzip: $(thousands "$n_csv") rows, $(size "$made") compressed"
    same 'gzip and the plain file' <(ad-zscore "$made") <(ad-zscore "$csv")
    program 'gzip -dc | ad-zscore' '' "$n_csv" sh -c 'gzip -dc "$1" | ad-zscore' sh "$made"
    program 'ad-zscore on .gz' 'gzip -dc | ad-zscore' "$n_csv" ad-zscore "$made"
    program 'gzip -dc alone' 'gzip -dc | ad-zscore' "$n_csv" gzip -dc "$made"
    race
}

bench_methods() {
    local n=$n_million method
    million
    title "methods: $(thousands "$n") rows, options as they are by default"
    for method in window ewma global robust; do
        program "$method" window "$n" ad-zscore --method="$method" "$made"
    done
    program 'window, -x' window "$n" ad-zscore -x "$made"
    race
}

