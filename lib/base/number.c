#include "base/number.h"
#include "base/digits.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXACT_POW10 = 22, U64_DIGITS = 19 };

static const double pow10_double[EXACT_POW10 + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* clang-format off: one number a line otherwise */
const uint64_t ad_pow5[AD_POW5_MOST + 1] = {1,
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
    for (; end - p >= 8; p += 8) {
        uint64_t w = ad_word_load64((const unsigned char *)p) ^ ad_word_all('0');
        if (ad_digits_above_9(w))
            break;
        *x = 100000000 * *x + ad_digits_join(w);
    }
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

/* m * 10^e, m > 0 and |e| <= AD_POW5_MOST, from the exact product or quotient with 5^|e|. */
static double scale_exactly(uint64_t m, int e)
{
    uint64_t power = ad_pow5[e < 0 ? -e : e];
    int m_lead = __builtin_clzll(m), p_lead = __builtin_clzll(power);
    m <<= m_lead;
    power <<= p_lead;
    if (e >= 0) {
        ad_wide product = (ad_wide)m * power;
        return round_bits((uint64_t)(product >> 64), 64 - m_lead - p_lead + e,
                          (uint64_t)product != 0);
    }
    ad_wide dividend =
        (ad_wide)m << 63; /* its upper half is below power: the quotient has 64 bits */
    uint64_t quotient = (uint64_t)(dividend / power);
    return round_bits(quotient, p_lead - m_lead - 63 + e, dividend != (ad_wide)quotient * power);
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
    if (m > 0 && e >= -AD_POW5_MOST && e <= AD_POW5_MOST)
        return scale_exactly(m, (int)e);
#endif
    return convert_slowly(*d);
}

__attribute__((noinline)) static int parse_long(struct ad_str v, double *out)
{
    struct decimal d;
    if (!scan(v, &d))
        return -1;
    double x = convert(&d);
    *out = d.negative ? -x : x;
    return isinf(x) ? -1 : 0;
}

const double ad_digits_divisor[2][16] = {
    {1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0},
    {-1e15, -1e14, -1e13, -1e12, -1e11, -1e10, -1e9, -1e8, -1e7, -1e6, -1e5, -1e4, -1e3, -1e2, -1e1,
     -1e0}};

/* ad_digits_read() for 9 to 16 bytes, as two words of eight: `high` holds the first n - 8. */
static inline bool read_two_words(const unsigned char *p, size_t n, size_t negative, double *out)
{
    uint64_t high = (ad_word_load64(p) ^ ad_word_all('0')) << (128 - 8 * n);
    uint64_t low = ad_word_load64(p + n - 8) ^ ad_word_all('0');
    uint64_t in_high = ad_digits_above_9(high), in_low = ad_digits_above_9(low);
    unsigned whole = 15;
    if (in_high) {
        whole = ad_digits_drop_point(&high, in_high);
        if (whole > 7 || in_low)
            return false;
    } else if (in_low) {
        whole = 8 + ad_digits_drop_point(&low, in_low);
        if (whole > 15)
            return false;
        low |= high >> 56;
        high <<= 8;
    }
    uint64_t mantissa = ad_digits_join(high) * 100000000 + ad_digits_join(low);
    *out = (double)(int64_t)mantissa / ad_digits_divisor[negative][whole];
    return true;
}

int ad_number_parse(struct ad_str v, double *out)
{
    if (v.len == 0)
        return -1;
    size_t negative = *v.s == '-', n = v.len - negative;
    const unsigned char *p = (const unsigned char *)v.s + negative;
    if (n - 1 < 8) {
        uint64_t w = n == 8 ? ad_word_load64(p) : ad_word_load(p, n) << (64 - 8 * n);
        if (ad_digits_read(w, n, negative, out))
            return 0;
    } else if (n - 1 < 16 && read_two_words(p, n, negative, out)) {
        return 0;
    }
    return parse_long(v, out);
}

int ad_number_parse_u64(struct ad_str v, unsigned long long *out)
{
    uint64_t x = 0;
    if (v.len == 0)
        return -1;
    const char *end = v.s + v.len, *p = v.s;
    size_t safe = v.len < U64_DIGITS ? v.len : U64_DIGITS;
    p = scan_digits(p, p + safe, &x);
    for (; p < end && is_digit(*p); p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (x > (UINT64_MAX - digit) / 10)
            return -1;
        x = 10 * x + digit;
    }
    *out = x;
    return p == end ? 0 : -1;
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
