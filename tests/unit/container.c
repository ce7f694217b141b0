#define _XOPEN_SOURCE 700
#include "unit.h"

#include "base/pack.h"
#include "run/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { MOST = 1 << 20 };

static char dir[] = "/tmp/adkit-container-XXXXXX";
static char path[64];

static const struct ad_container_option options[] = {
    {{"window", 6}, {"100", 3}}, {{"field", 5}, {"value", 5}}, {{"group-by", 8}, {"", 0}}};

static struct ad_container sample(struct ad_str payload)
{
    return (struct ad_container){.detector = {"zscore", 6},
                                 .version = 2,
                                 .options = options,
                                 .noption = 3,
                                 .created = -5,
                                 .updated = 1700000000,
                                 .records = 12345678901,
                                 .payload = payload};
}

static void assert_eq(struct ad_str got, struct ad_str want)
{
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.s, want.s, want.len);
}

static struct ad_str slurp(void)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *s = malloc(MOST);
    size_t n = fread(s, 1, MOST, f);
    fclose(f);
    return (struct ad_str){s, n};
}

static void drop(struct ad_str v)
{
    free((char *)(uintptr_t)v.s);
}

static void write_sample(struct ad_str payload)
{
    struct ad_err err = {0};
    struct ad_container c = sample(payload);
    assert_int_equal(ad_container_write(path, 0600, &c, &err), 0);
}

static void round_trip(void **state)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 400000};
    struct ad_err err = {0};
    char *s = malloc(400000);
    unsigned random = 1;
    (void)state;
    for (size_t i = 0; i < 400000; i++)
        s[i] = (char)((random = random * 1103515245 + 12345) >> 24);
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        struct ad_str payload = {s, sizes[i / 2]};
        if (i % 2) /* once as it is, incompressible, once squeezed to nearly nothing */
            memset(s, 'x', payload.len);
        write_sample(payload);
        struct ad_container c, want = sample(payload);
        assert_int_equal(ad_container_read(path, sizes[i / 2], &c, &err), 0);
        assert_eq(c.detector, want.detector);
        assert_int_equal(c.version, 2);
        assert_int_equal(c.created, -5);
        assert_int_equal(c.updated, 1700000000);
        assert_int_equal(c.records, 12345678901);
        assert_int_equal(c.noption, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_eq(c.options[k].key, options[k].key);
            assert_eq(c.options[k].value, options[k].value);
        }
        assert_eq(c.payload, payload);
        assert_int_equal(ad_container_match(&c, &want, path, &err), 0);
        ad_container_free(&c);
        ad_container_free(&c);
    }
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(st.st_size < 4000); /* it is compressed */
    free(s);
}

static int parse(struct ad_str bytes, struct ad_err *err)
{
    struct ad_container c;
    /* An exact copy shows reads past the end to a sanitizer. */
    char *exact = malloc(bytes.len ? bytes.len : 1);
    memcpy(exact, bytes.s, bytes.len);
    int bad = ad_container_parse((struct ad_str){exact, bytes.len}, "s.ad", MOST, &c, err);
    if (!bad)
        ad_container_free(&c);
    free(exact);
    return bad;
}

static void assert_refused(struct ad_str bytes, const char *why)
{
    struct ad_err err = {0};
    assert_int_equal(parse(bytes, &err), -1);
    assert_string_equal(err.text, why);
    ad_err_free(&err);
}

#define DAMAGED(what) "s.ad: damaged: " what "; restore it from a copy, or remove it to start anew"
#define FOREIGN       "s.ad is not an adkit state file"

static void flipped_bits(void **state)
{
    (void)state;
    write_sample(ad_str_of("some payload, and some more"));
    struct ad_str file = slurp();
    char *s = (char *)(uintptr_t)file.s;
    for (size_t bit = 0; bit < 8 * file.len; bit++) {
        s[bit / 8] = (char)(s[bit / 8] ^ 1 << bit % 8);
        assert_refused(file, bit < 64 ? FOREIGN : DAMAGED("checksum does not match"));
        s[bit / 8] = (char)(s[bit / 8] ^ 1 << bit % 8);
    }
    drop(file);
}

static void truncations(void **state)
{
    (void)state;
    write_sample(ad_str_of("some payload, and some more"));
    struct ad_str file = slurp();
    struct ad_err err = {0};
    for (size_t len = 0; len < file.len; len++)
        assert_refused((struct ad_str){file.s, len}, len < 8 ? FOREIGN
                                                     : len < 12
                                                         ? DAMAGED("it is truncated")
                                                         : DAMAGED("checksum does not match"));
    assert_int_equal(parse(file, &err), 0);
    drop(file);
}

/* A container around this body, its checksum right. */
static struct ad_str frame(const struct ad_buf *body)
{
    struct ad_buf b = {0};
    ad_buf_add(&b, "adkit\x1a\r\n", 8);
    ad_buf_add(&b, body->s, body->len);
    uLong crc = crc32(0, (const unsigned char *)b.s, (uInt)b.len);
    for (int i = 0; i < 4; i++)
        ad_buf_add(&b, &(char){(char)(crc >> 8 * i)}, 1);
    assert_false(b.failed);
    return (struct ad_str){b.s, b.len};
}

static void refuse_body(struct ad_buf *body, const char *why)
{
    struct ad_str file = frame(body);
    assert_refused(file, why);
    drop(file);
    body->len = 0;
}

/* A head that announces noption options and size bytes of payload. */
static void put_head(struct ad_buf *body, uint64_t noption, uint64_t size)
{
    struct ad_save save = {body};
    body->len = 0;
    ad_save_u64(&save, AD_CONTAINER_FORMAT);
    ad_save_str(&save, ad_str_of("zscore"));
    ad_save_u64(&save, 2);
    ad_save_u64(&save, noption);
    for (int i = 0; i < 3; i++)
        ad_save_u64(&save, 7);
    ad_save_u64(&save, size);
}

/* Files whose checksum is right and whose content is not. */
static void hostile(void **state)
{
    struct ad_buf body = {0};
    struct ad_save save = {&body};
    struct ad_err err = {0};
    unsigned char packed[64];
    uLongf n = sizeof packed;
    (void)state;
    assert_int_equal(compress(packed, &n, (const unsigned char *)"abc", 3), Z_OK);
    ad_save_u64(&save, AD_CONTAINER_FORMAT + 1);
    ad_buf_addz(&body, "whatever");
    refuse_body(&body, "s.ad has format version 2, this program reads up to 1; use a newer one or "
                       "another file");
    refuse_body(&body, DAMAGED("no format version"));
    ad_save_u64(&save, AD_CONTAINER_FORMAT);
    refuse_body(&body, DAMAGED("malformed header"));
    put_head(&body, UINT64_MAX, 3);
    refuse_body(&body, DAMAGED("malformed header"));
    put_head(&body, 1, 3);
    refuse_body(&body, DAMAGED("malformed header"));
    put_head(&body, 0, MOST + 1);
    refuse_body(&body, "s.ad: its content of 1048577 bytes is above the limit of 1048576");
    put_head(&body, 0, MOST); /* more than the bytes that follow can be inflated to */
    ad_buf_add(&body, packed, n);
    refuse_body(&body, DAMAGED("malformed content"));
    for (uint64_t size = 0; size < 5; size++) {
        put_head(&body, 0, size);
        ad_buf_add(&body, packed, n);
        struct ad_str file = frame(&body);
        assert_int_equal(parse(file, &err), size == 3 ? 0 : -1);
        ad_err_free(&err);
        drop(file);
    }
    put_head(&body, 0, 3);
    ad_buf_add(&body, packed, n);
    ad_buf_addz(&body, "x");
    refuse_body(&body, DAMAGED("malformed content"));
    put_head(&body, 0, 3);
    ad_buf_add(&body, packed, n - 1);
    refuse_body(&body, DAMAGED("malformed content"));
    ad_buf_free(&body);
}

static void no_file(void **state)
{
    struct ad_container c;
    struct ad_err err = {0};
    char want[128];
    (void)state;
    unlink(path);
    assert_int_equal(ad_container_read(path, MOST, &c, &err), 1);
    assert_int_equal(ad_container_read(dir, MOST, &c, &err), -1);
    snprintf(want, sizeof want, "cannot read %s: not a regular file, or too large", dir);
    assert_string_equal(err.text, want);
    ad_err_free(&err);
}

static void assert_differs(const struct ad_container *c, const struct ad_container *want,
                           const char *why)
{
    struct ad_err err = {0};
    assert_int_equal(ad_container_match(c, want, "s.ad", &err), -1);
    assert_string_equal(err.text, why);
    ad_err_free(&err);
}

static void matches(void **state)
{
    struct ad_err err = {0};
    const struct ad_container is = sample(ad_str_of(""));
    struct ad_container want = is;
    (void)state;
    /* another order is the same; so is an older file */
    struct ad_container_option other[] = {options[2], options[0], options[1]};
    want.options = other;
    want.version = 3;
    assert_int_equal(ad_container_match(&is, &want, "s.ad", &err), 0);
    want.version = 1;
    assert_differs(&is, &want,
                   "s.ad was made by version 2 of zscore, this program has version 1; use a newer "
                   "one or another state file");
    want = is;
    want.detector = ad_str_of("ewma");
    assert_differs(&is, &want, "s.ad was made by zscore, not ewma; use another state file");
    want = is;
    want.options = other;
    other[1].value = ad_str_of("200");
    assert_differs(&is, &want,
                   "s.ad was made with --window=100, not 200; use the same option or another "
                   "state file");
    other[1] = (struct ad_container_option){ad_str_of("half-life"), ad_str_of("1h")};
    assert_differs(&is, &want,
                   "s.ad was made without --half-life=1h; use the same option or another state "
                   "file");
    want.noption = 1;
    assert_differs(&is, &want,
                   "s.ad was made with --window=100, not without it; use the same option or "
                   "another state file");
    struct ad_container_option odd = {ad_str_of("tz"), ad_str_of("a\x1b[2J")};
    struct ad_container made = is;
    made.options = &odd;
    made.noption = 1;
    assert_differs(&made, &want,
                   "s.ad was made without --group-by=; use the same option or another state file");
    want.noption = 0;
    assert_differs(&made, &want,
                   "s.ad was made with --tz=a\\x1B[2J, not without it; use the same option or "
                   "another state file");
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/s.ad", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(flipped_bits), cmocka_unit_test(truncations),
        cmocka_unit_test(hostile),    cmocka_unit_test(no_file),      cmocka_unit_test(matches),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
