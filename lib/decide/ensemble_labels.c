#include "decide/ensemble_labels.h"

#include "detect/detector.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define STEP 0.25

void ad_recall_init(struct ad_recall *r, size_t nscore, size_t most)
{
    *r = (struct ad_recall){.nscore = nscore, .most = most, .from = 1};
}

void ad_recall_free(struct ad_recall *r)
{
    free(r->t);
    free(r->surprise);
    free(r->x);
}

static int make_room(struct ad_recall *r, size_t least)
{
    size_t room = r->room ? r->room : 16;
    while (room < least && room <= r->most)
        room *= 2;
    room = room < r->most ? room : r->most;
    if (room > SIZE_MAX / sizeof(double) / (r->nscore + 1))
        return -1;
    double *t = realloc(r->t, room * sizeof *t);
    r->t = t ? t : r->t;
    float *s = realloc(r->surprise, room * sizeof *s);
    r->surprise = s ? s : r->surprise;
    float *x = realloc(r->x, room * r->nscore * sizeof *x);
    r->x = x ? x : r->x;
    if (!t || !s || !x)
        return -1;
    r->room = room;
    return 0;
}

int ad_recall_add(struct ad_recall *r, double t, const double *x, double surprise, bool told)
{
    if (r->most == 0)
        return 0;
    if (r->n == r->room && r->n < r->most && make_room(r, r->n + 1))
        return -1;
    size_t at = r->n < r->most ? r->n++ : r->next;
    r->next = r->n < r->most ? 0 : at + 1 < r->most ? at + 1 : 0;
    r->t[at] = t;
    r->surprise[at] = told ? NAN : (float)surprise;
    for (size_t j = 0; j < r->nscore; j++)
        r->x[at * r->nscore + j] = (float)x[j];
    r->from = 1;
    r->to = 0;
    return 0;
}

/* --- the line -----------------------------------------------------------------------------------
 */

/* One event more: `way` is 1 for a false alarm, -1 for a fault that was missed. */
static void move(struct ad_tuning *t, double surprise, int way, double s0, double range)
{
    double most = log(range), line = s0 + way * most;
    if (way > 0 ? surprise < line : surprise >= line)
        t->shift = fmin(fmax(t->shift + way * STEP, -most), most);
}

static void end_fault(struct ad_tuning *t, double s0, double range)
{
    if (t->fault && t->best < s0 + t->shift)
        move(t, t->best, -1, s0, range);
    t->fault = false;
}

void ad_tuning_next(struct ad_tuning *t, double surprise, double label, double s0, double range)
{
    if (label > 0.5) {
        t->best = t->fault ? fmax(t->best, surprise) : surprise;
        t->fault = true;
        t->alarm = false;
        return;
    }
    end_fault(t, s0, range);
    bool alarm = label < 0.5 && surprise >= s0 + t->shift;
    if (alarm && !t->alarm)
        move(t, surprise, 1, s0, range);
    t->alarm = alarm;
}

static void find_span(struct ad_recall *r)
{
    r->from = INFINITY;
    r->to = -INFINITY;
    for (size_t i = 0; i < r->n; i++) {
        r->from = fmin(r->from, r->t[i]);
        r->to = fmax(r->to, r->t[i]);
    }
}

void ad_recall_label(struct ad_recall *r, double from, double to, double label,
                     struct ad_tuning *tuning, double s0, double range,
                     void (*told)(void *arg, const float *x, double label), void *arg)
{
    /* The list is long, and most of it is about other times. */
    if (r->n && r->from > r->to)
        find_span(r);
    if (r->n == 0 || from > r->to || to < r->from)
        return;
    struct ad_tuning past = {.shift = tuning->shift};
    for (size_t k = 0; k < r->n; k++) {
        size_t i = (r->n < r->most ? 0 : r->next) + k;
        i -= i >= r->n ? r->n : 0;
        if (!(r->t[i] >= from && r->t[i] <= to) || isnan(r->surprise[i]))
            continue;
        ad_tuning_next(&past, (double)r->surprise[i], label, s0, range);
        told(arg, r->x + i * r->nscore, label);
        r->surprise[i] = NAN;
    }
    end_fault(&past, s0, range);
    tuning->shift = past.shift;
}

/* --- kept ---------------------------------------------------------------------------------------
 */

void ad_recall_save(const struct ad_recall *r, struct ad_save *out)
{
    ad_save_u64(out, r->n);
    for (size_t k = 0; k < r->n; k++) {
        size_t i = (r->n < r->most ? 0 : r->next) + k;
        i -= i >= r->n ? r->n : 0;
        ad_save_f64(out, r->t[i]);
        ad_save_f64(out, (double)r->surprise[i]);
        for (size_t j = 0; j < r->nscore; j++)
            ad_save_f64(out, (double)r->x[i * r->nscore + j]);
    }
}

static int load_one(struct ad_recall *r, size_t i, struct ad_load *in)
{
    double t = ad_load_f64(in), s = ad_load_f64(in);
    r->t[i] = t;
    r->surprise[i] = (float)s;
    if (!isfinite(t) || !(isnan(s) || (s >= 0 && s <= AD_SURPRISE_MAX)))
        return -1;
    for (size_t j = 0; j < r->nscore; j++) {
        double x = ad_load_f64(in);
        r->x[i * r->nscore + j] = (float)x;
        if (!(isnan(x) || (x >= 0 && x < 1 && (float)x < 1)))
            return -1;
    }
    return in->failed ? -1 : 0;
}

int ad_recall_load(struct ad_recall *r, struct ad_load *in)
{
    uint64_t n = ad_load_u64(in);
    /* Each takes a byte at least, so that no short text asks for much memory. */
    if (in->failed || n > r->most || n > in->in.len || (n && make_room(r, (size_t)n)))
        return -1;
    for (r->n = 0; r->n < n; r->n++)
        if (load_one(r, r->n, in))
            return -1;
    return 0;
}

void ad_tuning_save(const struct ad_tuning *t, struct ad_save *out)
{
    ad_save_f64s(out, (double[]){t->shift, t->best}, 2);
    ad_save_u64(out, t->fault);
    ad_save_u64(out, t->alarm);
}

int ad_tuning_load(struct ad_tuning *t, struct ad_load *in)
{
    double v[2];
    ad_load_f64s(in, v, 2);
    bool fault = ad_load_max(in, 1), alarm = ad_load_max(in, 1);
    *t = (struct ad_tuning){v[0], v[1], fault, alarm};
    return !in->failed && fabs(v[0]) <= 700 && v[1] >= 0 && v[1] <= AD_SURPRISE_MAX ? 0 : -1;
}
