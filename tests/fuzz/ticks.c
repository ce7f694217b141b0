/* Marks of axes: in order, in range, no two labels alike; labels of numbers read back as where the
 * mark is, and marks of time are where the wall clock is round. */
#include "plot/ticks.h"
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A label with its unit as an exponent. */
static double read_back(const char *text)
{
    static const char letter[] = "kMGT";
    char plain[2 * AD_TICK_TEXT];
    size_t len = strlen(text);
    const char *unit = strchr(letter, text[len - 1]);
    double x;
    require(len > 0 && len < AD_TICK_TEXT);
    int n = unit ? snprintf(plain, sizeof plain, "%.*se%d", (int)len - 1, text,
                            3 * (int)(unit - letter + 1))
                 : snprintf(plain, sizeof plain, "%s", text);
    require(ad_number_parse((struct ad_str){plain, (size_t)n}, &x) == 0);
    return x;
}

static void check_numbers(double low, double high, unsigned wanted, unsigned kind)
{
    struct ad_tick tick[AD_TICKS_MOST];
    size_t n = kind == 2 ? ad_ticks_rows(low, high, wanted, tick)
                         : ad_ticks_numbers(low, high, kind == 1, wanted, tick);
    require(n <= AD_TICKS_MOST);
    require(n <= 2 * (size_t)wanted + 6);
    if (kind < 2 && isfinite(low) && isfinite(high) && low < high &&
        high - low > 1e-13 * fabs(high))
        require(n >= 2 || kind == 1);
    for (size_t i = 0; i < n; i++) {
        require(tick[i].at >= low && tick[i].at <= high);
        require(i == 0 || (tick[i].at > tick[i - 1].at && strcmp(tick[i].text, tick[i - 1].text)));
        double back = read_back(tick[i].text);
        require(back >= tick[i].at && back <= tick[i].at);
        require(kind < 2 || tick[i].at == floor(tick[i].at));
    }
}

static void check_value(double x)
{
    struct ad_buf out = {0};
    ad_ticks_say_value(x, &out);
    if (isfinite(x)) {
        ad_buf_add(&out, "", 1);
        double back = fabs(x) < DBL_MAX / 1.001 ? read_back(out.s) : x;
        require(fabs(back - x) <= fmax(0.00051 * fabs(x), DBL_MIN));
    }
    ad_buf_free(&out);
}

static void check_times(double from, double to, unsigned most, struct ad_clock *clock)
{
    struct ad_tick tick[AD_TICKS_MOST];
    const struct ad_time_step *step = ad_time_step_for(from, to, most);
    size_t n = ad_ticks_times(from, to, step, clock, tick, AD_TICKS_MOST);
    size_t steps;
    bool widest = step == ad_time_steps(&steps);
    require(n <= AD_TICKS_MOST && (widest || n <= most + 1));
    for (size_t i = 0; i < n; i++) {
        require(tick[i].at >= from && tick[i].at <= to && tick[i].text[0]);
        require(i == 0 || tick[i].at > tick[i - 1].at);
        double wall = ad_clock_wall(clock, tick[i].at);
        double every = step->least >= 86400 ? 86400 : step->least;
        if (step->least >= 1)
            require(fmod(wall, every) == 0);
    }
    struct ad_buf out = {0};
    ad_ticks_caption(from, to, step, clock, &out);
    out.len = 0;
    ad_ticks_say(from, clock, &out);
    double back;
    if (from >= -62135500000 && from < 253402300000) {
        require(ad_clock_parse(clock, (struct ad_str){out.s, out.len}, &back) == 0);
        require(fabs(back - from) <= 0.000531);
    }
    ad_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ad_clock *clock;
    struct ad_err err = {0};
    if (!clock)
        clock = ad_clock_open("CET-1CEST,M3.5.0,M10.5.0/3", NULL, &err);
    double x[2];
    if (size < 2 + sizeof x)
        return 0;
    memcpy(x, data + 2, sizeof x);
    unsigned kind = data[0] % 4, wanted = data[1] % 40;
    check_value(x[0]);
    if (kind < 3)
        check_numbers(x[0], x[1], wanted, kind);
    else if (isfinite(x[0]) && isfinite(x[1]))
        check_times(x[0], x[0] + fabs(x[1]), wanted, clock);
    return 0;
}
