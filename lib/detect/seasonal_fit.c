/* How --stl and --holt-winters take a series apart. */
#include "detect/seasonal_batch.h"

#include "detect/seasonal_drift.h"
#include "maths/periods.h"
#include "maths/rank.h"
#include "maths/stl.h"

#include <stdlib.h>
#include <string.h>

/* How many cells are looked at for seasons; cycles from which on weights are robust. */
enum { LOOKED_AT = 1 << 17, FEW_CYCLES = 5, DAY = 86400 };

/* What the fit works on. */
struct work {
    double *y, *spare; /* [cells] */
    bool *absent;      /* [cells] */
    size_t holes;
};

static double place_of_cell(const struct ad_seasonal_batch *b, size_t cell)
{
    return b->grid.start + (double)cell * b->grid.spacing;
}

/* Holidays are to be taken as absent; cells[] becomes what they are, left over nothing yet. */
static size_t leave_out_holidays(const struct ad_seasonal_batch *b, struct work *w,
                                 struct ad_seasonal_day_cell *cells, size_t phases)
{
    size_t n = 0;
    for (size_t k = 0; k < b->grid.cells; k++) {
        double at = place_of_cell(b, k);
        if (w->absent[k] || !ad_seasonal_batch_special(b, at))
            continue;
        cells[n++] = (struct ad_seasonal_day_cell){k, ad_seasonal_days_phase(phases, at), w->y[k]};
    }
    for (size_t i = 0; i < n; i++)
        w->absent[cells[i].cell] = true;
    return n;
}

/* The seasons of which there are two cycles, in cells. Returns 0, or -1. */
static int choose_seasons(struct ad_seasonal_batch *b, const double *y)
{
    const struct ad_seasonal_cfg *cfg = b->cfg;
    double length[AD_SEASONAL_MOST];
    int n = (int)cfg->nperiod;
    bool given = n > 0 && (cfg->period[0].rows > 0 || ad_seasonal_batch_by_clock(b));
    for (int k = 0; given && k < n; k++)
        length[k] = (cfg->period[k].rows + cfg->period[k].seconds) / b->grid.spacing;
    if (!given)
        n = cfg->find ? ad_periods_find(y, b->grid.cells < LOOKED_AT ? b->grid.cells : LOOKED_AT,
                                        length, AD_SEASONAL_MOST)
                      : 0;
    for (int k = 0; k < n; k++) {
        double cells = floor(length[k] + 0.5);
        if (cells >= 2 && cells * 2 <= (double)b->grid.cells &&
            (b->nseason == 0 || cells > (double)b->period[b->nseason - 1]))
            b->period[b->nseason++] = (size_t)cells;
    }
    return n < 0 ? -1 : 0;
}

/* Of two or three values, robust weights would choose the one that fits best. */
static bool robustly(const struct ad_seasonal_batch *b)
{
    return !b->cfg->holt_winters && b->nseason > 0 &&
           b->grid.cells >= FEW_CYCLES * b->period[b->nseason - 1];
}

/* Take y apart: fitted, the end of the trend, the last cycles. On holidays the longer seasons do
 * not count. Returns 0, or -1. */
static int decompose(struct ad_seasonal_batch *b, const struct work *w)
{
    size_t n = b->grid.cells;
    double *trend = calloc(n * (b->nseason + 1), sizeof *trend), *season[AD_SEASONAL_MOST];
    if (!trend)
        return -1;
    for (size_t k = 0; k < b->nseason; k++)
        season[k] = trend + (k + 1) * n;
    size_t window = b->cfg->stl_window ? (size_t)b->cfg->stl_window : AD_STL_PERIODIC;
    int rc = ad_mstl(w->y, n, b->period, b->nseason, window, w->holes ? w->absent : NULL,
                     robustly(b), season, trend);
    memcpy(b->fitted, trend, n * sizeof *trend);
    memcpy(w->spare, trend, n * sizeof *trend);
    b->trend = trend[n - 1];
    for (size_t k = 0; k < b->nseason && rc == 0; k++) {
        for (size_t i = 0; i < n; i++)
            b->fitted[i] +=
                k == 0 || !ad_seasonal_batch_special(b, place_of_cell(b, i)) ? season[k][i] : 0;
        b->season[k] = malloc(b->period[k] * sizeof **b->season);
        if (!b->season[k])
            rc = -1;
        else
            memcpy(b->season[k], season[k] + n - b->period[k], b->period[k] * sizeof **season);
    }
    free(trend);
    return rc;
}

/* One step ahead at a time, by the longest season. Returns 0, or -1. */
static int smooth(struct ad_seasonal_batch *b, const struct work *w)
{
    size_t last = b->nseason - 1;
    b->smooth = (struct ad_holtwinters){.period = b->period[last],
                                        .multiplicative =
                                            b->cfg->holt_winters == AD_SEASONAL_MULTIPLICATIVE,
                                        .absent = w->holes ? w->absent : NULL};
    double *season = b->season[0] = malloc(b->period[last] * sizeof *season);
    b->period[0] = b->period[last];
    b->nseason = 1;
    int rc = season ? ad_holtwinters_fit(&b->smooth, w->y, b->grid.cells, b->fitted, season) : -1;
    b->trend = b->smooth.level;
    b->smooth.absent = NULL;
    return rc;
}

/* How the trend has wandered, without its seasons, clipped; it is in w->spare. */
static void follow(struct ad_seasonal_batch *b, const struct work *w)
{
    struct ad_seasonal_drift drift;
    double most = 3 * b->rest.near.reach;
    ad_seasonal_drift_init(&drift, (double)b->period[0], 1);
    for (size_t i = 0; i < b->grid.cells; i++) {
        double off = w->y[i] - b->fitted[i];
        off = off > most ? most : off < -most ? -most : off;
        if (!w->absent[i])
            ad_seasonal_drift_add(&drift, (double)i, w->spare[i] + off, 0, 1);
    }
    b->drift.variance = ad_seasonal_drift_variance(&drift, 1, &b->drift.nu);
    b->drift.nu = b->drift.nu > 1 ? b->drift.nu : 1;
}

/* Without a season: the middle of all. */
static void level(struct ad_seasonal_batch *b, const struct work *w)
{
    memcpy(w->spare, w->y, b->grid.cells * sizeof *w->y);
    b->trend = ad_rank_median(w->spare, b->grid.cells);
    for (size_t i = 0; i < b->grid.cells; i++)
        b->fitted[i] = b->trend;
}

/* By what part of it a value moves its own fit: that of a phase's mean, and of a loess of so many
 * values. */
static double leverage(const struct ad_seasonal_batch *b)
{
    const double loess = 1.73; /* over the window: what tricube weights give the middle one */
    double n = (double)b->grid.cells, window = (double)b->cfg->stl_window, part = 3 / n;
    for (size_t k = 0; k < b->nseason; k++)
        part += window > 0 ? loess / window : (double)b->period[k] / n;
    if (b->cfg->holt_winters || b->nseason == 0)
        return part;
    double trend = 1.5 * (double)b->period[b->nseason - 1];
    return part + loess / (1.5 + (window > 0 ? trend / (1 - 1.5 / window) : trend));
}

/* What the values of ordinary days have left over. */
static int judge_rest(struct ad_seasonal_batch *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        double rest = b->x[i] - b->fitted[(size_t)ad_seasonal_grid_cell(&b->grid, b->at[i])];
        if (isfinite(rest) && !ad_seasonal_batch_special(b, b->at[i]))
            b->x[n++] = rest;
    }
    b->n = n;
    return n < 3 ? 0
                 : ad_seasonal_rest_fit(&b->rest, b->x, n, leverage(b), robustly(b),
                                        b->cfg->residuals == AD_SEASONAL_GESD,
                                        ad_seasonal_batch_least(b, b->trend));
}

/* The same of holidays, and what is expected of them. */
static int judge_days(struct ad_seasonal_batch *b, struct work *w,
                      struct ad_seasonal_day_cell *cells, size_t n, size_t phases)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        cells[kept] = cells[i];
        cells[kept].left -= b->fitted[cells[i].cell];
        kept += isfinite(cells[kept].left) ? 1 : 0;
    }
    /* How far ordinary values are from their middle. */
    for (size_t i = 0; i < b->grid.cells; i++)
        w->spare[i] = fabs(w->y[i] - b->trend);
    double spread = 1.4826 * ad_rank_median(w->spare, b->grid.cells);
    if (ad_seasonal_days_fit(&b->days, phases, cells, kept, b->rest.near.reach, spread))
        return -1;
    b->days.known.crowd = b->days.unknown.crowd = b->rest.near.crowd;
    for (size_t i = 0; i < kept; i++)
        b->fitted[cells[i].cell] += cells[i].left;
    return 0;
}

static int fit_all(struct ad_seasonal_batch *b, struct work *w)
{
    double day =
        b->cfg->holidays && ad_seasonal_batch_by_clock(b) ? floor(DAY / b->grid.spacing + 0.5) : 0;
    size_t phases = day >= 1 ? (size_t)day : 1, n = 0;
    struct ad_seasonal_day_cell *cells = NULL;
    if (ad_seasonal_grid_fill(&b->grid, b->at, b->x, b->n, w->y, w->absent))
        return -1;
    w->holes = ad_seasonal_grid_bridge(&b->grid, w->y, w->absent);
    /* A line across a holiday would be less of a season than the holiday. */
    if (choose_seasons(b, w->y))
        return -1;
    if (day > 0) {
        cells = malloc(b->grid.cells * sizeof *cells);
        if (!cells)
            return -1;
        n = leave_out_holidays(b, w, cells, phases);
        w->holes = ad_seasonal_grid_bridge(&b->grid, w->y, w->absent);
    }
    int rc = 0;
    if (b->nseason > 0)
        rc = b->cfg->holt_winters ? smooth(b, w) : decompose(b, w);
    else
        level(b, w);
    if (rc == 0)
        rc = judge_rest(b);
    if (rc == 0 && b->nseason > 0 && !b->cfg->holt_winters)
        follow(b, w);
    if (rc == 0 && day > 0)
        rc = judge_days(b, w, cells, n, phases);
    free(cells);
    return rc;
}

int ad_seasonal_batch_fit(struct ad_seasonal_batch *b, struct ad_err *err)
{
    if (ad_seasonal_grid_lay(&b->grid, b->at, b->n, ad_seasonal_batch_by_clock(b), err))
        return -1;
    size_t cells = b->grid.cells;
    struct work w = {malloc(cells * sizeof *w.y), malloc(cells * sizeof *w.spare),
                     malloc(cells * sizeof *w.absent), 0};
    b->fitted = malloc(cells * sizeof *b->fitted);
    int rc = w.y && w.spare && w.absent && b->fitted ? fit_all(b, &w) : -1;
    free(w.y);
    free(w.spare);
    free(w.absent);
    free(b->at);
    free(b->x);
    b->at = b->x = NULL;
    return rc ? ad_err_nomem(err) : 0;
}
