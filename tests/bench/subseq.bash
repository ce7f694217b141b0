# The case of ad-subseq for scripts/bench.

# strangest FIELD: the row of the highest number
strangest() {
    awk -F, -v field="$1" 'NR > 1 && $field > most { most = $field; row = NR - 1 } END { print row }'
}

# near WHAT ROW FIRST LAST
near() {
    if [ "${2:-0}" -ge "$3" ] && [ "$2" -le "$4" ]; then
        echo "  $1: row $2 is the strangest, the stretch of another speed $(($3 + 100)) to $(($4 - 100))"
    else
        fail "$1: row $2 is not near $3 to $4"
    fi
}

bench_subseq() {
    local n odd few
    n=$(scaled 2000 20000)
    odd=$((n * 3 / 4))
    made few random bench/wave seed=1 n=500
    few=$made
    made wave random bench/wave seed=1 n="$n" odd="$odd"
    title "subseq: $(thousands "$n") points, windows about 100 long"
    near ad-subseq "$(ad-subseq "$made" | strangest 2)" $((odd - 100)) $((odd + 299))
    if has stumpy && [ "$scale" = full ]; then
        near stumpy "$("$python" tests/bench/neighbours.py 100 "$made" | strangest 2)" \
            $((odd - 100)) $((odd + 299))
    fi
    same 'one thread and two' <(ad-subseq "$made") <(ad-subseq -j 2 "$made")
    program 'ad-subseq' '' "$n" ad-subseq "$made"
    program 'ad-subseq, -j 2' ad-subseq "$n" ad-subseq -j 2 "$made"
    # It compiles itself each time that it starts, and takes as many threads as there are.
    slow_peer stumpy 'stumpy' ad-subseq "$n" "$python" tests/bench/neighbours.py 100 "$made"
    slow_peer stumpy 'stumpy, of that start' ad-subseq "$n" \
        "$python" tests/bench/neighbours.py 100 "$few"
    race 3
}
