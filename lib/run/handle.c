/* Records through a handler: a program that does something else with them than to score them. */
#include "run/run.h"

#include <math.h>
#include <stdarg.h>

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
                                     .verbose = r->set.verbose};
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
                             .detector = r->sel.field.n ? ad_run_member(r, 0) : nothing,
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
    int rc = ad_run_read(r, rec, r->x, &c, &f);
    if (rc <= 0)
        return rc < 0 ? -1 : ad_run_pass(r, rec, &f);
    if (fill_item(r, &c, &item) || r->cmd->handler->record(r->cmd->cfg, &item, &r->err))
        return -1;
    r->count.records++;
    r->count.good++;
    r->count.flagged += item.flagged;
    if (ad_run_writes(r) && (item.flagged || !r->set.anomalies))
        ad_writer_put(r->writer, rec, r->cell);
    return 0;
}
