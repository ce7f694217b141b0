#include "detect/seasonal_model.h"

#include <math.h>
#include <stdlib.h>

/* The least a new value counts: phases remember about thirty seasons, their variances 160 values,
 * that of everything four times as long as the level remembers. */
static const double phase_gain = 0.06, vol_gain = 0.0125, about_gain = 0.25;

/* A slope is damped to 1/e in so many half-lives of the level. */
static const double damping = 50;

/* A little more than Gaussian values have, as if of fifty. */
static const struct ad_seasonal_mean unknown_fourth = {50, 4};

/* Values of a new level before anything else is learnt of them. */
static const double settled = 10;

enum { DAY = 86400 };

void ad_seasonal_model_init(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg,
                            const double *length, size_t n, double spacing)
{
    *m = (struct ad_seasonal_model){.nprofile = n, .at = (double)NAN, .shifted = (double)NAN};
    m->spacing = spacing;
    /* Twice as fine as records come, where clocks may change by half of that. */
    bool in_rows = cfg->nperiod > 0 && cfg->period[0].rows > 0;
    double phase = in_rows ? spacing : spacing / 2;
    for (size_t k = 0; k < n && k < AD_SEASONAL_MOST; k++)
        ad_seasonal_profile_init(&m->profile[k], length[k], length[0], phase, cfg->phases);
    if (cfg->holidays && n > 0 && n <= AD_SEASONAL_MOST)
        ad_seasonal_profile_init(&m->profile[n], DAY, DAY, phase, cfg->phases);
    ad_seasonal_drift_init(&m->drift, n > 0 ? length[0] : 48 * spacing, spacing);
    double half_life = cfg->half_life.rows + cfg->half_life.seconds;
    if (!(half_life > 0))
        half_life = n > 0 ? length[0] : 35 * spacing;
    m->half_life = half_life;
    m->trend = cfg->trend;
    m->gain = spacing > 0 ? -expm1(-log(2) * spacing / half_life) : 0.02;
    m->gain = m->gain < 0.3 ? m->gain : 0.3;
}

void ad_seasonal_model_free(struct ad_seasonal_model *m)
{
    for (size_t k = 0; k <= m->nprofile; k++)
        ad_seasonal_profile_free(&m->profile[k]);
}

/* --- what is expected --------------------------------------------------------------------------*/

/* A profile's part in the expectation of a sample. */
struct link {
    struct ad_seasonal_mean *bin, *vol;
    double n;
    double above, mean; /* what the profiles before it and the level add up to; its own part */
};

/* The profiles that a sample goes through: what their means add up to, what is expected, which is
 * shrunk, and the variance of that. A phase that was never seen is taken to lie between those
 * beside it; `lean` is how far from either. */
struct chain {
    struct link link[AD_SEASONAL_MOST];
    size_t n;
    double sum, expected, doubt, lean;
};

static void chain_add(struct chain *c, const struct ad_seasonal_profile *p, double at,
                      double about_parent, double about)
{
    struct link *l = &c->link[c->n++];
    size_t i = ad_seasonal_profile_bin(p, at);
    l->bin = &p->bin[i];
    l->vol = &p->vol[ad_seasonal_profile_vol(p, at)];
    l->above = c->sum;
    l->mean = l->bin->mean;
    l->n = l->bin->n;
    const struct ad_seasonal_mean *after = &p->bin[i + 1 < p->nbin ? i + 1 : 0];
    const struct ad_seasonal_mean *before = &p->bin[i > 0 ? i - 1 : p->nbin - 1];
    if (!(l->n > 0) && after->n > 0 && before->n > 0) {
        l->mean = (before->mean + after->mean) / 2;
        l->n = 1;
        c->lean += (after->mean - before->mean) / 2;
    }
    c->sum += l->mean;
    double least = about * 1e-6, spread = about_parent - about;
    spread = spread > least ? spread : least;
    double worth = spread > 0 ? about / spread + 1e-3 : 1, kept = worth / (l->n + worth);
    c->expected = kept * c->expected + (1 - kept) * c->sum;
    c->doubt = spread * kept + kept * kept * c->doubt;
}

/* How long a slope is worth that is damped: less and less. */
static double damped(const struct ad_seasonal_model *m, double ahead)
{
    double most = damping * m->half_life;
    return ahead > 0 ? -most * expm1(-ahead / most) : 0;
}

static void chain_make(const struct ad_seasonal_model *m, const struct ad_seasonal_place *place,
                       struct chain *c)
{
    const struct ad_seasonal_mean *about = m->about;
    *c = (struct chain){0};
    c->sum = c->expected = m->level.mean + m->slope * damped(m, place->at - m->at);
    c->doubt = m->level.n > 0 ? about[m->ready].mean / m->level.n : 0;
    size_t n = place->holiday && m->ready > 1 ? 1 : m->ready;
    for (size_t k = 0; k < n; k++)
        chain_add(c, &m->profile[k], place->phase, about[k].mean, about[k + 1].mean);
    const struct ad_seasonal_profile *special = &m->profile[m->nprofile];
    if (place->holiday && m->ready > 0 && special->bin)
        chain_add(c, special, place->phase, m->holiday.n > 0 ? m->holiday.mean : about[0].mean,
                  about[m->ready].mean);
    c->doubt += c->lean * c->lean;
}

/* How many values the variance about p[k] is worth to a phase of profile k: squares whose own
 * variances are drawn around it by an inverse chi-squared law of m degrees of freedom have a mean
 * fourth power of 3 (m - 2)/(m - 4) in its units. */
static double vol_prior(const struct ad_seasonal_model *m, size_t k)
{
    double excess = m->fourth[k].mean / 3 - 1;
    return excess > 0.005 ? 4 + 2 / excess : 400;
}

/* The variance of a phase, shrunk from that of all through its links up to n; *nu becomes how many
 * values it is worth. */
static double phase_variance(const struct ad_seasonal_model *m, const struct chain *c, size_t n,
                             double *nu)
{
    double variance = m->about[m->ready].mean;
    *nu = m->about[m->ready].n;
    for (size_t k = 0; k < n; k++) {
        const struct ad_seasonal_mean *vol = c->link[k].vol;
        double prior = vol_prior(m, k);
        prior = prior < *nu ? prior : *nu;
        *nu = vol->n + prior;
        variance = *nu > 0 ? (vol->n * vol->mean + prior * variance) / *nu : variance;
    }
    return variance;
}

/* What lies farther ahead than the next value is known less, as the level wanders with a variance q
 * a step, and since a slope learnt with the gain g from values of variance v is known up to
 * g q/8 + g^3 v/32: that is what the response to a step, g^2/4 t exp(-g t/2), and its derivative
 * make of them. Degrees of freedom are those of the sum (Satterthwaite 1946). */
static void add_drift(const struct ad_seasonal_model *m, double ahead,
                      struct ad_seasonal_estimate *e)
{
    double nu, own = e->variance, g = m->gain;
    double more = ad_seasonal_drift_variance(&m->drift, ahead, &nu);
    if (m->trend && ahead > 0 && m->spacing > 0) {
        double q = more / ahead * m->spacing, steps = damped(m, ahead) / m->spacing;
        more += steps * steps * (g * q / 8 + g * g * g * own / 32);
    }
    if (!(more > 0))
        return;
    nu = nu > 1 ? nu : 1;
    e->variance = own + more;
    e->nu = e->variance * e->variance / (own * own / e->nu + more * more / nu);
}

void ad_seasonal_model_estimate(const struct ad_seasonal_model *m,
                                const struct ad_seasonal_place *place,
                                struct ad_seasonal_estimate *e)
{
    struct chain c;
    if (m->ready < m->nprofile) {
        /* What comes in the rest of a first season is not known: only what is far out of all that
         * has been is told from it. */
        chain_make(m, place, &c);
        e->center = m->ready > 0 ? c.expected : m->all.mean;
        e->variance = ad_moments_variance(&m->all) * (1 + 1 / m->all.n);
        e->nu = 1;
        return;
    }
    chain_make(m, place, &c);
    e->center = c.expected;
    double noise = m->about[m->ready].mean, variance = phase_variance(m, &c, c.n, &e->nu);
    e->variance = noise > 0 ? variance * (1 + c.doubt / noise) : variance + c.doubt;
    add_drift(m, place->at - m->at - m->spacing, e);
}

/* --- learning ----------------------------------------------------------------------------------*/

/* Part of a phase's memory that one value is: phases that several values of a season fall into
 * remember as many seasons as others. */
static double least_gain(const struct ad_seasonal_model *m, const struct ad_seasonal_profile *p)
{
    double per_visit = m->spacing > 0 ? p->length / (double)p->nbin / m->spacing : 1;
    return phase_gain / (per_visit > 1 ? per_visit : 1);
}

/* What the phases of profile k have in common within each phase of the one before, or in all,
 * belongs there. */
static int hand_up(struct ad_seasonal_model *m, size_t k)
{
    struct ad_seasonal_profile *p = &m->profile[k], *up = k ? p - 1 : NULL;
    size_t n = up ? up->nbin : 1;
    struct ad_seasonal_mean *common = calloc(n, sizeof *common);
    if (!common)
        return -1;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < p->nbin; i++) {
            double into = (double)i * p->length / (double)p->nbin;
            double at = p->since + fmod(into - fmod(p->since, p->length) + p->length, p->length);
            size_t j = up ? ad_seasonal_profile_bin(up, at) : 0;
            if (p->bin[i].n > 0 && pass == 0)
                ad_seasonal_mean_add(&common[j], p->bin[i].mean, 0);
            else if (p->bin[i].n > 0)
                p->bin[i].mean -= common[j].mean;
        }
    for (size_t j = 0; j < n; j++) {
        struct ad_seasonal_mean *to = up ? &up->bin[j] : &m->level;
        to->mean += common[j].mean;
        to->n += common[j].n;
    }
    free(common);
    return 0;
}

/* The first season of profile `ready` is over. */
static int finish_first(struct ad_seasonal_model *m)
{
    if (hand_up(m, m->ready))
        return -1;
    if (m->ready == 0)
        m->about[0] = (struct ad_seasonal_mean){m->all.n, ad_moments_variance(&m->all)};
    m->ready++;
    m->about[m->ready] = (struct ad_seasonal_mean){0, m->about[m->ready - 1].mean};
    m->fourth[m->ready - 1] = unknown_fourth;
    m->level.n = m->all.n;
    return 0;
}

/* How far from the mean of its phase a value is, by itself: squared, as one of an exact mean. */
static double square_from(const struct link *l, double x)
{
    double off = x - l->above - l->mean;
    return off * off / (1 + 1 / l->bin->n);
}

/* Before all profiles have seen a season: the others stay as they are, so that phases can be
 * compared. */
static int learn_first(struct ad_seasonal_model *m, const struct ad_seasonal_place *place, double x)
{
    struct ad_seasonal_profile *p = &m->profile[m->ready];
    if (isnan(p->since)) {
        if (m->ready == 0)
            m->level = (struct ad_seasonal_mean){1, m->all.mean};
        if (ad_seasonal_profile_begin(p, place->at))
            return -1;
    }
    if (!place->holiday) {
        struct chain c;
        chain_make(m, place, &c);
        ad_seasonal_mean_add(&p->bin[ad_seasonal_profile_bin(p, place->phase)], x - c.sum, 0);
        if (c.n > 0 && c.link[c.n - 1].bin->n > 0)
            ad_seasonal_mean_add(&m->about[c.n], square_from(&c.link[c.n - 1], x), 0);
    }
    return place->at - p->since >= p->length ? finish_first(m) : 0;
}

/* The variances: about each expectation on the way, and those of the phases. */
static void learn_noise(struct ad_seasonal_model *m, struct chain *c, double x, double inflate)
{
    double least = m->gain * about_gain, nu, off = x - (c->n ? c->link[0].above : c->sum);
    double square = off * off * inflate / (1 + (m->level.n > 0 ? 1 / m->level.n : 0));
    ad_seasonal_mean_add(&m->about[0], square, least);
    for (size_t k = 0; k < c->n && c->link[k].bin->n > 0; k++) {
        square = square_from(&c->link[k], x) * inflate;
        ad_seasonal_mean_add(&m->about[k + 1], square, least);
    }
    if (c->n == 0 || !(c->link[c->n - 1].bin->n > 0))
        return;
    for (size_t k = 0; k < c->n; k++) {
        double variance = phase_variance(m, c, k, &nu), ratio = square / variance;
        if (variance > 0 && nu >= 30)
            ad_seasonal_mean_add(&m->fourth[k], ratio < 100 ? ratio * ratio : 1e4, least);
        ad_seasonal_mean_add(c->link[k].vol, square, vol_gain);
    }
}

/* All learn from the distance that the means leave in the end, so that none of them follows what
 * is another one's. What is new to the last profile is all its own. */
static void learn_chain(struct ad_seasonal_model *m, struct chain *c, double off)
{
    if (c->n == 0)
        return;
    const struct link *last = &c->link[c->n - 1];
    bool first = !(last->bin->n > 0);
    for (size_t k = 0; k < c->n; k++) {
        struct link *l = &c->link[k];
        if (first && l != last && !(l->bin->n > 0) && l->n > 0)
            *l->bin = (struct ad_seasonal_mean){1, l->mean};
        else if (!first || l == last)
            ad_seasonal_mean_add(l->bin, l->mean + off, least_gain(m, &m->profile[k]));
    }
}

/* Where the level is said to be by now, `ahead` on from the last value, off from what was expected.
 */
static void learn_level(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg, double at,
                        double off, double ahead)
{
    double passed = at > m->at ? at - m->at : 0, longest = 10 * m->spacing;
    double steps = m->spacing > 0 ? passed / m->spacing : 1, gain = m->gain;
    if (steps < 0.99 || steps > 1.01)
        gain = steps < 10 ? -expm1(log1p(-m->gain) * steps) : 10 * m->gain;
    gain = gain < 0.3 ? gain : 0.3;
    passed = passed < longest ? passed : longest;
    passed = passed > m->spacing ? passed : m->spacing;
    m->level.mean = ad_moments_limit(m->level.mean + ahead);
    ad_seasonal_mean_add(&m->level, m->level.mean + off, gain);
    if (!cfg->trend || !(passed > 0))
        return;
    m->slope *= exp(-passed / (damping * m->half_life));
    m->slope = ad_moments_limit(m->slope + gain * gain / 4 * off / passed);
}

static int learn_holiday(struct ad_seasonal_model *m, const struct ad_seasonal_place *place,
                         double x, double inflate)
{
    struct ad_seasonal_profile *p = &m->profile[m->nprofile];
    if (!p->bin && ad_seasonal_profile_begin(p, place->at))
        return -1;
    struct chain c;
    chain_make(m, place, &c);
    const struct link *l = &c.link[c.n - 1];
    double off = x - l->above;
    ad_seasonal_mean_add(&m->holiday, off * off * inflate, m->gain * about_gain);
    ad_seasonal_mean_add(l->bin, off, least_gain(m, p));
    return 0;
}

int ad_seasonal_model_learn(struct ad_seasonal_model *m, const struct ad_seasonal_cfg *cfg,
                            const struct ad_seasonal_place *place, double x, double inflate)
{
    x = ad_moments_limit(x);
    if (isnan(m->at))
        m->at = place->at;
    if (m->ready < m->nprofile) {
        ad_moments_add(&m->all, x);
        m->at = place->at > m->at ? place->at : m->at;
        return learn_first(m, place, x);
    }
    if (place->holiday && m->nprofile > 0)
        return learn_holiday(m, place, x, inflate);
    struct chain c;
    chain_make(m, place, &c);
    double ahead = (c.n ? c.link[0].above : c.sum) - m->level.mean;
    if (m->level.n >= settled || m->nprofile == 0) {
        learn_noise(m, &c, x, inflate);
        learn_chain(m, &c, x - c.sum);
    }
    ad_seasonal_drift_add(&m->drift, place->at, m->level.mean + ahead + x - c.sum, m->slope,
                          m->spacing);
    learn_level(m, cfg, place->at, x - c.sum, ahead);
    m->at = place->at > m->at ? place->at : m->at;
    return 0;
}

void ad_seasonal_model_doubt(struct ad_seasonal_model *m)
{
    m->about[m->ready].n = 0;
    for (size_t k = 0; k < m->ready; k++) {
        m->fourth[k] = unknown_fourth;
        for (size_t i = 0; i < m->profile[k].nvol; i++)
            m->profile[k].vol[i].n = 0;
    }
}

bool ad_seasonal_model_shift(struct ad_seasonal_model *m)
{
    if (m->ready < m->nprofile)
        return true;
    double longest = m->nprofile ? m->profile[m->nprofile - 1].length : 0;
    if (m->nprofile == 0 || m->at - m->shifted < longest)
        return false;
    m->shifted = m->at;
    ad_seasonal_drift_break(&m->drift);
    m->level.n = 0;
    m->slope = 0;
    return true;
}
