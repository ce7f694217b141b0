/* Pictures for pictures.bats: draws scenes made by hand, and looks at what was drawn.
 *
 *     picture draw svg|png|pdf SCENE        to standard output
 *     picture place SCENE                   x and y of the worst flagged point of the first panel
 *     picture pixel FILE.png X Y            rrggbb
 *     picture compare A.png B.png LEVELS    per cent of the pixels that differ by more
 */
#include "maths/rng.h"
#include "plot/draw_private.h"
#include "plot/pen.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double march = 1711364400; /* 2024-03-25 12:00 in Berlin, the week of summer time */

static void fail(const char *what)
{
    fprintf(stderr, "picture: %s\n", what);
    exit(2);
}

static struct ad_point point(double at, double value)
{
    const double none = (double)NAN;
    return (struct ad_point){at, value, none, none, none, none, false, false, false, false};
}

static void add(struct ad_figure *f, struct ad_panel *p, struct ad_point q)
{
    f->records++;
    f->flagged += q.flagged;
    if (ad_figure_add(f, p, &q, AD_SEVERITY_NONE, ad_str_of("made by hand")))
        fail("out of memory");
}

static struct ad_panel *panel(struct ad_figure *f, const char *title)
{
    struct ad_panel *p = ad_figure_panel(f, ad_str_of(title));
    if (!p)
        fail("out of memory");
    return p;
}

/* --- scenes --------------------------------------------------------------------------------- */

/* What a series of days does. */
struct life {
    size_t n, every; /* points, and one in so many is odd */
    double step, level, swing, noise;
    bool shift, labels, gap, log;
};

static void live(struct ad_figure *f, struct ad_panel *p, const struct life *w, uint64_t seed)
{
    struct ad_rng rng;
    double shift = 0;
    ad_rng_seed(&rng, seed);
    for (size_t i = 0; i < w->n; i++) {
        struct ad_point q = point(march + w->step * (double)i, NAN);
        q.shift = w->shift && i == w->n * 5 / 8;
        shift += q.shift ? w->swing : 0;
        double usual = w->level + shift + w->swing * sin((q.at - march) * 7.27220521664304e-05);
        double off = w->noise * fmax(-2.5, fmin(2.5, ad_rng_normal(&rng)));
        if (w->every && i % w->every == w->every * 2 / 3)
            off = (ad_rng_unit(&rng) < 0.5 ? -1 : 1) * w->noise * (4 + 6 * ad_rng_unit(&rng));
        double surprise = pow(off / w->noise, 2) / 2;
        bool silent = w->gap && i > w->n / 2 && i < w->n / 2 + w->n / 40;
        q.labelled = w->labels && ((i > w->n / 4 && i < w->n / 4 + w->n / 30) || i == w->n / 9);
        if (!silent && i > w->n / 25) {
            q.expected = usual;
            q.lower = usual - 3 * w->noise;
            q.upper = usual + 3 * w->noise;
            q.score = surprise / (surprise + 5.91);
            q.flagged = q.score >= 0.5;
        }
        q.value = silent ? (double)NAN : usual + off;
        if (w->log) {
            q.value = pow(10, q.value);
            q.expected = pow(10, q.expected);
            q.lower = pow(10, q.lower);
            q.upper = pow(10, q.upper);
        }
        add(f, p, q);
    }
}

/* One panel with everything in it. */
static void week(struct ad_figure *f)
{
    const struct life w = {672, 84, 900, 52, 20, 3.5, true, true, true, false};
    live(f, panel(f, "host=web-1 cpu"), &w, 1);
}

static void hosts(struct ad_figure *f)
{
    for (unsigned i = 0; i < 9; i++) {
        char title[40];
        double unit = pow(10, i % 5);
        struct life w = {240,      i == 4 ? 0 : 40 + 10 * i,
                         1800,     5 * unit,
                         2 * unit, unit / 4,
                         i == 2,   i == 5,
                         i == 6,   false};
        snprintf(title, sizeof title, "host=web-%u requests", i + 1);
        live(f, panel(f, title), &w, 10 + i);
    }
}

static void latency(struct ad_figure *f)
{
    const struct life w = {480, 60, 600, -1, 1, 0.25, false, false, false, true};
    live(f, panel(f, "latency"), &w, 3);
}

/* What has no shape: one point, one value, no value, numbers of all sizes. */
static void odd(struct ad_figure *f)
{
    struct ad_panel *one = panel(f, "one point"), *same = panel(f, "one value");
    struct ad_panel *none = panel(f, "nothing"), *huge = panel(f, "numbers of all sizes");
    add(f, one, point(20, 42));
    for (int i = 0; i < 50; i++) {
        struct ad_point q = point(i, 7);
        q.score = 0.1;
        add(f, same, q);
        add(f, none, point(i, NAN));
        q.value = i == 20 ? 1e300 : i == 30 ? -1e300 : i;
        q.score = i == 20 ? 0.99 : 0.2;
        q.flagged = i == 20;
        q.lower = -INFINITY;
        q.upper = 5e299;
        add(f, huge, q);
    }
}

static void titles(struct ad_figure *f)
{
    const struct life w = {60, 20, 3600, 5e-7, 2e-7, 2e-8, false, false, false, false};
    live(f, panel(f, "\xce\xb8=<b>bold</b>&amp; \x1b[31mred \xff\xfe, and on"), &w, 4);
    live(f,
         panel(f, "\xd1\x82\xd0\xb5\xd0\xbc\xd0\xbf\xd0\xb5\xd1\x80\xd0\xb0\xd1\x82\xd1\x83\xd1"
                  "\x80\xd0\xb0 \xc2\xb0\x43 \xe2\x80\x94 cut where a letter ends"),
         &w, 5);
}

/* A million points of which one is not like the others. */
static void million(struct ad_figure *f)
{
    struct ad_panel *p = panel(f, "load");
    struct ad_rng rng;
    ad_rng_seed(&rng, 6);
    for (int i = 0; i < 1000000; i++) {
        struct ad_point q = point(march + i, 50 + 20 * ad_rng_unit(&rng));
        q.score = 0.4 * ad_rng_unit(&rng);
        if (i == 654321) {
            q.value = 140;
            q.score = 0.95;
            q.flagged = true;
        }
        add(f, p, q);
    }
}

static void nothing(struct ad_figure *f)
{
    (void)f;
}

struct scene {
    const char *name;
    void (*make)(struct ad_figure *);
    const char *title;
    double width;
    bool log, rows;
};

static const struct scene scenes[] = {
    {"week", week, "CPU of web-1, the week the clocks change", 800, false, false},
    {"hosts", hosts, "Requests per minute", 640, false, false},
    {"latency", latency, "Latency in seconds", 480, true, false},
    {"odd", odd, NULL, 480, false, true},
    {"titles", titles,
     "<script>alert(1)</script> & \"quotes\" \xf0\x9f\x98 \x07 and a title that is longer than "
     "the page is wide, so that it must end somewhere",
     560, false, false},
    {"million", million, "One row in a million", 480, false, false},
    {"nothing", nothing, "Nothing at all", 480, false, false},
};

static const struct scene *scene_of(const char *name)
{
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
        if (strcmp(scenes[i].name, name) == 0)
            return &scenes[i];
    fail("no such scene");
    return NULL;
}

static struct ad_figure *figure_of(const struct scene *s, struct ad_clock *clock)
{
    const struct ad_figure_cfg cfg = {.title = s->title,
                                      .panels = 8,
                                      .slices = 1 << 16,
                                      .findings = 10,
                                      .log = s->log,
                                      .low = (double)NAN,
                                      .high = (double)NAN};
    struct ad_figure *f = ad_figure_new(&cfg, s->rows ? NULL : clock);
    if (!f)
        fail("out of memory");
    s->make(f);
    if (ad_figure_settle(f))
        fail("out of memory");
    return f;
}

/* --- drawing -------------------------------------------------------------------------------- */

static void draw(const struct ad_figure *f, const struct scene *s, const char *kind)
{
    const struct ad_draw_cfg cfg = {s->width, 0};
    struct ad_str title = ad_str_of(s->title ? s->title : "");
    struct ad_xy size = ad_draw_size(f, &cfg);
    struct ad_sink sink;
    struct ad_err err = {0};
    if (ad_sink_open(&sink, STDOUT_FILENO, "standard output", &err))
        fail(err.text);
    struct ad_pen *pen = strcmp(kind, "png") == 0   ? ad_pen_png(&sink, size, &err)
                         : strcmp(kind, "pdf") == 0 ? ad_pen_pdf(&sink, size, title, &err)
                                                    : ad_pen_svg(&sink, size, title, true, &err);
    if (!pen || ad_draw(f, &cfg, pen) || ad_pen_close(pen, &err) || ad_sink_close(&sink, &err))
        fail(err.text ? err.text : "out of memory");
    ad_err_free(&err);
}

static void place(const struct ad_figure *f, const struct scene *s)
{
    struct ad_drawing d = {.f = f};
    const struct ad_draw_cfg cfg = {s->width, 0};
    const struct ad_panel *p = f->shown[0];
    const struct ad_slice *worst = NULL;
    ad_draw_layout(&d.l, f, &cfg);
    for (size_t i = 0; i < p->trace.n; i++)
        if (p->trace.slice[i].flagged &&
            (!worst || p->trace.slice[i].flag_score > worst->flag_score))
            worst = &p->trace.slice[i];
    double up = ad_figure_up(f, p, worst->flag.value);
    printf("%.0f %.0f\n", floor(ad_draw_x(&d, worst->flag.at)),
           floor(d.l.top + d.l.heading + d.l.plot * (1 - up)));
}

/* --- looking -------------------------------------------------------------------------------- */

static cairo_surface_t *open_png(const char *name)
{
    cairo_surface_t *png = cairo_image_surface_create_from_png(name);
    if (cairo_surface_status(png) != CAIRO_STATUS_SUCCESS)
        fail(name);
    return png;
}

/* Of a pixel, as 0xrrggbb. */
static unsigned pixel(cairo_surface_t *png, int x, int y)
{
    unsigned colour;
    memcpy(&colour,
           cairo_image_surface_get_data(png) + y * cairo_image_surface_get_stride(png) + 4 * x,
           sizeof colour);
    return colour & 0xffffff;
}

static bool differ(unsigned a, unsigned b, int levels)
{
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) > levels)
            return true;
    return false;
}

static void compare(const char *one, const char *other, int levels)
{
    cairo_surface_t *a = open_png(one), *b = open_png(other);
    int width = cairo_image_surface_get_width(a), height = cairo_image_surface_get_height(a);
    long differing = 0;
    if (width != cairo_image_surface_get_width(b) || height != cairo_image_surface_get_height(b)) {
        printf("%d x %d against %d x %d\n", width, height, cairo_image_surface_get_width(b),
               cairo_image_surface_get_height(b));
        exit(1);
    }
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            differing += differ(pixel(a, x, y), pixel(b, x, y), levels);
    printf("%.3f\n", 100.0 * (double)differing / ((double)width * height));
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
}

static void look(const char *name, int x, int y)
{
    cairo_surface_t *png = open_png(name);
    if (x >= 0 && y >= 0 && x < cairo_image_surface_get_width(png) &&
        y < cairo_image_surface_get_height(png))
        printf("%06x\n", pixel(png, x, y));
    cairo_surface_destroy(png);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    struct ad_err err = {0};
    if (strcmp(what, "compare") == 0 && argc == 5) {
        compare(argv[2], argv[3], atoi(argv[4]));
        return 0;
    }
    if (strcmp(what, "pixel") == 0 && argc == 5) {
        look(argv[2], atoi(argv[3]), atoi(argv[4]));
        return 0;
    }
    bool drawn = strcmp(what, "draw") == 0 && argc == 4;
    if (!drawn && strcmp(what, "place") != 0)
        fail("see the head of tests/pictures/picture.c");
    const struct scene *s = scene_of(argv[argc - 1]);
    struct ad_clock *clock = ad_clock_open("Europe/Berlin", NULL, &err);
    if (!clock)
        fail(err.text);
    struct ad_figure *f = figure_of(s, clock);
    if (drawn)
        draw(f, s, argv[2]);
    else
        place(f, s);
    ad_figure_free(f);
    ad_clock_close(clock);
    return 0;
}
