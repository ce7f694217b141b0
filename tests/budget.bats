#!/usr/bin/env bats
# --budget on real series, which are not Gaussian, drift, and begin with what was never seen.

load helper

# ratio N_PER_DAY: flags of the scored CSV on standard input, by its first field as the time, over
# what is due in that time, in percent
ratio() {
    local days flags
    cut -d, -f1 >when
    days=$(($(date -ud "$(tail -n 1 when)" +%s) - $(date -ud "$(sed -n 2p when)" +%s)))
    flags=$(count zscore_flag 1 <out)
    echo $((flags * 86400 * 100 / days / $1))
}

@test "the recording of a machine, all fields at once: within a factor of two" {
    for per_hour in 10 60; do
        good ad-zscore -f 2-19 --budget=$per_hour/hour "$ROOT/tests/data/host/host.csv.gz"
        between 50 "$(ratio $((24 * per_hour)) <out)" 200
    done
}

@test "the Numenta Anomaly Benchmark: nine of ten files within a factor of two" {
    [ -n "${AD_NAB:-}" ] || skip "AD_NAB is not set to the data folder of NAB"
    files=0
    within=0
    for f in "$AD_NAB"/*/*.csv; do
        good ad-zscore --budget=2/day "$f"
        percent=$(ratio 2 <out)
        files=$((files + 1))
        [ "$percent" -lt 50 ] || [ "$percent" -gt 200 ] || within=$((within + 1))
    done
    [ $files -gt 0 ]
    [ $((10 * within)) -ge $((9 * files)) ] || fail "$within of $files"
}
