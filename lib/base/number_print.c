#include "base/number.h"
#include "base/word.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN = 10 };

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
        if (*p >= '0' && *p <= '9')
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
    ad_wide product = (ad_wide)a * b, half = (ad_wide)1 << (shift - 1);
    uint64_t whole = (uint64_t)(product >> shift);
    ad_wide rest = product & (half + half - 1);
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
        uint64_t digits = up >= 0 ? scale_up(m, ad_pow5[up], shift - up)
                                  : scale_down(m, ad_pow5[-up] << (shift - up));
        if (digits < 10000000000)
            return (struct shown){digits, exponent};
    }
}
#endif

/* The digits of 0 to 999 as text, and a zero behind each: 0000 0010 0020 ... 9990. */
/* clang-format off */
#define TEN(a) a "00" a "10" a "20" a "30" a "40" a "50" a "60" a "70" a "80" a "90"
#define HUNDRED(a) TEN(a "0") TEN(a "1") TEN(a "2") TEN(a "3") TEN(a "4") \
                   TEN(a "5") TEN(a "6") TEN(a "7") TEN(a "8") TEN(a "9")
static const char digits_of[] = HUNDRED("0") HUNDRED("1") HUNDRED("2") HUNDRED("3") HUNDRED("4")
                                HUNDRED("5") HUNDRED("6") HUNDRED("7") HUNDRED("8") HUNDRED("9");
/* clang-format on */

static char *put_pair(char *out, unsigned n)
{
    memcpy(out, digits_of + 4 * n + 1, 2);
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

/* The nearest number of millionths, half to even on the exact value. */
__attribute__((noinline)) static unsigned nearest_millionth(double score)
{
#ifdef AD_WIDE
    uint64_t m;
    int shift = split(score, &m);
    return (unsigned)scale_up(m, 1000000, shift);
#else
    char text[AD_NUMBER_MAX];
    snprintf(text, sizeof text, "%.6f", score);
    return (unsigned)strtoul(text + 2, NULL, 10);
#endif
}

static inline unsigned millionths(double score)
{
    enum { MOST = 999999 };
    if (!(score > 1e-7))
        return 0;
    if (score >= MOST / 1e6)
        return MOST;
    /* The product is off by less than 1e-9; only about half of a millionth that could decide. */
    double scaled = score * (MOST + 1);
    int nearest = (int)(scaled + 0.5);
    return fabs(scaled - nearest) < 0.5 - 1e-6 ? (unsigned)nearest : nearest_millionth(score);
}

unsigned ad_score_millionths(double score)
{
    return millionths(score);
}

/* The digits of n < 1000 in the lower bytes, the first in the lowest, and a zero above. */
static inline uint64_t word_of(unsigned n)
{
    return ad_word_load32((const unsigned char *)digits_of + 4 * n);
}

/* 0.dddddd fits a word; what its zeros at the end leave of it is shown. The zero above the first
 * three digits is one that any digit has in it. */
size_t ad_score_print(char *out, double score)
{
    unsigned n = millionths(score);
    uint64_t text = '0' | '.' << 8 | word_of(n / 1000) << 16 | word_of(n % 1000) << 40;
    ad_word_store64((unsigned char *)out, text);
    return n ? 8 - (size_t)__builtin_clzll(text ^ ad_word_all('0')) / 8 : 1;
}
