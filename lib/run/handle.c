/* Records through a handler: a program that does something else with them than to score them. */
#include "run/run.h"

#include <math.h>
#include <stdarg.h>

/* The name PREFIX SUFFIX into *out, if there is such a column. Returns 0, or -1. */
static int find_beside(struct ad_run *r, struct ad_str prefix, const char *suffix,
                       struct ad_names *out)
{
    struct ad_buf text = {0};
    ad_buf_add(&text, prefix.s, prefix.len);
    ad_buf_addz(&text, suffix);
    struct ad_str name = {text.s, text.len};
    int rc = text.failed ? -1 : 0;
    if (rc == 0 && ad_names_find(ad_reader_columns(r->reader), name) >= 0)
        rc = ad_names_set(out, &name, 1);
    ad_buf_free(&text);
    return rc ? ad_err_nomem(&r->err) : 0;
}

/* Rules speak for a detector: that of the ensemble, or the first. */
static int choose_speaker(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    struct ad_str own = ad_run_member(r, 0), ensemble = ad_str_of("ensemble");
    struct ad_names found = {0};
    int rc = 0;
    if (!ad_str_eq(own, ad_str_of("rule")))
        return ad_names_set(&r->speaker, &own, 1) ? ad_err_nomem(&r->err) : 0;
    rc = find_beside(r, ensemble, "_flag", &found);
    if (found.n)
        own = ensemble;
    for (size_t i = 0; rc == 0 && i < columns->n && !found.n; i++) {
        struct ad_str v = columns->v[i];
        if (!ad_str_glob(v, ad_str_of("*_score")) || ad_str_eq(v, ad_str_of("rule_score")))
            continue;
        v.len -= strlen("_score");
        rc = find_beside(r, v, "_flag", &found);
        if (found.n)
            own = v;
    }
    ad_names_free(&found);
    return rc || ad_names_set(&r->speaker, &own, 1) ? ad_err_nomem(&r->err) : 0;
}

int ad_run_choose_beside(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    if (!r->cmd->handler || !(r->detector->flags & AD_SCORES) || r->sel.field.n == 0)
        return 0;
    struct ad_str detector = ad_run_member(r, 0);
    if (choose_speaker(r) ||
        (detector.len < r->sel.field.v[0].len && find_beside(r, detector, "_flag", &r->flag)) ||
        find_beside(r, detector, "_reason", &r->reason_name))
        return -1;
    if (!r->reason_name.n && find_beside(r, ad_str_of("ensemble"), "_reason", &r->reason_name))
        return -1;
    for (size_t i = 0; i < columns->n && !r->reason_name.n; i++)
        if (ad_str_glob(columns->v[i], ad_str_of("*_reason")) &&
            ad_names_set(&r->reason_name, &columns->v[i], 1))
            return ad_err_nomem(&r->err);
    return 0;
}

int ad_run_handle_open(struct ad_run *r)
{
    const struct ad_handler *h = r->cmd->handler;
    if (!h)
        return 0;
    const struct ad_format json = {.kind = AD_FORMAT_NDJSON};
    static const struct ad_names none;
    const struct ad_writer_cfg cfg = {r->in, json, ad_reader_columns(r->reader), &none};
    r->json = ad_writer_open(&r->sink, &cfg, &r->err);
    const struct ad_stream stream = {.run = r,
                                     .field = &r->sel.field,
                                     .group = &r->sel.group,
                                     .clock = r->clock,
                                     .na = &r->na,
                                     .timed = r->sel.time.n > 0,
                                     .quiet = r->set.quiet,
                                     .verbose = r->set.verbose,
                                     .sink = &r->sink,
                                     .out = r->out,
                                     .resumed = r->set.resume && r->have_loaded,
                                     .log = r->log};
    return !r->json || (h->open && h->open(r->cmd->cfg, &stream, &r->err)) ? -1 : 0;
}

struct ad_str ad_item_json(const struct ad_item *item)
{
    return ad_writer_json(item->run->json, item->rec);
}

void ad_item_warn(const struct ad_item *item, const char *fmt, ...)
{
    const struct ad_run *r = item->run;
    struct ad_err text = {0};
    va_list ap;
    if (r->set.quiet)
        return;
    va_start(ap, fmt);
    ad_err_vset(&text, fmt, ap);
    va_end(ap);
    ad_run_say(r, "%s:%llu: %s", ad_reader_file(r->reader), item->rec->line, text.text);
    ad_err_free(&text);
}

/* Whether the detector raised an alarm. */
static bool raised(const struct ad_run *r, const struct ad_case *c)
{
    if (r->flag_slot == SIZE_MAX)
        return c->x[0] >= 0.5;
    return ad_label_parse(c->rec->value[r->flag_slot]) > 0;
}

static int fill_item(struct ad_run *r, struct ad_case *c, struct ad_item *item)
{
    const struct ad_str nothing = {"", 0};
    if (r->sel.field.n == 0)
        r->x[0] = NAN;
    *item = (struct ad_item){.run = r,
                             .rec = c->rec,
                             .sample = c->sample,
                             .raised = raised(r, c),
                             .detector = r->speaker.n ? r->speaker.v[0] : nothing,
                             .reason = r->reason_slot == SIZE_MAX ? nothing
                                                                  : c->rec->value[r->reason_slot],
                             .group = r->group_text,
                             .more = r->more_text,
                             .cell = r->cell};
    for (size_t i = 0; i < r->sel.group.n; i++)
        r->group_text[i] = c->rec->value[r->group_slot[i]];
    for (size_t i = 0; i < r->appended.n; i++)
        r->cell[i].kind = AD_CELL_EMPTY;
    struct ad_track *track = c->series ? c->series->track : NULL;
    if (track && !track->state &&
        !(track->state = r->detector->create(r->cmd->cfg, &r->judge.cfg.setup)))
        return ad_err_nomem(&r->err);
    item->state = track ? track->state : NULL;
    return 0;
}

int ad_run_handle(struct ad_run *r, const struct ad_record *rec)
{
    struct ad_case c;
    struct ad_fault f;
    struct ad_item item;
    unsigned long long late = r->count.late;
    int rc = ad_run_read(r, rec, r->x, &c, &f);
    if (rc <= 0)
        return rc < 0 ? -1 : ad_run_pass(r, rec, &f);
    if (fill_item(r, &c, &item))
        return -1;
    item.late = r->count.late > late;
    if (r->cmd->handler->record(r->cmd->cfg, &item, &r->err))
        return -1;
    r->count.late = late + item.late;
    r->count.records++;
    r->count.good++;
    r->count.flagged += item.flagged;
    if (ad_run_writes(r) && (item.flagged || !r->set.anomalies))
        ad_writer_put(r->writer, rec, r->cell);
    return 0;
}
