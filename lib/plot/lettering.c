#include "plot/lettering.h"

#include "record/json_text.h"

#define ELLIPSIS "\xe2\x80\xa6"

size_t ad_letter_size(const char *p, const char *end)
{
    const unsigned char c = (unsigned char)*p;
    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    size_t n = ad_json_utf8(p, end);
    bool control = n == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0;
    bool none = n == 3 && c == 0xef && (unsigned char)p[1] == 0xbf && (unsigned char)p[2] >= 0xbe;
    return control || none ? 0 : n;
}

/* Hundredths of the size, of 0x20 to 0x7e: the advance widths of DejaVu Sans 2.37. */
static const unsigned char advance[2][95] = {
    {32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36,  32, 34, 64, 64, 64,
     64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63,
     58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,  61, 73, 68, 99, 69,
     61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35,  63, 63, 28, 28, 58,
     28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59,  52, 64, 34, 64, 84},
    {35, 46,  52, 84, 70, 100, 87, 31,  46, 46, 52, 84, 38, 42,  38, 37, 70, 70,  70,
     70, 70,  70, 70, 70, 70,  70, 40,  40, 84, 84, 84, 58, 100, 77, 76, 73, 83,  68,
     68, 82,  84, 37, 37, 77,  64, 100, 84, 85, 73, 85, 77, 72,  68, 81, 77, 110, 77,
     72, 73,  46, 37, 46, 84,  50, 50,  67, 72, 59, 72, 68, 44,  72, 71, 34, 34,  67,
     34, 104, 71, 69, 72, 72,  49, 60,  48, 71, 65, 92, 65, 65,  58, 71, 37, 71,  84},
};

/* Of the n bytes of a character; of the letters beyond ASCII those of three bytes and more are
 * taken as wide, though some of them are not. */
static double width_of(const char *p, size_t n, bool bold)
{
    if (n == 0)
        return 1;
    if (n == 1)
        return advance[bold][(unsigned char)*p - 0x20] / 100.0;
    return n == 2 ? 0.68 : 1;
}

double ad_lettering_width(struct ad_str text, double size, bool bold)
{
    double width = 0;
    for (const char *p = text.s, *end = p + text.len; p < end;) {
        size_t n = ad_letter_size(p, end);
        width += width_of(p, n, bold);
        p += n ? n : 1;
    }
    return width * size;
}

int ad_lettering_fit(struct ad_buf *out, struct ad_str text, double size, bool bold, double room)
{
    const bool whole = ad_lettering_width(text, size, bold) <= room;
    double left = room / size - (whole ? 0 : 1);
    for (const char *p = text.s, *end = p + text.len; p < end;) {
        size_t n = ad_letter_size(p, end);
        left -= width_of(p, n, bold);
        if (!whole && left < 0)
            return ad_buf_addz(out, ELLIPSIS);
        if (n ? ad_buf_add(out, p, n) : ad_buf_addz(out, AD_LETTER_LOST))
            return -1;
        p += n ? n : 1;
    }
    return out->failed ? -1 : 0;
}
