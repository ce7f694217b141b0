#include "plot/markup.h"
#include "plot/pen.h"

#include <math.h>
#include <stdlib.h>

struct svg {
    struct ad_pen pen;
    struct ad_sink *sink;
};

static void put(struct svg *s, const char *z)
{
    ad_markup(s->sink, z);
}

/* Coordinates are whole hundredths of a pixel, so that differences of them are exact. */
static long long hundredths(double x)
{
    return isnan(x) ? 0 : llround(fmax(-1e12, fmin(1e12, x * 100)));
}

static void put_hundredths(struct svg *s, long long n)
{
    char digits[24], *p = digits + sizeof digits;
    unsigned long long u = n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;
    const unsigned rest = (unsigned)(u % 100);
    if (rest % 10)
        *--p = (char)('0' + rest % 10);
    if (rest) {
        *--p = (char)('0' + rest / 10);
        *--p = '.';
    }
    u /= 100;
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (n < 0)
        *--p = '-';
    ad_sink_write(s->sink, p, (size_t)(digits + sizeof digits - p));
}

static void put_number(struct svg *s, double x)
{
    put_hundredths(s, hundredths(x));
}

static void put_attribute(struct svg *s, const char *name, double x)
{
    put(s, " ");
    put(s, name);
    put(s, "=\"");
    put_number(s, x);
    put(s, "\"");
}

static void put_title(struct svg *s, struct ad_str title)
{
    if (title.len == 0)
        return;
    put(s, "<title>");
    ad_markup_text(s->sink, title);
    put(s, "</title>");
}

/* The first point, then the way from each to the next. */
static void put_path(struct svg *s, const char *kind, enum ad_ink ink, const struct ad_xy *at,
                     size_t n, const char *end)
{
    long long x = hundredths(at->x), y = hundredths(at->y);
    put(s, "<path class=\"");
    put(s, kind);
    put(s, ad_ink[ink].name);
    put(s, "\" d=\"M");
    put_hundredths(s, x);
    put(s, " ");
    put_hundredths(s, y);
    for (size_t i = 1; i < n; i++) {
        long long to_x = hundredths(at[i].x), to_y = hundredths(at[i].y);
        put(s, i == 1 ? "l" : to_x < x ? "" : " ");
        put_hundredths(s, to_x - x);
        put(s, to_y < y ? "" : " ");
        put_hundredths(s, to_y - y);
        x = to_x;
        y = to_y;
    }
    put(s, end);
    put(s, "\"/>\n");
}

static void area(struct ad_pen *pen, enum ad_ink ink, const struct ad_xy *at, size_t n)
{
    if (n)
        put_path((struct svg *)pen, "area ", ink, at, n, "z");
}

static void line(struct ad_pen *pen, enum ad_ink ink, const struct ad_xy *at, size_t n)
{
    if (n)
        put_path((struct svg *)pen, "", ink, at, n, n == 1 ? "h0" : "");
}

/* Lines without length have round ends, and no zoom makes them eggs. */
static void dot(struct ad_pen *pen, enum ad_ink ink, struct ad_xy at, struct ad_str title)
{
    struct svg *s = (struct svg *)pen;
    put(s, "<g class=\"dot\">");
    put_title(s, title);
    put_path(s, "rim ", ink, &at, 1, "h0");
    line(pen, ink, &at, 1);
    put(s, "</g>\n");
}

static void text(struct ad_pen *pen, enum ad_ink ink, struct ad_xy at, enum ad_anchor anchor,
                 double size, bool bold, struct ad_str words)
{
    static const char *const anchored[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    struct svg *s = (struct svg *)pen;
    if (words.len == 0)
        return;
    put(s, "<text class=\"");
    put(s, ad_ink[ink].name);
    put(s, "\"");
    put_attribute(s, "x", at.x);
    put_attribute(s, "y", at.y);
    put_attribute(s, "font-size", size);
    put(s, bold ? " font-weight=\"700\"" : "");
    put(s, anchored[anchor]);
    put(s, ">");
    ad_markup_text(s->sink, words);
    put(s, "</text>\n");
}

static void put_box(struct svg *s, struct ad_xy from, struct ad_xy size)
{
    put(s, " viewBox=\"");
    put_number(s, from.x);
    put(s, " ");
    put_number(s, from.y);
    put(s, " ");
    put_number(s, size.x);
    put(s, " ");
    put_number(s, size.y);
    put(s, "\"");
}

static void enter(struct ad_pen *pen, const char *name, struct ad_xy from, struct ad_xy to)
{
    struct svg *s = (struct svg *)pen;
    struct ad_xy size = {to.x - from.x, to.y - from.y};
    put(s, "<svg class=\"");
    put(s, name);
    put(s, "\"");
    put_attribute(s, "x", from.x);
    put_attribute(s, "y", from.y);
    put_attribute(s, "width", size.x);
    put_attribute(s, "height", size.y);
    put_box(s, from, size);
    put(s, " preserveAspectRatio=\"none\">\n");
}

static void leave(struct ad_pen *pen)
{
    put((struct svg *)pen, "</svg>\n");
}

static int close_svg(struct ad_pen *pen, struct ad_err *err)
{
    (void)err; /* a failure to write shows in the sink */
    put((struct svg *)pen, "</svg>\n");
    free(pen);
    return 0;
}

static void put_property(struct svg *s, const char *name, double x)
{
    put(s, name);
    put_number(s, x);
}

static void put_rule(struct svg *s, const struct ad_ink_look *look)
{
    static const char hex[] = "0123456789abcdef";
    char colour[] = "{color:#rrggbb";
    for (size_t i = 0; i < 3; i++) {
        colour[8 + 2 * i] = hex[look->rgb[i] >> 4];
        colour[9 + 2 * i] = hex[look->rgb[i] & 15];
    }
    put(s, ".ad-figure .");
    put(s, look->name);
    put(s, colour);
    put_property(s, ";stroke-width:", look->width);
    if (look->dash > 0)
        put_property(s, ";stroke-dasharray:", look->dash);
    if (look->opacity < 1)
        put_property(s, ";opacity:", look->opacity);
    put(s, "}\n");
}

static void put_style(struct svg *s)
{
    put(s, "<style>\n"
           ".ad-figure text{fill:currentColor;white-space:pre;font-family:" AD_PEN_FACES
           ";text-rendering:geometricPrecision}\n"
           ".ad-figure path{fill:none;stroke:currentColor;stroke-linejoin:round;"
           "stroke-linecap:round;vector-effect:non-scaling-stroke}\n"
           ".ad-figure .area{fill:currentColor;stroke:none}\n");
    for (int i = 0; i < AD_INKS; i++)
        put_rule(s, &ad_ink[i]);
    put(s, ".ad-figure .rim{color:#fff;stroke-width:");
    put_number(s, ad_ink[AD_INK_FLAG].width + ad_ink[AD_INK_PAPER].width);
    put(s, "}\n</style>\n");
}

static const struct ad_pen_kind svg = {area, line, dot, text, enter, leave, close_svg};

struct ad_pen *ad_pen_svg(struct ad_sink *sink, struct ad_xy size, struct ad_str title, bool whole,
                          struct ad_err *err)
{
    struct svg *s = malloc(sizeof *s);
    if (!s) {
        ad_err_nomem(err);
        return NULL;
    }
    *s = (struct svg){{&svg}, sink};
    put(s, whole ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
                   "xmlns=\"http://www.w3.org/2000/svg\""
                 : "<svg");
    put(s, " class=\"ad-figure\" role=\"img\"");
    put_attribute(s, "width", size.x);
    put_attribute(s, "height", size.y);
    put_box(s, (struct ad_xy){0, 0}, size);
    put(s, ">\n");
    put_title(s, title);
    put(s, "\n");
    put_style(s);
    area(&s->pen, AD_INK_PAPER, (struct ad_xy[]){{0, 0}, {size.x, 0}, size, {0, size.y}}, 4);
    return &s->pen;
}
