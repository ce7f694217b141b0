/* Where an axis has its marks, and what stands beside them. */
#ifndef AD_PLOT_TICKS_H
#define AD_PLOT_TICKS_H

#include "base/str.h"
#include "base/time.h"

#include <stdint.h>

enum { AD_TICK_TEXT = 32, AD_TICKS_MOST = 64 };

/* A mark; text may be empty: a mark without a label. */
struct ad_tick {
    double at; /* in units of the axis: a value, seconds since 1970, a row */
    char text[AD_TICK_TEXT];
    bool major; /* of times: where a larger unit begins (a day among hours); text names that */
};

/* About `wanted` marks from low to high, both included, at round numbers: 1, 2, 5 times powers of
 * 10; on a logarithmic axis, where low is above 0, powers of 10, or of these some, or 1, 2, 5 of
 * each; two at least wherever there are two different numbers to write. Labels: 0.5, 20k, 3M, 1.5G,
 * 2T, 2e-7; those of an axis have the same number of decimals and the same unit, but for 0 and on
 * logarithmic axes; no two are the same. low < high, finite. Returns how many. */
size_t ad_ticks_numbers(double low, double high, bool log, size_t wanted,
                        struct ad_tick tick[AD_TICKS_MOST]);

/* The same for rows: marks at whole numbers only. */
size_t ad_ticks_rows(double from, double to, size_t wanted, struct ad_tick tick[AD_TICKS_MOST]);

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
    int every;    /* 1, 2, 5, 10 ... of them */
    double least; /* seconds from one mark to the next at least, but where clocks change */
};

/* All steps there are, the widest first: [*n]. */
const struct ad_time_step *ad_time_steps(size_t *n);

/* The finest of them that makes at most `most` marks from `from` to `to`, one more perhaps where
 * clocks change; else the widest. */
const struct ad_time_step *ad_time_step_for(double from, double to, size_t most);

/* The marks of that step from `from` to `to`, both included, at round times of the clock's wall.
 * Steps up to an hour mark all moments at which the wall shows such a time: an hour that comes
 * twice is marked twice. Longer ones mark the first, and nothing where there is none, but that a
 * day always begins somewhere. Every second day is counted from the first of the month, weeks begin
 * on Mondays. Labels: .250, 14:05:30, 14:05, 14:00, `Mar 31`, Mar, 2024; a major mark has instead
 * that of what begins there: a second 14:05:30, a day `Mar 31`, a year 2024, or 2024-01-08 where it
 * is the first week's. Returns how many there are, at most AD_TICKS_MOST; fills at most `room`,
 * which may be 0. Nothing is marked beyond the years 1 to 9999. */
size_t ad_ticks_times(double from, double to, const struct ad_time_step *step,
                      struct ad_clock *clock, struct ad_tick *tick, size_t room);

/* What the labels of such an axis leave out: `2024-03-31, Europe/Berlin`, `2024-03-31 to
 * 2024-04-02, UTC`, `2024, UTC`; of rows (clock NULL) `row`. Where the offset from UTC changes
 * on the way: `2024-03-31, Europe/Berlin, +01:00 to +02:00`. Appended to out. */
void ad_ticks_caption(double from, double to, const struct ad_time_step *step,
                      struct ad_clock *clock, struct ad_buf *out);

/* A moment for people, in the clock's zone: `2024-03-31 14:05:30`, to the millisecond where there
 * are some, with the offset from UTC where the wall shows it for the second time. Without a clock
 * the row. Appended to out. */
void ad_ticks_say(double at, struct ad_clock *clock, struct ad_buf *out);

/* A value for people: 4 significant digits: 0.5, 1234, 12.35k, 1.2e-7, inf; nothing for NaN. */
void ad_ticks_say_value(double value, struct ad_buf *out);

/* A stretch for people, the day only once: `within` stands between two moments of the same day,
 * `across` between all others; a moment alone if they are the same. */
void ad_ticks_say_stretch(double from, double to, struct ad_clock *clock, const char *within,
                          const char *across, struct ad_buf *out);

/* A number of things for people: 1,234,567. */
void ad_ticks_say_count(uint64_t n, struct ad_buf *out);

#endif
