/* Decimal numbers in and out: exact, fast, the same in every locale. */
#ifndef AD_BASE_NUMBER_H
#define AD_BASE_NUMBER_H

#include "base/digits.h"
#include "base/str.h"

/* Longest text ad_number_print() and ad_score_print() write. */
enum { AD_NUMBER_MAX = 32 };

/* Read `[+-]digits[.digits][e[+-]digits]`, where either side of the point may be empty but not
 * both; no blanks, no hex, no inf or nan. The result is the double nearest to the decimal value
 * (ties to even), as strtod gives it in the C locale. Returns 0, or -1 for any other text and for
 * magnitudes that overflow; too small a magnitude gives 0 or a subnormal. */
int ad_number_parse(struct ad_str v, double *out);

/* The same of text with AD_NUMBER_PAD readable bytes behind it, without a call for the usual one.
 */
enum { AD_NUMBER_PAD = 8 };
static inline int ad_number_parse_padded(struct ad_str v, double *out)
{
    size_t negative = v.len && *v.s == '-', n = v.len - negative;
    const unsigned char *p = (const unsigned char *)v.s + negative;
    if (n - 1 < 8 && ad_digits_read(ad_word_load64(p) << (64 - 8 * n), n, negative, out))
        return 0;
    return ad_number_parse(v, out);
}

/* Read an unsigned decimal integer without sign or blanks. Returns 0, or -1 (also on overflow). */
int ad_number_parse_u64(struct ad_str v, unsigned long long *out);

/* Write x rounded to 10 significant digits (as printf("%.10g") rounds), without trailing zeros,
 * in positional notation for 1e-5 <= |x| < 1e15 and as d.ddde-07 or d.ddde+17 otherwise; -0 is
 * written 0. x must be finite. Returns the number of bytes, at most AD_NUMBER_MAX; no NUL. */
size_t ad_number_print(char *out, double x);

/* Write a score in [0, 1): rounded to 6 decimals (half to even on the exact value), at most
 * 0.999999, without trailing zeros (0.5, 0.123456, 0). Returns the number of bytes; no NUL. */
size_t ad_score_print(char *out, double score);

/* The score that ad_score_print() prints, in millionths: 0..999999. */
unsigned ad_score_millionths(double score);

/* Whether v is a number by the grammar of JSON (RFC 8259): no plus sign, no leading zeros. */
bool ad_number_is_json(struct ad_str v);

#endif
