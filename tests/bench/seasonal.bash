# The case of ad-seasonal for scripts/bench.

agree_stl() {
    has Rscript || return
    made seasons random season days=60 step=300
    ad-seasonal --stl --period=288 -x "$made" | column 7 >"$tmp/a"
    Rscript --vanilla tests/bench/stl.R 288 "$made" | column 3 >"$tmp/b"
    agree 'expectations of --stl and R' 1e-4 "$tmp/a" "$tmp/b"
}

bench_seasonal() {
    local days n
    days=$(scaled 30 695)
    n=$((days * 1440))
    made days random season days="$days" step=60
    title "seasonal: $(thousands "$n") rows timestamp,value, $(size "$made")"
    intact 'seasonal, ad-seasonal' "$made" "$csv_filter" ad-seasonal
    program 'ad-zscore' '' "$n" ad-zscore "$made"
    program 'ad-seasonal' ad-zscore "$n" ad-seasonal "$made"
    race

    agree_stl
    n=$((days * 288))
    made fewer random season days="$days" step=300
    title "seasonal: $(thousands "$n") rows by STL, period of 288"
    program 'ad-seasonal --stl' '' "$n" ad-seasonal --stl --period=288 "$made"
    peer Rscript 'R, stl' 'ad-seasonal --stl' "$n" \
        Rscript --vanilla tests/bench/stl.R 288 "$made"
    race
}
