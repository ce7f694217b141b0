# A wave of period 100 and Gaussian noise, which for two periods runs half as fast again.
#
#   awk -v n=20000 -v seed=1 [-v odd=15000] -f ../random.awk -f wave.awk
BEGIN {
    begin(seed)
    print "value"
    for (row = 1; row <= n; row++) {
        phase += odd && row >= odd && row < odd + 200 ? 1.5 : 1
        printf "%.4f\n", 10 * sin(phase * 2 * pi / 100) + gaussian()
    }
}
