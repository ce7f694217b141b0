#include "base/number.h"
#include "plot/picture.h"
#include "plot/plotter.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct options {
    struct ad_picture_cfg picture;
    const char *title, *score, *range, *from, *to, *windows, *key;
    unsigned long long panels;
    bool log;
    struct ad_figure_cfg figure;
    struct ad_windows *read; /* of --windows */
    struct ad_plotter plotter;
    /* A terminal shows how the picture grows. */
    bool live;
    double drawn;      /* when it was drawn last */
    uint64_t drawn_of; /* how many records, */
    size_t lines;      /* on how many lines */
} cfg = {
    .panels = 12,
    .figure = {.slices = 1 << 19, .findings = 1000, .low = NAN, .high = NAN},
    .plotter = {.from = NAN, .to = NAN},
};

#define AT(member) offsetof(struct options, member)

static const struct ad_opt options[] = {
    {.type = AD_OPT_HEADING, .help = "Picture"},
    {"out", 'o', AD_OPT_CHOICE, AT(picture.form), 0, 0, "auto|svg|png|pdf|text",
     "format (text on a terminal, else svg)"},
    {"html", 0, AD_OPT_FLAG, AT(picture.html), 0, 0, NULL, "a report: picture, zoom, anomalies"},
    {"width", 0, AD_OPT_COUNT, AT(picture.width), 1, 30000, "N",
     "pixels (1200), or columns of text"},
    {"height", 0, AD_OPT_COUNT, AT(picture.height), 3, 5000, "N",
     "of a panel: pixels, or lines of text"},
    {"chars", 0, AD_OPT_CHOICE, AT(picture.chars), 0, 0, "auto|braille|block|ascii",
     "what text is drawn with"},
    {"color", 0, AD_OPT_CHOICE, AT(picture.colour), 0, 0, "auto|always|never", "of text"},
    {"title", 0, AD_OPT_TEXT, AT(title), 0, 0, "TEXT", "above it all"},
    {"panels", 0, AD_OPT_COUNT, AT(panels), 1, 1000, "N",
     "at most: those with most that is flagged (12)"},
    {"log", 0, AD_OPT_FLAG, AT(log), 0, 0, NULL, "logarithmic values"},
    {"range", 0, AD_OPT_TEXT, AT(range), 0, 0, "LO:HI", "of values (what there is)"},
    {"from", 0, AD_OPT_TEXT, AT(from), 0, 0, "TIME", "leave out what is before"},
    {"to", 0, AD_OPT_TEXT, AT(to), 0, 0, "TIME", "and what is after"},
    {"score", 0, AD_OPT_TEXT, AT(score), 0, 0, "FIELD", "the score (as ad-alert chooses it)"},
    {"windows", 0, AD_OPT_TEXT, AT(windows), 0, 0, "FILE", "mark these times: from,to, or JSON"},
    {"key", 0, AD_OPT_TEXT, AT(key), 0, 0, "NAME", "whose windows (those of the group)"},
    {.type = AD_OPT_END},
};

/* --- options -------------------------------------------------------------------------------- */

static int parse_range(struct ad_err *err)
{
    const char *colon = cfg.range ? strchr(cfg.range, ':') : NULL;
    struct ad_figure_cfg *f = &cfg.figure;
    if (!cfg.range)
        return 0;
    if (!colon ||
        ad_number_parse((struct ad_str){cfg.range, (size_t)(colon - cfg.range)}, &f->low) ||
        ad_number_parse(ad_str_of(colon + 1), &f->high) || !(f->low < f->high))
        return ad_err_set(err, "--range=%s: give the least and the largest value, as in 0:100",
                          cfg.range);
    if (cfg.log && f->low <= 0)
        return ad_err_set(err, "--range=%s: a logarithmic axis begins above 0", cfg.range);
    return 0;
}

/* A time, or the number of a row. Which, is known once there are records. */
static int parse_end(const char *name, const char *text, struct ad_clock *clock, double *at,
                     struct ad_err *err)
{
    if (!text)
        return 0;
    if (clock ? ad_clock_parse(clock, ad_str_of(text), at) : ad_number_parse(ad_str_of(text), at))
        return ad_err_set(err, "--%s=%s: not a %s", name, text,
                          clock ? "time, such as 2024-03-31T12:00"
                                : "number of a record, "
                                  "and the records have no time");
    return 0;
}

static int parse_ends(struct ad_clock *clock, struct ad_err *err)
{
    double *from = &cfg.plotter.from, *to = &cfg.plotter.to;
    if (parse_end("from", cfg.from, clock, from, err) || parse_end("to", cfg.to, clock, to, err))
        return -1;
    return *to < *from ? ad_err_set(err, "--to is before --from") : 0;
}

static int prepare(void *arg, struct ad_err *err)
{
    (void)arg;
    const char *wrong = ad_picture_check(&cfg.picture);
    if (wrong)
        return ad_err_set(err, "%s", wrong);
    if (cfg.key && !cfg.windows)
        return ad_err_set(err, "--key goes with --windows");
    cfg.figure.title = cfg.title;
    cfg.figure.panels = (size_t)cfg.panels;
    cfg.figure.log = cfg.log;
    cfg.plotter.key = cfg.key;
    cfg.live = ad_picture_form(&cfg.picture) == AD_FORM_TEXT && isatty(STDOUT_FILENO);
    if (cfg.windows && !cfg.read && !(cfg.read = ad_windows_read(cfg.windows, err)))
        return -1;
    cfg.plotter.windows = cfg.read;
    /* What is no time at all is found before any input is read. */
    struct ad_clock *clock = ad_clock_open(NULL, NULL, err);
    int rc = clock ? parse_ends(clock, err) : -1;
    ad_clock_close(clock);
    return rc ? -1 : parse_range(err);
}

static const char *needs_time(const void *arg)
{
    (void)arg;
    return cfg.windows ? "--windows" : NULL;
}

/* --- records -------------------------------------------------------------------------------- */

static int layout(void *arg, const struct ad_layout *names, int *status, struct ad_err *err)
{
    (void)arg;
    (void)status;
    return ad_columns_choose(&cfg.plotter.columns, names, cfg.score, err);
}

static const struct ad_names *more(const void *arg)
{
    (void)arg;
    return &cfg.plotter.columns.name;
}

static const char *annotate(const void *arg, const struct ad_str *text, struct ad_sample *sample,
                            size_t *at)
{
    (void)arg;
    (void)sample;
    return ad_plotter_read(&cfg.plotter, text, at);
}

static int open_stream(void *arg, const struct ad_stream *stream, struct ad_err *err)
{
    (void)arg;
    /* In the zone of the stream, but never in its --time-format. */
    struct ad_clock *clock =
        stream->timed ? ad_clock_open(ad_clock_zone(stream->clock), NULL, err) : NULL;
    int rc = stream->timed && !clock ? -1 : parse_ends(clock, err);
    ad_clock_close(clock);
    return rc ? -1 : ad_plotter_open(&cfg.plotter, &cfg.figure, stream, err);
}

static int record(void *arg, struct ad_item *item, struct ad_err *err)
{
    (void)arg;
    return ad_plotter_add(&cfg.plotter, item->state, item, err);
}

static int draw(struct ad_err *err)
{
    struct ad_figure *f = cfg.plotter.figure;
    struct ad_sink *sink = cfg.plotter.stream.sink;
    if (!f || f->n == 0)
        return 0;
    if (ad_figure_settle(f))
        return ad_err_nomem(err);
    if (cfg.lines) {
        char up[32];
        int n = snprintf(up, sizeof up, "\033[%zuA\033[J", cfg.lines);
        ad_sink_write(sink, up, (size_t)n);
    }
    cfg.drawn_of = f->records;
    return ad_picture_draw(f, &cfg.picture, sink, &cfg.lines, err);
}

/* While more is to come, once a second at most. */
static int idle(void *arg, double *next, struct ad_err *err)
{
    (void)arg;
    struct timespec now;
    const struct ad_figure *f = cfg.plotter.figure;
    if (!cfg.live || !f || f->records == cfg.drawn_of)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double t = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    if (t < cfg.drawn + 1) {
        *next = cfg.drawn + 1 - t;
        return 0;
    }
    cfg.drawn = t;
    return draw(err);
}

static int close_stream(void *arg, int *status, struct ad_err *err)
{
    (void)arg;
    (void)status;
    return draw(err);
}

static void *create(const void *arg, const struct ad_setup *setup)
{
    (void)arg;
    (void)setup;
    return ad_plotter_group_new(&cfg.plotter);
}

static void destroy(void *group)
{
    ad_plotter_group_free(group);
}

static const char *check(const void *arg)
{
    (void)arg;
    return NULL;
}

static const struct ad_detector panels = {
    .name = "plot",
    .flags = AD_MULTI | AD_LIMITS,
    .check = check,
    .create = create,
    .destroy = destroy,
};

static const struct ad_handler handler = {
    .labels = true, .open = open_stream, .record = record, .idle = idle, .close = close_stream};

static const struct ad_cmd command = {
    .name = "ad-plot",
    .summary = "Draw scored records: on the terminal, as SVG, PNG or PDF, as a report.",
    .detector = &panels,
    .handler = &handler,
    .prepare = prepare,
    .options = options,
    .cfg = &cfg,
    .needs_time = needs_time,
    .layout = layout,
    .more = more,
    .annotate = annotate,
};

int main(int argc, char **argv)
{
    int status = ad_run(&command, argc, argv);
    ad_plotter_close(&cfg.plotter);
    ad_windows_free(cfg.read);
    return status;
}
