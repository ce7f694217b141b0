# Random numbers, the same in every awk: L'Ecuyer's combined generator (1988), whose products stay
# below 2^53, and Box-Muller. For awk -f random.awk -f PROGRAM, which calls begin(seed) first.

function begin(seed,    i) {
    pi = atan2(0, -1)
    s1 = 12345 + 7919 * seed
    s2 = 67890 + 104729 * seed
    for (i = 0; i < 20; i++) uniform()
}

function uniform() {
    s1 = 40014 * s1 % 2147483563
    s2 = 40692 * s2 % 2147483399
    return ((s1 - s2 + 2147483562) % 2147483562 + 0.5) / 2147483562
}

function gaussian(    r) {
    if (kept) { kept = 0; return spare }
    r = sqrt(-2 * log(uniform()))
    angle = 2 * pi * uniform()
    spare = r * sin(angle)
    kept = 1
    return r * cos(angle)
}
