/* What the tests of times share: clocks, and tables of texts with the times they stand for. */
#ifndef AD_UNIT_CLOCK_H
#define AD_UNIT_CLOCK_H

#include "base/time.h"

static inline struct ad_clock *open_clock(const char *zone, const char *format)
{
    struct ad_err err = {0};
    struct ad_clock *clock = ad_clock_open(zone, format, &err);
    if (!clock)
        fail_msg("zone %s: %s (its tests need tzdata)", zone ? zone : "NULL", err.text);
    return clock;
}

struct reading {
    const char *text;
    double want;
};

static inline void check_text(struct ad_clock *clock, const char *text, double want)
{
    double got = NAN;
    if (ad_clock_parse(clock, ad_str_of(text), &got) != 0)
        fail_msg("\"%s\" is refused", text);
    if (!(got >= want && got <= want))
        fail_msg("\"%s\" is %.9f, expected %.9f", text, got, want);
}

static inline void check_readings(const char *zone, const char *format, const struct reading *row,
                                  size_t n)
{
    struct ad_clock *clock = open_clock(zone, format);
    for (size_t i = 0; i < n; i++)
        check_text(clock, row[i].text, row[i].want);
    for (size_t i = n; i-- > 0;) /* nothing remembered may matter */
        check_text(clock, row[i].text, row[i].want);
    ad_clock_close(clock);
}

static inline void check_refused(const char *zone, const char *format, const char *const *row,
                                 size_t n)
{
    struct ad_clock *clock = open_clock(zone, format);
    for (size_t i = 0; i < n; i++) {
        double got = 7;
        if (ad_clock_parse(clock, ad_str_of(row[i]), &got) != -1)
            fail_msg("\"%s\" passes for %f", row[i], got);
        assert_true(got == 7);
    }
    ad_clock_close(clock);
}

#define LEN(row) (sizeof(row) / sizeof *(row))

#endif
