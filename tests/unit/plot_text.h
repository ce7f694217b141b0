/* What the tests of pictures in characters share: a sink to read from, and lines of it. */
#ifndef AD_UNIT_PLOT_TEXT_H
#define AD_UNIT_PLOT_TEXT_H

#include "io/sink.h"

#include <fcntl.h>

/* A sink that is only looked at; what is written must fit its buffer. */
static inline void open_sink(struct ad_sink *sink)
{
    struct ad_err err = {0};
    assert_int_equal(ad_sink_open(sink, open("/dev/null", O_WRONLY), "picture", &err), 0);
}

static inline void close_sink(struct ad_sink *sink)
{
    struct ad_err err = {0};
    assert_int_equal(ad_sink_close(sink, &err), 0);
}

static inline struct ad_str text_of(const struct ad_sink *sink)
{
    assert_false(sink->used);
    return (struct ad_str){sink->buf, sink->len};
}

/* The line of that number, from 0, without its end. */
static inline struct ad_str line_of(struct ad_str text, size_t number)
{
    const char *s = text.s, *end = text.s + text.len, *stop = NULL;
    for (size_t i = 0;; i++, s = stop + 1) {
        stop = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
        if (!stop)
            fail_msg("there is no line %zu", number);
        if (i == number)
            return (struct ad_str){s, (size_t)(stop - s)};
    }
}

/* The character in a column of a line whose characters take one column each; blank beyond it. */
static inline struct ad_str char_at(struct ad_str line, size_t column)
{
    size_t at = 0;
    for (; at < line.len; column--) {
        size_t n = 1;
        while (at + n < line.len && (line.s[at + n] & 0xc0) == 0x80)
            n++;
        if (column == 0)
            return (struct ad_str){line.s + at, n};
        at += n;
    }
    return (struct ad_str){" ", 1};
}

#define assert_char(line, column, want) check_char(line, column, want, __FILE__, __LINE__)

static inline void check_char(struct ad_str line, size_t column, const char *want, const char *file,
                              int number)
{
    struct ad_str got = char_at(line, column);
    if (ad_str_eq(got, ad_str_of(want)))
        return;
    print_error("column %zu is \"%.*s\", expected \"%s\", in \"%.*s\"\n", column, (int)got.len,
                got.s, want, (int)line.len, line.s);
    _fail(file, number);
}

#endif
