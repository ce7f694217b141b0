#include "detect/subseq_live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In standard deviations of the series no value is farther out, so that it leaves no trace in the
 * sums that go along with the windows. */
#define FARTHEST 1e4

/* A part at work. */
struct view {
    struct ad_subseq_window table;
    struct ad_profile profile;
    struct ad_profile_walk walk;
    double found[AD_SUBSEQ_MOST]; /* features of the last window looked at */
    double distance;
};

struct ad_subseq_live {
    const struct ad_subseq_model *model;
    struct ad_subseq_value last;
    size_t seen;     /* values since all began anew */
    size_t at, room; /* the last values end before at */
    double *x;       /* [room] */
    size_t *guessed; /* [room] how many of all values so far were guessed */
    double *row;     /* [room] of each */
    double *y;       /* [longest] scratch */
    double z[AD_SUBSEQ_PARTS];
    struct view view[AD_SUBSEQ_PARTS];
};

void ad_subseq_live_free(struct ad_subseq_live *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < AD_SUBSEQ_PARTS; i++) {
        ad_subseq_window_free(&l->view[i].table);
        ad_profile_walk_free(&l->view[i].walk);
        ad_profile_free(&l->view[i].profile);
    }
    free(l->x);
    free(l->guessed);
    free(l->row);
    free(l->y);
    free(l);
}

static int open_view(struct view *v, const struct ad_subseq_part *part,
                     const struct ad_subseq_model *m)
{
    if (part->kind == AD_SUBSEQ_FEATURES)
        return ad_subseq_window_init(&v->table, part->w);
    enum ad_profile_kind kind = part->kind == AD_SUBSEQ_LEVEL ? AD_PROFILE_LEVEL : AD_PROFILE_SHAPE;
    return ad_profile_init(&v->profile, kind, m->x, m->n, part->w) ||
                   ad_profile_walk_init(&v->walk, &v->profile)
               ? -1
               : 0;
}

struct ad_subseq_live *ad_subseq_live_new(const struct ad_subseq_model *m)
{
    struct ad_subseq_live *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->model = m;
    /* A window and the value before it are always in one piece. */
    l->room = 4 * m->plan.longest;
    l->x = calloc(l->room, sizeof *l->x);
    l->guessed = calloc(l->room, sizeof *l->guessed);
    l->row = calloc(l->room, sizeof *l->row);
    l->y = malloc(m->plan.longest * sizeof *l->y);
    int rc = l->x && l->guessed && l->row && l->y ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < m->plan.n; i++)
        rc = open_view(&l->view[i], &m->plan.part[i], m);
    if (rc == 0)
        return l;
    ad_subseq_live_free(l);
    return NULL;
}

static void push(struct ad_subseq_live *l, double x, double row, bool guess)
{
    size_t keep = 2 * l->model->plan.longest;
    if (l->at == l->room) {
        memmove(l->x, l->x + l->at - keep, keep * sizeof *l->x);
        memmove(l->row, l->row + l->at - keep, keep * sizeof *l->row);
        memmove(l->guessed, l->guessed + l->at - keep, keep * sizeof *l->guessed);
        l->at = keep;
    }
    size_t before = l->at ? l->guessed[l->at - 1] : 0;
    l->x[l->at] = x;
    l->row[l->at] = row;
    l->guessed[l->at++] = before + guess;
    l->seen++;
}

/* Whether the last w values are real but for a few. */
static bool is_known(const struct ad_subseq_live *l, size_t w)
{
    size_t before = l->at > w ? l->guessed[l->at - w - 1] : 0;
    return l->guessed[l->at - 1] - before <= ad_subseq_guessed(w);
}

/* How strange a part finds the window that ends here, in its standard deviations. */
static double look(struct ad_subseq_live *l, size_t i)
{
    const struct ad_subseq_part *part = &l->model->plan.part[i];
    struct view *v = &l->view[i];
    if (l->seen < part->w)
        return 0;
    const double *x = l->x + l->at - part->w;
    if (part->kind != AD_SUBSEQ_FEATURES) {
        double far =
            ad_profile_find(&v->profile, &v->walk, x, l->seen - part->w, AD_PROFILE_NONE, part->q)
                .distance;
        v->distance = far > 0 ? sqrt(far) : 0;
    } else if ((l->seen - part->w) % v->table.hop == 0) {
        ad_subseq_window_features(&v->table, x, l->y, v->found);
        v->distance = ad_spread_distance(&part->spread, v->found, NULL);
    }
    return is_known(l, part->w) ? (v->distance - part->mean) / part->sd : 0;
}

static double add_up(struct ad_subseq_live *l)
{
    const struct ad_subseq_plan *plan = &l->model->plan;
    double sum = 0;
    for (size_t i = 0; i < plan->n; i++) {
        l->z[i] = look(l, i);
        sum += plan->part[i].weight * l->z[i];
    }
    return sum;
}

double ad_subseq_live_next(struct ad_subseq_live *l, const struct ad_subseq_value *v)
{
    const struct ad_subseq_model *m = l->model;
    double y = m->units.scale > 0 ? (v->x - m->units.center) / m->units.scale : 0;
    double left_out = l->seen ? ad_subseq_cells_between(m->step, &l->last, v) : 0;
    if (!(left_out < (double)m->plan.longest))
        l->seen = l->at = 0;
    for (double k = 0; l->seen && k < left_out; k++) {
        push(l, l->x[l->at - 1], l->last.row, left_out > AD_SUBSEQ_NO_HOLE);
        add_up(l);
    }
    push(l, y > FARTHEST ? FARTHEST : y < -FARTHEST ? -FARTHEST : y, v->row, false);
    double newest = l->last.t;
    l->last = *v;
    if (l->seen > 1 && v->t < newest)
        l->last.t = newest;
    double sum = add_up(l);
    if (l->seen < m->plan.longest)
        return NAN;
    return sum < INFINITY ? ad_tail_surprise(&m->tail, sum) : ad_tail_surprise(&m->tail, 1e150);
}

struct ad_subseq_reason ad_subseq_live_reason(const struct ad_subseq_live *l)
{
    const struct ad_subseq_plan *plan = &l->model->plan;
    size_t best = 0;
    for (size_t i = 1; i < plan->n; i++)
        if (l->z[i] > l->z[best])
            best = i;
    const struct ad_subseq_part *part = &plan->part[best];
    const struct view *v = &l->view[best];
    struct ad_subseq_anchor a = {.loudness = (float)l->z[best]};
    struct ad_subseq_reason r;
    double share[AD_SPREAD_MOST];
    if (part->kind == AD_SUBSEQ_FEATURES) {
        ad_spread_distance(&part->spread, v->found, share);
        for (size_t f = 1; f < v->table.features; f++)
            if (share[f] > share[a.feature])
                a.feature = (uint8_t)f;
        a.value = v->found[a.feature];
        a.usual = part->spread.median[a.feature];
    }
    size_t late = part->kind == AD_SUBSEQ_FEATURES ? (l->seen - part->w) % v->table.hop : 0;
    r = ad_subseq_reason_of(part, &a, &l->model->units);
    r.at = l->last.row;
    r.from = l->row[l->at - late - part->w];
    r.to = l->row[l->at - late - 1];
    return r;
}
