# The case of ad-threshold for scripts/bench.

bench_threshold() {
    local limits='NR==1{print $0",flag";next}{print $0","($2<54||$2>66)}'
    long_series
    title "threshold: $(thousands "$n_csv") rows timestamp,value, $(size "$csv"), limits of 54 and 66"
    intact 'threshold, ad-threshold' "$csv" "$csv_filter" ad-threshold --min=54 --max=66
    if has mawk; then
        same 'flags of ad-threshold and mawk' <(ad-threshold --min=54 --max=66 "$csv" | column 4) \
            <(mawk -F, "$limits" "$csv" | column 3)
    fi
    program 'ad-zscore, window of 100' '' "$n_csv" ad-zscore -w 100 "$csv"
    program 'ad-threshold' 'ad-zscore, window of 100' "$n_csv" \
        ad-threshold --min=54 --max=66 "$csv"
    program 'ad-threshold, percentiles' 'ad-zscore, window of 100' "$n_csv" \
        ad-threshold --dynamic=p1,p99 "$csv"
    peer mawk 'mawk, limits' ad-threshold "$n_csv" mawk -F, "$limits" "$csv"
    race
}
