#include "base/number.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SIZEOF_INT128__) && !defined(AD_NO_INT128)
#define AD_WIDE
__extension__ typedef unsigned __int128 wide;
#endif

enum { EXACT_POW10 = 22, EXACT_POW5 = 27, U64_DIGITS = 19, SHOWN = 10 };

static const double pow10_double[EXACT_POW10 + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Digits and a power of ten as they stand in the text; `mantissa` has wrapped when there are more
 * than U64_DIGITS significant digits. */
struct decimal {
    const char *digits, *end; /* with the point among them */
    uint64_t mantissa;
    size_t count, fraction; /* digits, and those of them after the point */
    long long exponent;     /* of mantissa: what e says less fraction */
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Past the digits at p, which x takes in. */
static inline const char *scan_digits(const char *p, const char *end, uint64_t *x)
{
    for (; p < end && is_digit(*p); p++)
        *x = 10 * *x + (uint64_t)(*p - '0');
    return p;
}

/* What follows the e, which must reach to the end. An exponent far beyond any text's length may be
 * capped: the value is 0 or overflows. */
static bool scan_exponent(const char *p, const char *end, long long *exponent)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end)
        return false;
    long long e = 0;
    for (; p < end && is_digit(*p); p++)
        if (e < LLONG_MAX / 100)
            e = 10 * e + (*p - '0');
    *exponent = negative ? -e : e;
    return p == end;
}

static inline bool scan(struct ad_str v, struct decimal *d)
{
    const char *p = v.s, *end = v.s + v.len;
    d->negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    d->digits = p;
    d->mantissa = 0;
    d->fraction = 0;
    p = scan_digits(p, end, &d->mantissa);
    d->count = (size_t)(p - d->digits);
    if (p < end && *p == '.') {
        const char *first = ++p;
        p = scan_digits(p, end, &d->mantissa);
        d->fraction = (size_t)(p - first);
        d->count += d->fraction;
    }
    d->end = p;
    d->exponent = -(long long)d->fraction;
    if (d->count == 0 || p == end)
        return d->count > 0;
    long long e;
    if ((*p != 'e' && *p != 'E') || !scan_exponent(p + 1, end, &e))
        return false;
    d->exponent += e;
    return true;
}

/* Whether the digits fit the mantissa. */
static inline bool is_short(const struct decimal *d)
{
    size_t count = d->count;
    for (const char *p = d->digits; count > U64_DIGITS && (*p == '0' || *p == '.'); p++)
        count -= *p == '0';
    return count <= U64_DIGITS;
}

#ifdef AD_WIDE
/* clang-format off: one number a line otherwise */
static const uint64_t pow5[EXACT_POW5 + 1] = {1,
                                              5,
                                              25,
                                              125,
                                              625,
                                              3125,
                                              15625,
                                              78125,
                                              390625,
                                              1953125,
                                              9765625,
                                              48828125,
                                              244140625,
                                              1220703125,
                                              6103515625,
                                              30517578125,
                                              152587890625,
                                              762939453125,
                                              3814697265625,
                                              19073486328125,
                                              95367431640625,
                                              476837158203125,
                                              2384185791015625,
                                              11920928955078125,
                                              59604644775390625,
                                              298023223876953125,
                                              1490116119384765625,
                                              7450580596923828125};
/* clang-format on */

/* The double nearest to (q + less than 1, more than 0 if sticky) * 2^exponent, ties to even;
 * q has 62 bits or more and the result must be normal. */
static double round_bits(uint64_t q, int exponent, bool sticky)
{
    int lead = __builtin_clzll(q);
    q <<= lead;
    uint64_t bits = q >> 11, rest = q & 0x7ff;
    bits += rest > 0x400 || (rest == 0x400 && (sticky || (bits & 1)));
    /* the leading bit, and a carry out of rounding, add to the exponent field */
    bits += (uint64_t)(exponent - lead + 11 + 52 + 1022) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* m * 10^e, m > 0 and |e| <= EXACT_POW5, from the exact product or quotient with 5^|e|. */
static double scale_exactly(uint64_t m, int e)
{
    uint64_t power = pow5[e < 0 ? -e : e];
    int m_lead = __builtin_clzll(m), p_lead = __builtin_clzll(power);
    m <<= m_lead;
    power <<= p_lead;
    if (e >= 0) {
        wide product = (wide)m * power;
        return round_bits((uint64_t)(product >> 64), 64 - m_lead - p_lead + e,
                          (uint64_t)product != 0);
    }
    wide dividend = (wide)m << 63; /* its upper half is below power: the quotient has 64 bits */
    uint64_t quotient = (uint64_t)(dividend / power);
    return round_bits(quotient, p_lead - m_lead - 63 + e, dividend != (wide)quotient * power);
}
#endif

/* strtod on the digits without their point, so that no locale matters. What follows the 800th
 * significant digit can only break a tie: one nonzero digit stands for it. */
static double convert_slowly(struct decimal d)
{
    enum { MOST = 800 };
    char text[MOST + 32];
    size_t n = 0;
    long long exponent = d.exponent;
    for (const char *p = d.digits; p < d.end; p++) {
        if (*p == '.' || (n == 0 && *p == '0'))
            continue;
        if (n < MOST) {
            text[n++] = *p;
            continue;
        }
        exponent++;
        if (*p != '0')
            text[MOST - 1] = '1';
    }
    if (n == 0)
        return 0;
    snprintf(text + n, sizeof text - n, "e%lld", exponent);
    return strtod(text, NULL);
}

static inline double convert(const struct decimal *d)
{
    if (!is_short(d))
        return convert_slowly(*d);
    uint64_t m = d->mantissa;
    long long e = d->exponent;
    if (m <= (uint64_t)1 << 53 && e <= 0 && e >= -EXACT_POW10)
        return (double)m / pow10_double[-e];
    if (m <= (uint64_t)1 << 53 && e > 0 && e <= EXACT_POW10)
        return (double)m * pow10_double[e];
#ifdef AD_WIDE
    if (m > 0 && e >= -EXACT_POW5 && e <= EXACT_POW5)
        return scale_exactly(m, (int)e);
#endif
    return convert_slowly(*d);
}

int ad_number_parse(struct ad_str v, double *out)
{
    struct decimal d;
    if (v.len == 0 || !scan(v, &d))
        return -1;
    double x = convert(&d);
    *out = d.negative ? -x : x;
    return isinf(x) ? -1 : 0;
}

int ad_number_parse_u64(struct ad_str v, unsigned long long *out)
{
    unsigned long long x = 0;
    for (size_t i = 0; i < v.len; i++) {
        unsigned digit = (unsigned)(v.s[i] - '0');
        if (!is_digit(v.s[i]) || x > (ULLONG_MAX - digit) / 10)
            return -1;
        x = 10 * x + digit;
    }
    *out = x;
    return v.len ? 0 : -1;
}

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

bool ad_number_is_json(struct ad_str v)
{
    if (v.len == 0)
        return false;
    const char *p = v.s, *end = v.s + v.len;
    if (*p == '-')
        p++;
    const char *digits = p;
    p = skip_digits(p, end);
    bool ok = p > digits && (p == digits + 1 || *digits != '0');
    if (p < end && *p == '.') {
        digits = ++p;
        p = skip_digits(p, end);
        ok = ok && p > digits;
    }
    long long exponent;
    if (p < end && (*p == 'e' || *p == 'E'))
        return ok && scan_exponent(p + 1, end, &exponent);
    return ok && p == end;
}

/* x > 0 as digits, SHOWN of them, and the power of ten of the first. */
struct shown {
    uint64_t digits;
    int exponent;
};

/* Whatever stands for the point in this locale is not a digit. */
static struct shown show_slowly(double x)
{
    char text[AD_NUMBER_MAX];
    snprintf(text, sizeof text, "%.*e", SHOWN - 1, x);
    struct shown out = {0, 0};
    const char *p = text;
    for (; *p != 'e'; p++)
        if (is_digit(*p))
            out.digits = 10 * out.digits + (uint64_t)(*p - '0');
    out.exponent = (int)strtol(p + 1, NULL, 10);
    return out;
}

#ifdef AD_WIDE
/* x = *mantissa / 2^shift for a normal x > 0. Returns shift. */
static inline int split(double x, uint64_t *mantissa)
{
    uint64_t bits, hidden = (uint64_t)1 << 52;
    memcpy(&bits, &x, sizeof bits);
    *mantissa = (bits & (hidden - 1)) | hidden;
    return 1023 + 52 - (int)(bits >> 52);
}

/* a * b / 2^shift rounded half to even, 0 < shift < 128. */
static inline uint64_t scale_up(uint64_t a, uint64_t b, int shift)
{
    wide product = (wide)a * b, half = (wide)1 << (shift - 1);
    uint64_t whole = (uint64_t)(product >> shift);
    wide rest = product & (half + half - 1);
    return whole + (rest > half || (rest == half && (whole & 1)));
}

/* a / divisor rounded half to even, divisor even. */
static inline uint64_t scale_down(uint64_t a, uint64_t divisor)
{
    uint64_t whole = a / divisor, rest = a % divisor, half = divisor / 2;
    return whole + (rest > half || (rest == half && (whole & 1)));
}

/* For 1e-5 <= x < 1e15, where the scaled value needs at most 53 + 35 bits and thus nothing is lost
 * before its one rounding. */
static struct shown show_exactly(double x)
{
    uint64_t m;
    int shift = split(x, &m);
    /* floor(log10(2) * floor(log2(x))): the power of ten or the one below it */
    int exponent = ((52 - shift) * 1233 + 6 * 4096) / 4096 - 6;
    for (;; exponent++) {
        int up = SHOWN - 1 - exponent;
        uint64_t digits =
            up >= 0 ? scale_up(m, pow5[up], shift - up) : scale_down(m, pow5[-up] << (shift - up));
        if (digits < 10000000000)
            return (struct shown){digits, exponent};
    }
}
#endif

static char *put_pair(char *out, unsigned n)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    memcpy(out, pairs + 2 * n, 2);
    return out + 2;
}

/* The digits without trailing zeros. Returns how many. */
static int put_digits(char *out, uint64_t digits)
{
    unsigned upper = (unsigned)(digits / 10000), lower = (unsigned)(digits % 10000);
    char *p = put_pair(out, upper / 10000);
    p = put_pair(p, upper / 100 % 100);
    p = put_pair(p, upper % 100);
    p = put_pair(p, lower / 100);
    p = put_pair(p, lower % 100);
    while (p > out + 1 && p[-1] == '0')
        p--;
    return (int)(p - out);
}

static char *put(char *out, const char *s, int n)
{
    memcpy(out, s, (size_t)n);
    return out + n;
}

static char *put_zeros(char *out, int n)
{
    memset(out, '0', (size_t)n);
    return out + n;
}

static char *put_plain(char *out, const char *digits, int n, int exponent)
{
    if (exponent < 0) {
        out = put(out, "0.", 2);
        out = put_zeros(out, -exponent - 1);
        return put(out, digits, n);
    }
    int whole = exponent + 1;
    if (n <= whole) {
        out = put(out, digits, n);
        return put_zeros(out, whole - n);
    }
    out = put(out, digits, whole);
    *out++ = '.';
    return put(out, digits + whole, n - whole);
}

static char *put_scientific(char *out, const char *digits, int n, int exponent)
{
    *out++ = digits[0];
    if (n > 1) {
        *out++ = '.';
        out = put(out, digits + 1, n - 1);
    }
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    unsigned e = (unsigned)(exponent < 0 ? -exponent : exponent);
    if (e >= 100)
        *out++ = (char)('0' + e / 100);
    return put_pair(out, e % 100);
}

size_t ad_number_print(char *out, double x)
{
    char *p = out, digits[SHOWN];
    double size = fabs(x);
    if (size == 0) {
        *out = '0';
        return 1;
    }
    if (x < 0)
        *p++ = '-';
    bool plain = size >= 1e-5 && size < 1e15;
#ifdef AD_WIDE
    struct shown shown = plain ? show_exactly(size) : show_slowly(size);
#else
    struct shown shown = show_slowly(size);
#endif
    int n = put_digits(digits, shown.digits);
    p = plain ? put_plain(p, digits, n, shown.exponent)
              : put_scientific(p, digits, n, shown.exponent);
    return (size_t)(p - out);
}

unsigned ad_score_millionths(double score)
{
    enum { MOST = 999999 };
    if (!(score > 1e-7))
        return 0;
    if (score >= MOST / 1e6)
        return MOST;
#ifdef AD_WIDE
    uint64_t m, millionths;
    int shift = split(score, &m);
    millionths = scale_up(m, MOST + 1, shift);
#else
    char text[AD_NUMBER_MAX];
    snprintf(text, sizeof text, "%.6f", score);
    unsigned long millionths = strtoul(text + 2, NULL, 10);
#endif
    return millionths < MOST ? (unsigned)millionths : MOST;
}

size_t ad_score_print(char *out, double score)
{
    unsigned n = ad_score_millionths(score);
    out[0] = '0';
    if (n == 0)
        return 1;
    out[1] = '.';
    char *p = put_pair(out + 2, n / 10000);
    p = put_pair(p, n / 100 % 100);
    p = put_pair(p, n % 100);
    while (p[-1] == '0')
        p--;
    return (size_t)(p - out);
}
