# The case of ad-ensemble for scripts/bench.

bench_ensemble() {
    local n series tool
    local four='ad-zscore "$1" | ad-novelty | ad-seasonal | ad-ensemble'
    n=$(scaled 50000 2000000)
    long_series
    made two rows_from "$n" "$csv"
    series=$made
    title "ensemble: $(thousands "$n") rows timestamp,value, $(size "$series"), four filters in a pipe"
    intact 'ensemble, four filters' "$series" '1s/(,[a-z]+_[a-z]+){8}$//; s/(,[0-9.]*,[01]?){4}$//' \
        sh -c "$four" sh
    made scored sh -c 'ad-zscore "$1" | ad-novelty | ad-seasonal' sh "$series"
    for tool in ad-zscore ad-seasonal ad-novelty; do
        program "$tool" '' "$n" "$tool" "$series"
    done
    program 'ad-ensemble' '' "$n" ad-ensemble "$made"
    program 'all in a pipe' ad-novelty "$n" sh -c "$four" sh "$series"
    race 3
    rm -f "$made"
}
