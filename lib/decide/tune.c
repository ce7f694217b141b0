#include "decide/tune.h"

#include "base/number.h"

static int parse_budget(const char *text, double *per_day)
{
    static const struct {
        const char *unit;
        double per_day;
    } units[] = {{"hour", 24}, {"h", 24}, {"day", 1}, {"d", 1}, {"week", 1.0 / 7}, {"w", 1.0 / 7}};
    const char *slash = strchr(text, '/');
    double n;
    if (!slash || ad_number_parse((struct ad_str){text, (size_t)(slash - text)}, &n) || !(n >= 0))
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(slash + 1, units[i].unit) == 0) {
            *per_day = n * units[i].per_day;
            return 0;
        }
    return -1;
}

int ad_tune_parse(const char *text, struct ad_tune *tune, struct ad_err *err)
{
    static const char budget[] = "budget=", precision[] = "precision=";
    *tune = (struct ad_tune){AD_TUNE_NONE, 0};
    if (strcmp(text, "f1") == 0)
        tune->goal = AD_TUNE_F1;
    else if (strncmp(text, budget, sizeof budget - 1) == 0 &&
             parse_budget(text + sizeof budget - 1, &tune->amount) == 0)
        tune->goal = AD_TUNE_BUDGET;
    else if (strncmp(text, precision, sizeof precision - 1) == 0 &&
             ad_number_parse(ad_str_of(text + sizeof precision - 1), &tune->amount) == 0 &&
             tune->amount > 0 && tune->amount <= 1)
        tune->goal = AD_TUNE_PRECISION;
    return tune->goal == AD_TUNE_NONE
               ? ad_err_set(err, "--tune=%s: want f1, budget=2/day or precision=0.9", text)
               : 0;
}

size_t ad_tune_choose(const struct ad_tune *tune, const struct ad_curve *c, double anomalous,
                      double days)
{
    size_t best = c->n;
    double most = 0;
    for (size_t i = 0; i < c->n; i++) {
        double f1 = ad_f1(c->tp[i], c->fp[i], anomalous - c->tp[i]);
        bool good = false;
        if (tune->goal == AD_TUNE_F1)
            good = f1 > most;
        else if (tune->goal == AD_TUNE_BUDGET)
            good = c->fp[i] <= tune->amount * days;
        else if (tune->goal == AD_TUNE_PRECISION)
            good = c->tp[i] >= tune->amount * (c->tp[i] + c->fp[i]);
        if (good) {
            best = i;
            most = f1;
        }
    }
    return best;
}

double ad_tune_threshold(const struct ad_curve *c, size_t i)
{
    double next = i + 1 < c->n ? c->threshold[i + 1] : c->threshold[i];
    return isfinite(next) ? (c->threshold[i] + next) / 2 : c->threshold[i];
}

double ad_tune_alpha(double threshold, double alpha)
{
    if (!(threshold >= 0 && threshold < 1))
        return NAN;
    /* From 0.4999995 on a score is printed as 0.5. */
    const double printed = 0.5000005 / 0.4999995;
    return fmin(exp(log(alpha) * threshold / (1 - threshold) * printed), 0.1);
}
