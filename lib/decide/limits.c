#include "decide/limits.h"

#include "base/hash.h"
#include "base/number.h"
#include "record/reader.h"

#include <math.h>
#include <stdlib.h>

/* A row of the file. */
struct row {
    struct ad_names cell; /* one for each field; empty: any */
    size_t given;         /* cells that are not empty, times among them */
    struct ad_hours hours;
    struct ad_limit limit;
};

/* The records whose values the rows cannot tell apart. */
struct context {
    size_t *word; /* [fields] 1 + place of the value in the column's words, 0: none of them */
    struct ad_limit_list list;
};

struct ad_limits {
    struct ad_names field;
    struct ad_names *word; /* [field.n]: the values that each column speaks of */
    size_t *column;        /* [field.n]: where they stand in the file */
    struct row *row;       /* [nrow], those with more cells given first */
    size_t nrow;
    struct context *context; /* [ncontext] */
    size_t ncontext, *slot, nslot;
    size_t *scratch; /* [field.n] */
    bool timed;
};

/* Where the columns that are no fields stand; SIZE_MAX: nowhere. */
enum { HOURS, WEEKDAYS, MIN, MAX, SPECIAL };
static const char *const special[] = {"hours", "weekdays", "min", "max"};

void ad_limits_free(struct ad_limits *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->nrow; i++)
        ad_names_free(&l->row[i].cell);
    for (size_t i = 0; l->word && i < l->field.n; i++)
        ad_names_free(&l->word[i]);
    for (size_t i = 0; i < l->ncontext; i++) {
        free(l->context[i].word);
        free((void *)l->context[i].list.limit);
    }
    ad_names_free(&l->field);
    free(l->word);
    free(l->column);
    free(l->row);
    free(l->context);
    free(l->slot);
    free(l->scratch);
    free(l);
}

static struct ad_str cell_of(const struct ad_record *rec, size_t column)
{
    struct ad_str none = {"", 0};
    return column == SIZE_MAX || !rec->value[column].s ? none : ad_str_trim(rec->value[column]);
}

static int parse_limit(struct ad_str cell, double *x)
{
    *x = NAN;
    return cell.len == 0 || ad_number_parse(cell, x) == 0 ? 0 : -1;
}

/* The times of a row from its two cells. Returns 0, or -1. */
static int parse_times(struct row *row, struct ad_str days, struct ad_str hours, struct ad_err *err)
{
    if (days.len + hours.len == 0)
        return 0;
    struct ad_buf text = {0};
    ad_buf_add(&text, days.s, days.len);
    ad_buf_addz(&text, " ");
    if (hours.len)
        ad_buf_add(&text, hours.s, hours.len);
    else
        ad_buf_addz(&text, "00:00-24:00");
    int rc = text.failed ? ad_err_nomem(err)
                         : ad_hours_parse(&row->hours, (struct ad_str){text.s, text.len}, err);
    ad_buf_free(&text);
    row->given += days.len > 0;
    row->given += hours.len > 0;
    return rc;
}

/* Remember a value that a column speaks of. */
static int add_word(struct ad_names *words, struct ad_str v)
{
    if (v.len == 0 || ad_names_find(words, v) >= 0)
        return 0;
    struct ad_str *all = calloc(words->n + 1, sizeof *all);
    if (!all)
        return -1;
    for (size_t i = 0; i < words->n; i++)
        all[i] = words->v[i];
    all[words->n] = v;
    int rc = ad_names_set(words, all, words->n + 1);
    free(all);
    return rc;
}

static int add_row(struct ad_limits *l, const struct ad_record *rec, const size_t *at,
                   struct ad_err *err)
{
    struct row *rows = realloc(l->row, (l->nrow + 1) * sizeof *rows);
    struct ad_str *cell = calloc(l->field.n + 1, sizeof *cell);
    if (rows)
        l->row = rows;
    if (!rows || !cell) {
        free(cell);
        return ad_err_nomem(err);
    }
    struct row *row = &l->row[l->nrow++];
    *row = (struct row){0};
    int rc = 0;
    for (size_t i = 0; i < l->field.n; i++) {
        cell[i] = cell_of(rec, l->column[i]);
        row->given += cell[i].len > 0;
        rc |= add_word(&l->word[i], cell[i]);
    }
    if (rc || ad_names_set(&row->cell, cell, l->field.n))
        rc = ad_err_nomem(err);
    free(cell);
    if (rc)
        return -1;
    if (parse_times(row, cell_of(rec, at[WEEKDAYS]), cell_of(rec, at[HOURS]), err))
        return -1;
    l->timed |= cell_of(rec, at[WEEKDAYS]).len + cell_of(rec, at[HOURS]).len > 0;
    if (parse_limit(cell_of(rec, at[MIN]), &row->limit.min) ||
        parse_limit(cell_of(rec, at[MAX]), &row->limit.max))
        return ad_err_set(err, "min and max must be numbers, or empty");
    if (row->limit.min > row->limit.max)
        return ad_err_set(err, "min is above max");
    return 0;
}

/* Which columns are fields, and where the others are. */
static int choose_columns(struct ad_limits *l, const struct ad_names *columns, size_t *at,
                          struct ad_err *err)
{
    struct ad_str *name = calloc(columns->n + 1, sizeof *name);
    l->column = calloc(columns->n + 1, sizeof *l->column);
    if (!name || !l->column) {
        free(name);
        return ad_err_nomem(err);
    }
    size_t n = 0;
    for (size_t i = 0; i < columns->n; i++) {
        size_t k = 0;
        while (k < SPECIAL && !ad_str_eq(columns->v[i], ad_str_of(special[k])))
            k++;
        if (k < SPECIAL) {
            at[k] = i;
        } else {
            name[n] = columns->v[i];
            l->column[n++] = i;
        }
    }
    int rc = ad_names_set(&l->field, name, n) ? ad_err_nomem(err) : 0;
    free(name);
    if (rc == 0 && at[MIN] == SIZE_MAX && at[MAX] == SIZE_MAX)
        rc = ad_err_set(err, "no column \"min\" or \"max\"");
    l->word = calloc(n + 1, sizeof *l->word);
    l->scratch = calloc(n + 1, sizeof *l->scratch);
    return rc || (l->word && l->scratch) ? rc : ad_err_nomem(err);
}

static int by_given(const void *a, const void *b)
{
    const struct row *p = a, *q = b;
    if (p->given != q->given)
        return p->given > q->given ? -1 : 1;
    return p->limit.hours < q->limit.hours ? -1 : p->limit.hours > q->limit.hours;
}

/* Sort the rows, keeping the order of equals, and point them to their own hours. */
static void arrange(struct ad_limits *l)
{
    static const struct ad_hours never;
    for (size_t i = 0; i < l->nrow; i++)
        l->row[i].limit.hours = &l->row[i].hours; /* in the order of the file */
    qsort(l->row, l->nrow, sizeof *l->row, by_given);
    for (size_t i = 0; i < l->nrow; i++) {
        struct row *row = &l->row[i];
        bool always = memcmp(&row->hours, &never, sizeof never) == 0;
        row->limit.hours = always ? NULL : &row->hours;
    }
}

static int read_rows(struct ad_limits *l, struct ad_reader *r, struct ad_err *err)
{
    enum { BLOCK = 64 };
    struct ad_record block[BLOCK];
    size_t at[SPECIAL] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
    const struct ad_names *columns = ad_reader_columns(r);
    if (choose_columns(l, columns, at, err) || ad_reader_want(r, columns->v, columns->n, err))
        return -1;
    int n;
    while ((n = ad_reader_block(r, block, BLOCK, err)) > 0)
        for (int i = 0; i < n; i++) {
            struct ad_err why = {0};
            if (block[i].kind == AD_RECORD_BLANK)
                continue;
            int bad = block[i].kind != AD_RECORD_DATA
                          ? ad_err_set(&why, "%s", block[i].why ? block[i].why : "bad record")
                          : add_row(l, &block[i], at, &why);
            if (bad)
                ad_err_set(err, "%s:%llu: %s", ad_reader_file(r), block[i].line, why.text);
            ad_err_free(&why);
            if (bad)
                return -1;
        }
    return n;
}

struct ad_limits *ad_limits_read(const char *path, struct ad_err *err)
{
    const struct ad_reader_cfg cfg = {.format = {.kind = AD_FORMAT_CSV, .header = true},
                                      .max_record = 1 << 20};
    struct ad_limits *l = calloc(1, sizeof *l);
    struct ad_source *src = ad_source_open(&path, 1, NULL, err);
    struct ad_reader *r = src && l ? ad_reader_open(src, &cfg, err) : NULL;
    int rc = r ? ad_reader_start(r, err) : l ? -1 : ad_err_nomem(err);
    if (rc == 0)
        rc = ad_err_set(err, "%s: empty; its first row names the columns", path);
    if (rc > 0)
        rc = read_rows(l, r, err);
    if (rc == 0)
        arrange(l);
    ad_reader_close(r);
    ad_source_close(src);
    if (rc == 0)
        return l;
    ad_limits_free(l);
    return NULL;
}

const struct ad_names *ad_limits_fields(const struct ad_limits *l)
{
    return &l->field;
}

bool ad_limits_timed(const struct ad_limits *l)
{
    return l->timed;
}

/* The rows that hold for a context, in their order. */
static int fill_list(struct ad_limits *l, struct context *c)
{
    const struct ad_limit **limit = calloc(l->nrow + 1, sizeof(struct ad_limit *));
    if (!limit)
        return -1;
    for (size_t i = 0; i < l->nrow; i++) {
        bool holds = true;
        for (size_t f = 0; f < l->field.n && holds; f++) {
            struct ad_str cell = l->row[i].cell.v[f];
            holds =
                cell.len == 0 || (c->word[f] > 0 && ad_str_eq(cell, l->word[f].v[c->word[f] - 1]));
        }
        if (holds)
            limit[c->list.n++] = &l->row[i].limit;
    }
    c->list.limit = limit;
    return 0;
}

/* The slot of a context with these words, or the empty one where it would go. */
static size_t slot_of(const struct ad_limits *l, const size_t *word)
{
    size_t hash = 0, bytes = l->field.n * sizeof *word;
    for (size_t f = 0; f < l->field.n; f++)
        hash = (hash ^ word[f]) * (size_t)UINT64_C(0x9E3779B97F4A7C15) + 1;
    size_t i = (hash >> 20) & (l->nslot - 1);
    while (l->slot[i] && memcmp(l->context[l->slot[i] - 1].word, word, bytes) != 0)
        i = (i + 1) & (l->nslot - 1);
    return i;
}

static int grow(struct ad_limits *l)
{
    size_t n = l->nslot ? 2 * l->nslot : 64;
    size_t *slot = calloc(n, sizeof *slot);
    struct context *context = realloc(l->context, n * sizeof *context);
    if (context)
        l->context = context;
    if (!slot || !context) {
        free(slot);
        return -1;
    }
    free(l->slot);
    l->slot = slot;
    l->nslot = n;
    for (size_t i = 0; i < l->ncontext; i++)
        l->slot[slot_of(l, l->context[i].word)] = i + 1;
    return 0;
}

size_t ad_limits_context(struct ad_limits *l, const struct ad_str *value)
{
    for (size_t f = 0; f < l->field.n; f++) {
        ptrdiff_t at = value[f].s ? ad_names_find(&l->word[f], value[f]) : -1;
        l->scratch[f] = (size_t)(at + 1);
    }
    if (2 * l->ncontext >= l->nslot && grow(l))
        return SIZE_MAX;
    size_t slot = slot_of(l, l->scratch);
    if (l->slot[slot])
        return l->slot[slot] - 1;
    struct context *c = &l->context[l->ncontext];
    *c = (struct context){.word = calloc(l->field.n + 1, sizeof *c->word)};
    if (!c->word)
        return SIZE_MAX;
    memcpy(c->word, l->scratch, l->field.n * sizeof *c->word);
    if (fill_list(l, c)) {
        free(c->word);
        return SIZE_MAX;
    }
    l->slot[slot] = ++l->ncontext;
    return l->ncontext - 1;
}

const struct ad_limit_list *ad_limits_of(const void *arg, size_t context)
{
    const struct ad_limits *l = arg;
    return context < l->ncontext ? &l->context[context].list : NULL;
}
