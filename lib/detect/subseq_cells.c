#include "detect/subseq_cells.h"

#include "maths/rank.h"

#include <math.h>
#include <stdlib.h>

void ad_subseq_cells_free(struct ad_subseq_cells *c)
{
    free(c->x);
    free(c->row);
    free(c->value);
    free(c->gaps);
    *c = (struct ad_subseq_cells){0};
}

double ad_subseq_cells_between(double step, const struct ad_subseq_value *before,
                               const struct ad_subseq_value *after)
{
    double steps = step > 0 ? (after->t - before->t) / step : after->row - before->row;
    return steps > 1.5 ? floor(steps + 0.5) - 1 : 0;
}

/* The median time from value to value. Returns 0, or -1 when out of memory. */
static int find_step(const struct ad_subseq_value *v, size_t n, double *step)
{
    *step = 0;
    if (isnan(v->t))
        return 0;
    double *apart = malloc(n * sizeof *apart);
    size_t m = 0;
    if (!apart)
        return -1;
    for (size_t i = 1; i < n; i++)
        if (v[i].t > v[i - 1].t)
            apart[m++] = v[i].t - v[i - 1].t;
    /* Times that stand still tell nothing of what was left out. */
    *step = m > 0 ? ad_rank_median(apart, m) : INFINITY;
    free(apart);
    return 0;
}

/* The cells to guess before v[i], and the newest time so far. */
static size_t hole(double step, const struct ad_subseq_value *v, size_t i, size_t most,
                   double *newest)
{
    struct ad_subseq_value before = v[i ? i - 1 : 0];
    before.t = *newest;
    double cells = i ? ad_subseq_cells_between(step, &before, &v[i]) : 0;
    *newest = v[i].t < *newest ? *newest : v[i].t;
    return cells < (double)most ? (size_t)cells : most;
}

int ad_subseq_cells_make(struct ad_subseq_cells *c, const struct ad_subseq_value *v, size_t n)
{
    size_t guessed = 0, most = n / 8, at = 0;
    double newest = v->t;
    *c = (struct ad_subseq_cells){0};
    if (find_step(v, n, &c->step))
        return -1;
    for (size_t i = 0; i < n; i++)
        guessed += hole(c->step, v, i, most, &newest);
    if (guessed > n)
        guessed = most = 0;
    c->n = n + guessed;
    c->x = malloc((c->n + 1) * sizeof *c->x);
    c->row = malloc(c->n * sizeof *c->row);
    c->value = malloc(n * sizeof *c->value);
    c->gaps = guessed ? malloc((c->n + 1) * sizeof *c->gaps) : NULL;
    if (!c->x || !c->row || !c->value || (guessed && !c->gaps))
        return -1;
    guessed = 0;
    newest = v->t;
    for (size_t i = 0; i < n; i++) {
        size_t between = hole(c->step, v, i, most, &newest);
        for (size_t k = 0; k <= between; k++, at++) {
            bool guess = k < between;
            double part = (double)(k + 1) / (double)(between + 1);
            if (c->gaps)
                c->gaps[at] = guessed;
            guessed += guess && between > AD_SUBSEQ_NO_HOLE;
            c->x[at] = guess ? v[i - 1].x + (v[i].x - v[i - 1].x) * part : v[i].x;
            c->row[at] = guess ? v[i - 1].row : v[i].row;
        }
        c->value[i] = at - 1;
    }
    if (c->gaps)
        c->gaps[at] = guessed;
    return 0;
}
