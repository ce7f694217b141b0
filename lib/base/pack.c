#include "base/pack.h"

#include <math.h>

enum { TAG_U64 = 'u', TAG_F64 = 'f', TAG_F64S = 'a', TAG_STR = 's', LEB_MAX = 10 };

static unsigned char *put_leb(unsigned char *to, uint64_t x)
{
    for (; x >= 0x80; x >>= 7)
        *to++ = (unsigned char)(x | 0x80);
    *to++ = (unsigned char)x;
    return to;
}

static unsigned char *put_f64(unsigned char *to, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(bits >> (8 * i));
    return to + 8;
}

static double get_f64(const unsigned char *p)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits |= (uint64_t)p[i] << (8 * i);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void save_head(struct ad_save *save, char tag, uint64_t x)
{
    unsigned char head[1 + LEB_MAX] = {(unsigned char)tag};
    ad_buf_add(save->out, head, (size_t)(put_leb(head + 1, x) - head));
}

void ad_save_u64(struct ad_save *save, uint64_t x)
{
    save_head(save, TAG_U64, x);
}

void ad_save_f64(struct ad_save *save, double x)
{
    unsigned char bytes[9] = {TAG_F64};
    put_f64(bytes + 1, x);
    ad_buf_add(save->out, bytes, sizeof bytes);
}

void ad_save_f64s(struct ad_save *save, const double *x, size_t n)
{
    save_head(save, TAG_F64S, n);
    unsigned char *to =
        (unsigned char *)ad_buf_room(save->out, n > SIZE_MAX / 8 ? SIZE_MAX : 8 * n);
    if (!to)
        return;
    for (size_t i = 0; i < n; i++)
        to = put_f64(to, x[i]);
    save->out->len += 8 * n;
}

void ad_save_str(struct ad_save *save, struct ad_str v)
{
    save_head(save, TAG_STR, v.len);
    ad_buf_add(save->out, v.s, v.len);
}

/* The next n bytes, consumed; NULL when they are not there. */
static const unsigned char *take(struct ad_load *load, size_t n)
{
    if (load->failed || n > load->in.len) {
        load->failed = true;
        return NULL;
    }
    const char *p = load->in.s;
    load->in.s += n;
    load->in.len -= n;
    return (const unsigned char *)p;
}

/* A tag and a number in its one shortest form. */
static uint64_t load_head(struct ad_load *load, char tag)
{
    const unsigned char *p = take(load, 1);
    if (p && *p == (unsigned char)tag) {
        uint64_t x = 0;
        for (unsigned shift = 0; shift < 64 && (p = take(load, 1)); shift += 7) {
            x |= (uint64_t)(*p & 0x7f) << shift;
            if (*p >= 0x80)
                continue;
            if ((*p == 0 && shift > 0) || (shift == 63 && *p > 1))
                break;
            return x;
        }
    }
    load->failed = true;
    return 0;
}

uint64_t ad_load_u64(struct ad_load *load)
{
    return load_head(load, TAG_U64);
}

uint64_t ad_load_max(struct ad_load *load, uint64_t max)
{
    uint64_t x = ad_load_u64(load);
    if (x <= max)
        return x;
    load->failed = true;
    return 0;
}

double ad_load_f64(struct ad_load *load)
{
    const unsigned char *p = take(load, 9);
    if (p && p[0] == TAG_F64)
        return get_f64(p + 1);
    load->failed = true;
    return 0;
}

double ad_load_finite(struct ad_load *load)
{
    double x = ad_load_f64(load);
    if (isfinite(x))
        return x;
    load->failed = true;
    return 0;
}

/* The length of an array that is there in full. */
static size_t load_count(struct ad_load *load)
{
    uint64_t n = load_head(load, TAG_F64S);
    if (n <= load->in.len / 8)
        return (size_t)n;
    load->failed = true;
    return 0;
}

void ad_load_f64s(struct ad_load *load, double *out, size_t n)
{
    bool fits = load_count(load) == n && !load->failed;
    const unsigned char *p = fits ? take(load, 8 * n) : NULL;
    for (size_t i = 0; i < n; i++)
        out[i] = p ? get_f64(p + 8 * i) : 0;
    load->failed = !p;
}

size_t ad_load_peek(const struct ad_load *load)
{
    struct ad_load ahead = *load;
    return load_count(&ahead);
}

struct ad_str ad_load_str(struct ad_load *load)
{
    uint64_t n = load_head(load, TAG_STR);
    if (n > load->in.len)
        load->failed = true;
    const char *p = (const char *)take(load, (size_t)n);
    return p ? (struct ad_str){p, (size_t)n} : (struct ad_str){"", 0};
}
