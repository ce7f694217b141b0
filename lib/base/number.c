#include "base/number.h"
#include "base/word.h"

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

/* Every byte of a word. */
static inline uint64_t all(unsigned char byte)
{
    return UINT64_C(0x0101010101010101) * byte;
}

/* The top bits of the bytes of w above 9; 0 means that there are none, else the lowest is right. */
static inline uint64_t above_9(uint64_t w)
{
    return ((w + all(0x80 - 10)) | w) & all(0x80);
}

/* The value of eight bytes 0 to 9, the lowest first: they join to pairs, fours, eight. */
static inline uint64_t join_digits(uint64_t w)
{
    w = (w * 10 + (w >> 8)) & 0x00ff00ff00ff00ff;
    w = (w * 100 + (w >> 16)) & 0x0000ffff0000ffff;
    return (w * 10000 + (w >> 32)) & 0xffffffff;
}

/* Past the digits at p, which x takes in. */
static inline const char *scan_digits(const char *p, const char *end, uint64_t *x)
{
    for (; end - p >= 8; p += 8) {
        uint64_t w = ad_word_load64((const unsigned char *)p) ^ all('0');
        if (above_9(w))
            break;
        *x = 100000000 * *x + join_digits(w);
    }
    for (; p < end && is_digit(*p); p++)
        *x = 10 * *x + (uint64_t)(*p - '0');
    return p;
}

/* digits[.digits] of 1 to 8 bytes, without a loop: how often a loop runs is hard to predict. */
static inline bool scan_short(const char *p, size_t n, uint64_t *mantissa, unsigned *fraction)
{
    const unsigned char *bytes = (const unsigned char *)p;
    uint64_t w = n == 8 ? ad_word_load64(bytes) : ad_word_load(bytes, n);
    w = (w ^ all('0')) << (64 - 8 * n); /* zeros come first */
    uint64_t other = above_9(w);
    *fraction = 0;
    if (other) {
        uint64_t point = (other & -other) >> 7;
        if ((w & point * 0xff) != point * ('.' ^ '0') || n == 1)
            return false;
        *fraction = 7 - (unsigned)__builtin_ctzll(point) / 8;
        w = (w & -(point << 8)) | (w & (point - 1)) << 8;
        if (above_9(w))
            return false;
    }
    *mantissa = join_digits(w);
    return true;
}

/* The same for 9 to 16 bytes, as two words of eight: `high` holds the first n - 8. */
static inline bool scan_medium(const char *p, size_t n, uint64_t *mantissa, unsigned *fraction)
{
    const unsigned char *bytes = (const unsigned char *)p;
    uint64_t high = (ad_word_load64(bytes) ^ all('0')) << (128 - 8 * n);
    uint64_t low = ad_word_load64(bytes + n - 8) ^ all('0');
    uint64_t in_high = above_9(high), in_low = above_9(low);
    *fraction = 0;
    if (in_high | in_low) {
        uint64_t word = in_high ? high : low, other = in_high ? in_high : in_low;
        uint64_t point = (other & -other) >> 7;
        if ((word & point * 0xff) != point * ('.' ^ '0'))
            return false;
        *fraction = 7 - (unsigned)__builtin_ctzll(point) / 8 + (in_high ? 8 : 0);
        word = (word & -(point << 8)) | (word & (point - 1)) << 8;
        low = in_high ? low : word | high >> 56;
        high = in_high ? word : high << 8;
        if (above_9(high) | above_9(low))
            return false;
    }
    *mantissa = join_digits(high) * 100000000 + join_digits(low);
    return true;
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

int ad_number_parse(struct ad_str v, double *out)
{
    if (v.len == 0)
        return -1;
    bool negative = *v.s == '-';
    size_t n = v.len - negative;
    uint64_t m;
    unsigned fraction;
    bool plain = n - 1 < 8    ? scan_short(v.s + negative, n, &m, &fraction)
                 : n - 1 < 16 ? scan_medium(v.s + negative, n, &m, &fraction)
                              : false;
    if (!plain)
        return parse_long(v, out);
    double x = (double)m / pow10_double[fraction];
    *out = negative ? -x : x;
    return 0;
}

/* Two words that overlap; what the first has is taken off the second. */
static inline int parse_9_to_16(struct ad_str v, unsigned long long *out)
{
    static const uint64_t pow10[] = {10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const unsigned char *p = (const unsigned char *)v.s;
    size_t n = v.len - 8;
    uint64_t a = ad_word_load64(p) ^ all('0');
    uint64_t b = (ad_word_load64(p + n) ^ all('0')) >> (64 - 8 * n) << (64 - 8 * n);
    if (above_9(a) | above_9(b))
        return -1;
    *out = join_digits(a) * pow10[n - 1] + join_digits(b);
    return 0;
}

int ad_number_parse_u64(struct ad_str v, unsigned long long *out)
{
    if (v.len - 9 <= 7)
        return parse_9_to_16(v, out);
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
