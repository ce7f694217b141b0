/* Where an axis has its marks, and what stands beside them. */
#ifndef AD_PLOT_TICKS_H
#define AD_PLOT_TICKS_H

#include "base/str.h"
#include "base/time.h"

enum { AD_TICK_TEXT = 32, AD_TICKS_MOST = 64 };

/* A mark; text may be empty: a mark without a label. */
struct ad_tick {
    double at; /* in units of the axis: a value, seconds since 1970, a row */
    char text[AD_TICK_TEXT];
    bool major; /* of times: where a larger unit begins (a day among hours); text names that */
};

/* About `wanted` marks from low to high, both included, at round numbers: 1, 2, 5 times powers of
 * 10; on a logarithmic axis powers of 10, or of these some, or 1, 2, 5 of each. All labels have the
 * same number of decimals; large and small numbers are written 20k, 3M, 1.5e9, 2e-7. No mark is at
 * the same text as another. low < high, finite. Returns how many, at most AD_TICKS_MOST. */
size_t ad_ticks_numbers(double low, double high, bool log, size_t wanted,
                        struct ad_tick tick[AD_TICKS_MOST]);

/* How far marks of time are apart. */
enum ad_time_unit {
    AD_TICK_MS,
    AD_TICK_S,
    AD_TICK_MIN,
    AD_TICK_HOUR,
    AD_TICK_DAY,
    AD_TICK_MONTH,
    AD_TICK_YEAR
};
struct ad_time_step {
    enum ad_time_unit unit;
    int every; /* 1, 2, 5, 10 ... of them */
};

/* All steps there are, the widest first: [*n]. */
const struct ad_time_step *ad_time_steps(size_t *n);

/* The finest of them that makes at most `most` marks from `from` to `to`. */
const struct ad_time_step *ad_time_step_for(double from, double to, size_t most);

/* The marks of that step from `from` to `to`, both included, at round times of the clock's wall,
 * across changes of summer time: 00:00, 06:00 ... whatever the offset; days that lack the hour have
 * no such mark, and those that have it twice have the first. Labels: 14:05:30, 14:05, 14:00,
 * `Mar 31`, `Mar`, 2024; a major mark has that of the next larger unit. Returns how many; fills at
 * most `room`, which may be 0. */
size_t ad_ticks_times(double from, double to, const struct ad_time_step *step,
                      struct ad_clock *clock, struct ad_tick *tick, size_t room);

/* A moment or a stretch for people, in the clock's zone: `2024-03-31 14:05:30`, to the second, or
 * to the millisecond where there are some; without a clock the row. Appended to out. */
void ad_ticks_say(double at, struct ad_clock *clock, struct ad_buf *out);

/* A value for people: 4 significant digits, as ad_ticks_numbers() has them. */
void ad_ticks_say_value(double value, struct ad_buf *out);

#endif
