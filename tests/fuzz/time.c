/* Times: no text does harm, and what is read reads the same again as it prints, to the
 * millisecond. The first byte chooses the zone or the format. Durations likewise. */
#include "base/time.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_print(struct ad_clock *clock, double t)
{
    char text[33];
    double back, after;
    size_t len = ad_time_print(text, t);
    require(len > 0 && len <= 32);
    require(ad_clock_parse(clock, (struct ad_str){text, len}, &back) == 0);
    /* half a millisecond and a double's step in year 9999, whose last one is not rounded up */
    require(fabs(back - t) <= (t > 253402300799.999 ? 0.001031 : 0.000531));
    char again[33];
    require(ad_time_print(again, back) == len && memcmp(again, text, len) == 0);
    require(ad_clock_parse(clock, (struct ad_str){again, len}, &after) == 0 && after == back);
}

/* The wall clock shows what was read, unless it never does. */
static void check_wall(struct ad_clock *clock, double t)
{
    double wall = ad_clock_wall(clock, t), offset = wall - t;
    require(fabs(offset) <= 26 * 3600);
    double other = ad_clock_wall(clock, t + 8640000);
    require(isfinite(other));
    require(ad_clock_wall(clock, t) == wall);
}

static void check_duration(struct ad_str text)
{
    double seconds, back;
    if (ad_duration_parse(text, &seconds) != 0)
        return;
    require(seconds >= 0 && seconds <= 1e10);
    char shown[41];
    size_t len = ad_duration_print(shown, seconds);
    require(len >= 2 && len <= 40);
    require(ad_duration_parse((struct ad_str){shown, len}, &back) == 0 && back == seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {"%d/%b/%Y:%H:%M:%S %z", "%a %b %e %H:%M:%S %Z %Y", "%s",
                                          "%Y-%m-%d %I:%M %p"};
    static struct ad_clock *clock, *formatted[4];
    struct ad_err err = {0};
    if (!clock) {
        for (size_t i = 0; i < 4; i++)
            formatted[i] = ad_clock_open("CET-1CEST,M3.5.0,M10.5.0/3", formats[i], &err);
        clock = ad_clock_open("CET-1CEST,M3.5.0,M10.5.0/3", NULL, &err);
    }
    if (size == 0)
        return 0;
    size_t len = size - 1;
    char *exact = malloc(len + !len);
    if (!exact)
        return 0;
    memcpy(exact, data + 1, len);
    struct ad_str text = {exact, len};
    struct ad_clock *with = data[0] < '4' && data[0] >= '0' ? formatted[data[0] - '0'] : clock;
    double t, twice;
    if (ad_clock_parse(with, text, &t) == 0) {
        require(ad_clock_parse(with, text, &twice) == 0 && twice == t);
        check_print(clock, t);
        check_wall(clock, t);
    }
    check_duration(text);
    free(exact);
    return 0;
}
