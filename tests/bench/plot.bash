# The case of ad-plot for scripts/bench.

# drawn WHAT FILE: a PNG of 1200 pixels
drawn() {
    if [ "$(od -An -tu1 -j 16 -N 4 "$2" | tr -s ' ')" = ' 0 0 4 176' ]; then
        echo "  $1: a picture 1200 wide, $(size "$2")"
    else
        fail "$1: no picture 1200 wide"
    fi
}

bench_plot() {
    local n=$((2 * n_csv)) out counts
    long_series
    made judged judged "$csv"
    title "plot: $(thousands "$n") scored rows, $(size "$made")"
    counts="$n records, $(awk -F, '$4 == 1 { n++ } END { print n + 0 }' "$made") flagged"
    if ad-plot -f value -o text "$made" | tr -d , | grep -qF "${counts/,/}"; then
        echo "  plot: $counts"
    else
        fail "plot: not $counts"
    fi
    ad-plot -f value -o png "$made" >"$tmp/picture"
    drawn ad-plot "$tmp/picture"
    for out in png svg text; do
        program "ad-plot -o $out" '' "$n" ad-plot -f value -o "$out" "$made"
    done
    if has gnuplot && [ "$scale" = full ]; then
        gnuplot -c tests/bench/picture.gnuplot "$made" >"$tmp/picture"
        drawn gnuplot "$tmp/picture"
    fi
    slow_peer gnuplot 'gnuplot, png' 'ad-plot -o png' "$n" \
        gnuplot -c tests/bench/picture.gnuplot "$made"
    peer matplotlib 'matplotlib, png' 'ad-plot -o png' "$n" \
        "$python" tests/bench/picture.py "$made"
    race 3
}
