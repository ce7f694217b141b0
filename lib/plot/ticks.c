#include "plot/ticks.h"
#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Marks are decimal numbers, k * 10^e, until they are drawn: so labels are exact. */
struct decimal {
    int64_t k;
    int e;
};

/* A label shows its number divided by 10^power, and says so. */
struct form {
    int power;
    bool exponent; /* e3, not k */
};

/* How many characters longer a label may be to spare its reader an exponent. */
enum { SPARED = 3 };

/* The nearest double, infinite beyond them. */
static double value_of(struct decimal d)
{
    char text[AD_NUMBER_MAX];
    double x = 0;
    snprintf(text, sizeof text, "%" PRId64 "e%d", d.k, d.e);
    return ad_number_parse(ad_str_of(text), &x) == 0 ? x : copysign(HUGE_VAL, (double)d.k);
}

static int digits_of(struct decimal d)
{
    int n = 1;
    for (int64_t k = d.k / 10; k; k /= 10)
        n++;
    return n;
}

/* The power of ten of the first digit. */
static int magnitude(struct decimal d)
{
    return digits_of(d) - 1 + d.e;
}

static void print_suffix(struct form f, char out[8])
{
    static const char letter[] = "kMGT";
    if (f.power == 0)
        *out = '\0';
    else if (f.exponent)
        snprintf(out, 8, "e%d", f.power);
    else
        snprintf(out, 8, "%c", letter[f.power / 3 - 1]);
}

static int length(struct decimal d, struct form f)
{
    char suffix[8];
    print_suffix(f, suffix);
    int decimals = f.power > d.e ? f.power - d.e : 0, whole = magnitude(d) - f.power + 1;
    return (d.k < 0) + (whole > 1 ? whole : 1) + decimals + (decimals > 0) + (int)strlen(suffix) +
           (f.exponent ? SPARED : 0);
}

/* What suits both of two numbers with the same e: the shortest, of those the smallest unit with
 * which there are no more than four digits before the point. */
static struct form form_for(struct decimal a, struct decimal b)
{
    int most = magnitude(a) > magnitude(b) ? magnitude(a) : magnitude(b);
    struct form best = {0, false};
    int shortest = 0;
    for (int power = 0; power <= 15; power += 3) {
        struct form f = {power, false};
        if (power == 15)
            f = (struct form){most, true};
        else if (power && (power > most || most >= 15))
            continue;
        int first = length(a, f), last = length(b, f), len = first > last ? first : last;
        bool long_whole = most - best.power + 1 > 4;
        if (power == 0 || len < shortest || (len == shortest && long_whole)) {
            best = f;
            shortest = len;
        }
    }
    return best;
}

static char *put(char *out, const char *s, int n)
{
    memcpy(out, s, (size_t)n);
    return out + n;
}

static void print(struct decimal d, struct form f, char out[AD_TICK_TEXT])
{
    int decimals = f.power > d.e ? f.power - d.e : 0, zeros = d.e > f.power ? d.e - f.power : 0;
    if (d.k == 0) {
        snprintf(out, AD_TICK_TEXT, "0");
        return;
    }
    char digits[2 * AD_TICK_TEXT], *p = out;
    int64_t size = d.k < 0 ? -d.k : d.k;
    int whole = snprintf(digits, sizeof digits, "%0*" PRId64, decimals + 1, size) - decimals;
    if (d.k < 0)
        *p++ = '-';
    p = put(p, digits, whole);
    memset(p, '0', (size_t)zeros);
    p += zeros;
    if (decimals)
        *p++ = '.';
    p = put(p, digits + whole, decimals);
    print_suffix(f, p);
}

/* The finest round step that is not below `least`; the widest if there is none. */
static struct decimal step_of(double least)
{
    static const int64_t round[] = {1, 2, 5};
    struct decimal step = {1, (int)floor(log10(least)) - 1};
    for (int i = 0;; i = (i + 1) % 3) {
        struct decimal next = {round[i], step.e + (step.k == 5)};
        double size = value_of(next);
        if (isinf(size))
            return step;
        step = next;
        if (size >= least)
            return step;
    }
}

/* The distance to the next smaller number. */
static double spacing(double x)
{
    return x - nextafter(x, 0);
}

/* Which multiple of the step is not above low, nor far below. */
static int64_t first_multiple(double low, struct decimal step)
{
    double size = value_of(step);
    int64_t i = (int64_t)floor(low / size);
    /* Subnormal steps are off by up to a hundredth. */
    for (int again = 0; size < DBL_MIN && again < 16; again++)
        i += (int64_t)floor((low - value_of((struct decimal){i * step.k, step.e})) / size);
    return i - 2;
}

/* The multiples of a step of at least `finest` from low to high. */
static size_t find_linear(double low, double high, double finest, size_t wanted,
                          struct decimal mark[AD_TICKS_MOST])
{
    /* Steps below this would have marks that are the same double. */
    double least = fmax(finest, spacing(fmax(fabs(low), fabs(high))));
    double apart = high / (double)wanted - low / (double)wanted;
    struct decimal step = step_of(fmin(fmax(least, 0.7 * apart), DBL_MAX));
    size_t n = 0;
    for (int64_t i = first_multiple(low, step); n < AD_TICKS_MOST; i++) {
        struct decimal d = {i * step.k, step.e};
        double at = value_of(d);
        if (at > high)
            break;
        if (at >= low)
            mark[n++] = d;
    }
    return n;
}

static size_t mark_linear(double low, double high, double finest, size_t wanted,
                          struct ad_tick tick[AD_TICKS_MOST])
{
    struct decimal mark[AD_TICKS_MOST];
    size_t n = 0;
    for (size_t more = 0; n < 2 && more < 4; more++)
        n = find_linear(low, high, finest, wanted + more, mark);
    if (n == 0)
        return 0;
    struct form form = form_for(mark[0], mark[n - 1]);
    for (size_t i = 0; i < n; i++) {
        tick[i] = (struct ad_tick){.at = value_of(mark[i])};
        print(mark[i], form, tick[i].text);
    }
    return n;
}

/* The first `each` of 1, 2, 5 times the powers of ten that are multiples of `apart`. */
static size_t find_log(double low, double high, int apart, int each,
                       struct decimal mark[AD_TICKS_MOST])
{
    static const int64_t round[] = {1, 2, 5};
    size_t n = 0;
    int first = (int)floor(log10(low)) - 1;
    for (int e = first - first % apart - apart; n < AD_TICKS_MOST; e += apart)
        for (int i = 0; i < each && n < AD_TICKS_MOST; i++) {
            struct decimal d = {round[i], e};
            double at = value_of(d);
            if (at > high)
                return n;
            if (at >= low)
                mark[n++] = d;
        }
    return n;
}

static size_t mark_log(double low, double high, size_t wanted, struct ad_tick tick[AD_TICKS_MOST])
{
    static const int apart[] = {1, 2, 3, 5, 10, 20, 50, 100, 200};
    struct decimal mark[AD_TICKS_MOST];
    size_t n = find_log(low, high, 1, 3, mark), most = wanted + wanted / 2;
    if (n < 3)
        return mark_linear(low, high, 0, wanted, tick);
    for (size_t i = 0; n > most && i < sizeof apart / sizeof *apart; i++) {
        size_t fewer = find_log(low, high, apart[i], 1, mark);
        if (fewer < 2) {
            n = find_log(low, high, i ? apart[i - 1] : 1, i ? 1 : 3, mark);
            break;
        }
        n = fewer;
    }
    bool exponents = false;
    for (size_t i = 0; i < n; i++)
        exponents = exponents || form_for(mark[i], mark[i]).exponent;
    for (size_t i = 0; i < n; i++) {
        struct form form = form_for(mark[i], mark[i]);
        tick[i] = (struct ad_tick){.at = value_of(mark[i])};
        print(mark[i], exponents ? (struct form){magnitude(mark[i]), true} : form, tick[i].text);
    }
    return n;
}

static size_t within(size_t wanted)
{
    enum { MOST = AD_TICKS_MOST / 2 };
    return wanted < 1 ? 1 : wanted > MOST ? MOST : wanted;
}

size_t ad_ticks_numbers(double low, double high, bool log, size_t wanted,
                        struct ad_tick tick[AD_TICKS_MOST])
{
    if (!isfinite(low) || !isfinite(high) || low >= high)
        return 0;
    return log && low > 0 ? mark_log(low, high, within(wanted), tick)
                          : mark_linear(low, high, 0, within(wanted), tick);
}

size_t ad_ticks_rows(double from, double to, size_t wanted, struct ad_tick tick[AD_TICKS_MOST])
{
    if (!isfinite(from) || !isfinite(to) || from > to)
        return 0;
    return mark_linear(from, to, 1, within(wanted), tick);
}

void ad_ticks_say_value(double value, struct ad_buf *out)
{
    enum { SHOWN = 4 };
    char text[AD_TICK_TEXT];
    if (!isfinite(value)) {
        if (!isnan(value))
            ad_buf_addz(out, value < 0 ? "-inf" : "inf");
        return;
    }
    /* Whatever stands for the point in this locale is not a digit. */
    snprintf(text, sizeof text, "%.*e", SHOWN - 1, value);
    struct decimal d = {0, 0};
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            d.k = 10 * d.k + (*p - '0');
    d.e = (int)strtol(p + 1, NULL, 10) - (SHOWN - 1);
    for (; d.k && d.k % 10 == 0; d.k /= 10)
        d.e++;
    if (value < 0)
        d.k = -d.k;
    int size = d.k ? magnitude(d) : 0;
    struct form form = {0, false};
    if (size >= 15 || size < -5)
        form = (struct form){size, true};
    else if (size >= SHOWN)
        form.power = size - size % 3;
    print(d, form, text);
    ad_buf_addz(out, text);
}

void ad_ticks_say_count(uint64_t n, struct ad_buf *out)
{
    char digits[32], *p = digits + sizeof digits;
    for (int count = 0; count == 0 || n; count++, n /= 10) {
        if (count && count % 3 == 0)
            *--p = ',';
        *--p = (char)('0' + n % 10);
    }
    ad_buf_add(out, p, (size_t)(digits + sizeof digits - p));
}
