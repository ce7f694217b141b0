/* Numbers in: the same as strtod for every text that keeps to the grammar, refused for every other.
 * Numbers out: the first eight bytes as a double; the same digits as printf. */
#include "base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static size_t count_digits(const char **p)
{
    size_t n = strspn(*p, "0123456789");
    *p += n;
    return n;
}

/* The grammar of number.h once more, as plainly as can be. */
static bool is_number(const char *p)
{
    p += *p == '+' || *p == '-';
    size_t digits = count_digits(&p);
    if (*p == '.') {
        p++;
        digits += count_digits(&p);
    }
    if (digits > 0 && (*p == 'e' || *p == 'E')) {
        p++;
        p += *p == '+' || *p == '-';
        if (count_digits(&p) == 0)
            return false;
    }
    return digits > 0 && *p == '\0';
}

/* Whatever is behind the text, which may be what would go on with it. */
static void check_padded(const char *text, size_t len, int status, double want)
{
    char *longer = malloc(len + AD_NUMBER_PAD);
    if (!longer)
        return;
    if (len)
        memcpy(longer, text, len);
    for (int byte = 0; byte < 256; byte += len % 2 ? '1' : '.') {
        double got = 0;
        memset(longer + len, byte, AD_NUMBER_PAD);
        require(ad_number_parse_padded((struct ad_str){longer, len}, &got) == status);
        require(status != 0 || memcmp(&got, &want, sizeof got) == 0);
    }
    free(longer);
}

static void check_parse(const char *text, size_t len)
{
    double got = 0, want = strtod(text, NULL);
    int status = ad_number_parse((struct ad_str){text, len}, &got);
    bool good = strlen(text) == len && is_number(text) && isfinite(want);
    require(status == (good ? 0 : -1));
    require(!good || memcmp(&got, &want, sizeof got) == 0);
    check_padded(text, len, status, got);
    require(!ad_number_is_json((struct ad_str){text, len}) ||
            (strlen(text) == len && is_number(text)));
    unsigned long long whole;
    if (ad_number_parse_u64((struct ad_str){text, len}, &whole) == 0)
        require(strspn(text, "0123456789") == len && strtoull(text, NULL, 10) == whole);
}

static void check_print(double x)
{
    char got[AD_NUMBER_MAX + 1], want[AD_NUMBER_MAX];
    size_t len = ad_number_print(got, x);
    require(len > 0 && len <= AD_NUMBER_MAX);
    got[len] = '\0';
    snprintf(want, sizeof want, "%.9e", x);
    double size = fabs(x), shown;
    require(strtod(got, NULL) == strtod(want, NULL));
    bool beyond = isinf(strtod(want, NULL)); /* the largest double, rounded up */
    require(ad_number_parse((struct ad_str){got, len}, &shown) == (beyond ? -1 : 0));
    bool plain = size == 0 || (size >= 1e-5 && size < 1e15);
    require(!plain == !!strchr(got, 'e'));
    require(!strchr(got, '.') || strchr(got, 'e') || got[len - 1] != '0');
}

static void check_score(double x)
{
    char got[AD_NUMBER_MAX + 1], want[AD_NUMBER_MAX];
    snprintf(want, sizeof want, "%.6f", x);
    unsigned long millionths = want[0] == '1' ? 999999 : strtoul(want + 2, NULL, 10);
    require(ad_score_millionths(x) == millionths);
    got[ad_score_print(got, x)] = '\0';
    snprintf(want, sizeof want, "0.%06lu", millionths);
    require(strtod(got, NULL) == strtod(want, NULL));
    require(strlen(got) == 1 || got[strlen(got) - 1] != '0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *exact = malloc(size + 1);
    if (!exact)
        return 0;
    if (size)
        memcpy(exact, data, size);
    exact[size] = '\0';
    check_parse(exact, size);
    free(exact);
    double x;
    if (size >= sizeof x) {
        memcpy(&x, data, sizeof x);
        if (isfinite(x)) {
            check_print(x);
            check_score(fmod(fabs(x), 1));
        }
        char text[64];
        uint64_t bits;
        memcpy(&bits, data, sizeof bits);
        int len = snprintf(text, sizeof text, "%llue%d", (unsigned long long)bits,
                           data[size - 1] % 64 - 32);
        check_parse(text, (size_t)len);
    }
    return 0;
}
