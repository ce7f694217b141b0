# The case of ad-novelty for scripts/bench.

# Peers that learn as they go, such as the detectors of the Numenta benchmark, take milliseconds a
# row, and come in no package.
bench_novelty() {
    local n=$n_million
    million
    title "novelty: $(thousands "$n") rows timestamp,value, $(size "$made")"
    intact 'novelty, ad-novelty' "$made" "$csv_filter" ad-novelty
    program 'ad-zscore' '' "$n" ad-zscore "$made"
    program 'ad-novelty' ad-zscore "$n" ad-novelty "$made"
    race
}
