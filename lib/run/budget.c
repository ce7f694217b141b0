#include "run/budget.h"

#include "detect/detector.h"

#include <math.h>

/* Surprises below this are one bin: no sensible line is there. */
#define LEAST 0.25

/* The line is never below: a value that one in three exceeds is no anomaly. */
#define LOWEST 1

enum { PER_OCTAVE = 16, RESET = 1024, NOMINAL = 1000 };

static size_t bin_of(double surprise)
{
    if (!(surprise > LEAST))
        return 0;
    double i = 1 + floor(PER_OCTAVE * log2(surprise / LEAST));
    return i < AD_BUDGET_BINS - 1 ? (size_t)i : AD_BUDGET_BINS - 1;
}

static double bin_floor(size_t i)
{
    return i ? LEAST * exp2((double)(i - 1) / PER_OCTAVE) : 0;
}

void ad_budget_init(struct ad_budget *b, double per_day, double s0)
{
    *b = (struct ad_budget){.per_day = per_day, .s0 = s0, .first = NAN, .last = NAN};
}

/* The surprise that a fraction q of all records reaches. Where at least ENOUGH did, it is read off
 * the histogram; beyond, the tail is taken to be exponential from the point that ENOUGH passed,
 * with the mean excess of the middle of that tail: that of all of it would be set by the anomalies.
 */
static double tail_quantile(const struct ad_budget *b, double q)
{
    enum { ENOUGH = 16, BODY = 256 };
    double want = q * (double)b->scored, above = 0, at_enough = 0;
    double body_floor = 0, body_above = 0;
    size_t i = AD_BUDGET_BINS;
    while (i > 0) {
        i--;
        double n = (double)b->count[i], lo = bin_floor(i);
        if (above + n >= ENOUGH && at_enough == 0)
            at_enough = lo > 0 ? lo : LEAST;
        if (want >= ENOUGH && above + n >= want) {
            double share = n > 0 ? (above + n - want) / n : 0;
            double hi = bin_floor(i + 1);
            return lo + share * (hi - lo);
        }
        above += n;
        body_floor = lo;
        body_above = above;
        if (above >= BODY && want < ENOUGH)
            break;
    }
    if (at_enough <= body_floor || body_above <= ENOUGH)
        return at_enough + log(ENOUGH / want);
    /* From body_above records at body_floor down to ENOUGH at at_enough. */
    double scale = (at_enough - body_floor) / log(body_above / ENOUGH);
    return at_enough + scale * log(ENOUGH / want);
}

/* The alarms due since the first record. */
static double due(const struct ad_budget *b)
{
    return b->per_day * (b->last - b->first) / 86400;
}

/* Whether half as many again as are due were spent; one is always free. */
static bool overspent(const struct ad_budget *b)
{
    return (double)b->flagged > 1.5 * due(b) + 1;
}

static void set_line(struct ad_budget *b)
{
    double q = due(b) / (double)(b->scored - 1);
    if (!(q > 0))
        return;
    if (b->scored < NOMINAL) {
        double s0 = -log(q < 0.1 ? q : 0.1);
        if (s0 > b->s0 || !overspent(b))
            b->s0 = s0;
        return;
    }
    /* What was spent too much or too little so far is made good from here on. */
    double share = due(b) / ((double)b->flagged + 1);
    q *= share < 0.25 ? 0.25 : share > 4 ? 4 : share;
    double s0 = q < 1 ? tail_quantile(b, q) : 0;
    b->s0 = s0 < LOWEST ? LOWEST : s0 < AD_SURPRISE_MAX ? s0 : AD_SURPRISE_MAX;
}

void ad_budget_add(struct ad_budget *b, double t, double surprise, bool flagged)
{
    if (isnan(b->first))
        b->first = b->last = t;
    if (t > b->last)
        b->last = t;
    size_t i = bin_of(surprise);
    b->count[i]++;
    b->scored++;
    b->flagged += flagged;
    bool early = b->scored < NOMINAL && (b->scored & (b->scored - 1)) == 0;
    if (early || b->scored % RESET == 0)
        set_line(b);
    /* At its start, and where it changes, a series surprises more than its tail tells. */
    if (flagged && overspent(b))
        b->s0 = fmax(b->s0, fmin(bin_floor(i + 1), AD_SURPRISE_MAX));
}

void ad_budget_save(const struct ad_budget *b, struct ad_save *out)
{
    ad_save_f64(out, b->s0);
    ad_save_f64(out, b->first);
    ad_save_f64(out, b->last);
    ad_save_u64(out, b->scored);
    ad_save_u64(out, b->flagged);
    for (size_t i = 0; i < AD_BUDGET_BINS; i++)
        ad_save_u64(out, b->count[i]);
}

int ad_budget_load(struct ad_budget *b, struct ad_load *in)
{
    b->s0 = ad_load_finite(in);
    b->first = ad_load_f64(in);
    b->last = ad_load_f64(in);
    b->scored = ad_load_u64(in);
    b->flagged = ad_load_max(in, b->scored);
    for (size_t i = 0; i < AD_BUDGET_BINS; i++)
        b->count[i] = ad_load_u64(in);
    return in->failed || !(b->s0 > 0) || isinf(b->first) || isinf(b->last) ? -1 : 0;
}
