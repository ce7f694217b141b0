#include "maths/logistic.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct problem {
    const double *x, *y;
    size_t n, k;
    double penalty;
};

static double linear(const double *coef, size_t k, const double *x)
{
    double sum = coef[k];
    for (size_t j = 0; j < k; j++)
        sum += coef[j] * x[j];
    return sum;
}

static double sigmoid(double f)
{
    return f >= 0 ? 1 / (1 + exp(-f)) : exp(f) / (1 + exp(f));
}

double ad_logistic_at(const double *coef, size_t k, const double *x)
{
    return sigmoid(linear(coef, k, x));
}

static double loss(const struct problem *p, const double *coef)
{
    double sum = 0;
    for (size_t j = 0; j < p->k; j++)
        sum += p->penalty / 2 * coef[j] * coef[j];
    for (size_t i = 0; i < p->n; i++) {
        double f = linear(coef, p->k, p->x + i * p->k);
        sum += fmax(f, 0) - p->y[i] * f + log1p(exp(-fabs(f)));
    }
    return sum;
}

/* Gradient and, row by row, the lower triangle of the Hessian. */
static void derive(const struct problem *p, const double *coef, double *grad, double *hess)
{
    size_t k = p->k, m = k + 1;
    memset(grad, 0, m * sizeof *grad);
    memset(hess, 0, m * m * sizeof *hess);
    for (size_t i = 0; i < p->n; i++) {
        const double *x = p->x + i * k;
        double at = sigmoid(linear(coef, k, x)), off = at - p->y[i], w = at * (1 - at);
        for (size_t a = 0; a < m; a++) {
            double xa = a < k ? x[a] : 1;
            grad[a] += off * xa;
            for (size_t b = 0; b <= a; b++)
                hess[a * m + b] += w * xa * (b < k ? x[b] : 1);
        }
    }
    for (size_t a = 0; a < k; a++) {
        grad[a] += p->penalty * coef[a];
        hess[a * m + a] += p->penalty;
    }
}

/* Solve h s = g by Cholesky's decomposition, in place. Directions in which h is flat are left. */
static void solve(double *h, double *g, size_t m)
{
    const double DUST = 1e-12;
    for (size_t a = 0; a < m; a++) {
        double whole = h[a * m + a];
        for (size_t b = 0; b <= a; b++) {
            double sum = h[a * m + b];
            for (size_t c = 0; c < b; c++)
                sum -= h[a * m + c] * h[b * m + c];
            if (b < a)
                h[a * m + b] = h[b * m + b] > 0 ? sum / h[b * m + b] : 0;
            else
                h[a * m + a] = sum > DUST * whole && sum > 1e-300 ? sqrt(sum) : 0;
        }
    }
    for (size_t a = 0; a < m; a++) {
        for (size_t c = 0; c < a; c++)
            g[a] -= h[a * m + c] * g[c];
        g[a] = h[a * m + a] > 0 ? g[a] / h[a * m + a] : 0;
    }
    for (size_t a = m; a-- > 0;) {
        for (size_t c = a + 1; c < m; c++)
            g[a] -= h[c * m + a] * g[c];
        g[a] = h[a * m + a] > 0 ? g[a] / h[a * m + a] : 0;
    }
}

/* One step, halved until it leads down. Returns how far it went, 0 at the bottom. */
static double step(const struct problem *p, double *coef, double *best, double *next,
                   const double *s)
{
    for (double part = 1; part > 1e-12; part /= 2) {
        double most = 0;
        for (size_t a = 0; a <= p->k; a++) {
            next[a] = coef[a] - part * s[a];
            most = fmax(most, fabs(part * s[a]) / fmax(1, fabs(coef[a])));
        }
        double now = loss(p, next);
        if (now <= *best) {
            *best = now;
            memcpy(coef, next, (p->k + 1) * sizeof *coef);
            return most;
        }
    }
    return 0;
}

int ad_logistic_fit(const double *x, const double *y, size_t n, size_t k, double penalty,
                    double *coef)
{
    enum { STEPS = 100 };
    const struct problem p = {x, y, n, k, penalty};
    size_t m = k + 1;
    if (m > SIZE_MAX / sizeof(double) / (m + 2))
        return -1;
    double *work = malloc(m * (m + 2) * sizeof *work);
    if (!work)
        return -1;
    double *grad = work, *next = work + m, *hess = work + 2 * m;
    memset(coef, 0, m * sizeof *coef);
    double best = loss(&p, coef), moved = 1;
    for (int i = 0; i < STEPS && moved > 1e-10; i++) {
        derive(&p, coef, grad, hess);
        solve(hess, grad, m);
        moved = step(&p, coef, &best, next, grad);
    }
    free(work);
    return 0;
}

int ad_platt_fit(const double *score, const double *y, size_t n, double coef[2])
{
    double *target = n <= SIZE_MAX / sizeof *target ? malloc((n + 1) * sizeof *target) : NULL;
    if (!target)
        return -1;
    double ones = 0;
    for (size_t i = 0; i < n; i++)
        ones += y[i] > 0.5;
    for (size_t i = 0; i < n; i++)
        target[i] = y[i] > 0.5 ? (ones + 1) / (ones + 2) : 1 / ((double)n - ones + 2);
    int rc = ad_logistic_fit(score, target, n, 1, 0, coef);
    free(target);
    return rc;
}
