#include "detect/features.h"

#include "maths/window.h"

#include <stdlib.h>

enum { SHORT = 10, LONG = 100 };

/* Fewest values that a mean or a spread is taken of. */
enum { SHORT_LEAST = 3, LONG_LEAST = 10 };

#define DAY 86400.0

const char *const ad_feature_name[AD_FEATURES] = {"value",           "change",         "rate",
                                                  "short deviation", "long deviation", "spread",
                                                  "range",           "time of day"};

struct ad_features {
    bool started;
    double last, when; /* the value before, and its time; NAN without one */
    struct ad_window near, far;
};

struct ad_features *ad_features_new(void)
{
    struct ad_features *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    ad_window_init(&f->near, SHORT, 0);
    ad_window_init(&f->far, LONG, 0);
    return f;
}

void ad_features_free(struct ad_features *f)
{
    if (!f)
        return;
    ad_window_free(&f->near);
    ad_window_free(&f->far);
    free(f);
}

static double range_of(const struct ad_recent *r)
{
    double min = ad_recent_at(r, 0), max = min;
    for (size_t i = 1; i < r->len; i++) {
        double x = ad_recent_at(r, i);
        min = x < min ? x : min;
        max = x > max ? x : max;
    }
    return max - min;
}

static double time_of_day(double wall)
{
    double day = wall / DAY;
    return day - floor(day);
}

int ad_features_next(struct ad_features *f, const struct ad_sample *s, double *out)
{
    double x = ad_moments_limit(s->x[0]);
    out[0] = s->x[0];
    out[1] = f->started ? x - f->last : NAN;
    out[2] = s->t > f->when ? out[1] / (s->t - f->when) : NAN;
    out[3] = f->near.last.len >= SHORT_LEAST ? x - f->near.mean : NAN;
    out[4] = f->far.last.len >= LONG_LEAST ? x - f->far.mean : NAN;
    if (ad_window_add(&f->near, x, NAN) || ad_window_add(&f->far, x, NAN))
        return -1;
    bool some = f->near.last.len >= SHORT_LEAST;
    out[5] = some ? sqrt(ad_window_variance(&f->near)) : NAN;
    out[6] = some ? range_of(&f->near.last) : NAN;
    out[7] = time_of_day(s->wall);
    f->last = x;
    f->when = s->t;
    f->started = true;
    return 0;
}

void ad_features_save(const struct ad_features *f, struct ad_save *out)
{
    ad_save_u64(out, f->started);
    ad_save_f64(out, f->last);
    ad_save_f64(out, f->when);
    ad_window_save(&f->near, out);
    ad_window_save(&f->far, out);
}

int ad_features_load(struct ad_features *f, struct ad_load *in)
{
    f->started = ad_load_max(in, 1);
    f->last = ad_load_finite(in);
    f->when = ad_load_f64(in);
    if (in->failed || isinf(f->when) || !ad_moments_holds(f->last))
        return -1;
    return ad_window_load(&f->near, in) || ad_window_load(&f->far, in) ? -1 : 0;
}
