#include "unit.h"

#include "clock.h"

#include "base/pack.h"
#include "run/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/labels-XXXXXX";

/* Write the file anew, so that its size or time differ. */
static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* A list of what the text says. */
static struct ad_labels list(const char *text, size_t ngroup)
{
    struct ad_labels l = {.path = path, .ngroup = ngroup};
    struct ad_err err = {0};
    struct ad_clock *clock = open_clock("UTC", NULL);
    write_file(text);
    assert_int_equal(ad_labels_read(&l, clock, &err), 1);
    ad_clock_close(clock);
    return l;
}

static double find(const struct ad_labels *l, const char *key, double t)
{
    return ad_labels_find(l, ad_str_of(key), t);
}

static void words(void **state)
{
    (void)state;
    const char *const yes[] = {"1", "true", "Yes", "ANOMALY"};
    const char *const no[] = {"0", "FALSE", "no", "normal"};
    const char *const neither[] = {"", "2", "01", "tru", "anomalyy"};
    for (size_t i = 0; i < 4; i++) {
        assert_close(ad_label_parse(ad_str_of(yes[i])), 1, 0);
        assert_close(ad_label_parse(ad_str_of(no[i])), 0, 0);
    }
    for (size_t i = 0; i < 5; i++)
        assert_true(isnan(ad_label_parse(ad_str_of(neither[i]))));
}

static void by_time_and_key(void **state)
{
    (void)state;
    struct ad_labels l = list("# who was on call\n\n"
                              "300\tweb\t0\r\n"
                              "100\tweb\t1\tdisk full\n"
                              "100\tdb\t0\n",
                              1);
    assert_int_equal(l.n, 3);
    assert_int_equal(l.wrong, 0);
    assert_close(find(&l, "web", 100), 1, 0);
    assert_close(find(&l, "db", 100), 0, 0);
    assert_close(find(&l, "web", 300), 0, 0);
    assert_true(isnan(find(&l, "web", 200)));
    assert_true(isnan(find(&l, "we", 100)));
    assert_true(isnan(find(&l, "", 100)));
    ad_labels_free(&l);
}

static void ranges(void **state)
{
    (void)state;
    struct ad_labels l = list("1970-01-01T00:00:10/1970-01-01T00:01:40\t-\t1\n"
                              "20/30\t-\t0\n"
                              "20\t-\t1\n"
                              "200/150\t-\t1\n",
                              0);
    assert_close(find(&l, "", 10), 1, 0);
    assert_close(find(&l, "", 100), 1, 0);
    assert_close(find(&l, "", 20), 1, 0); /* the later line */
    assert_close(find(&l, "", 25), 0, 0);
    assert_close(find(&l, "", 31), 1, 0); /* behind the short one, inside the long one */
    assert_true(isnan(find(&l, "", 9)));
    assert_true(isnan(find(&l, "", 101)));
    assert_int_equal(l.wrong, 1);
    assert_non_null(strstr(l.what.text, ":4: not a time, nor FROM/TO"));
    ad_labels_free(&l);
}

static void several_groups(void **state)
{
    (void)state;
    struct ad_labels l = list("5\tweb\teu\t1\n5\tweb\t1\n", 2);
    struct ad_buf key = {0};
    struct ad_save pack = {.out = &key};
    ad_save_str(&pack, ad_str_of("web"));
    ad_save_str(&pack, ad_str_of("eu"));
    assert_close(ad_labels_find(&l, (struct ad_str){key.s, key.len}, 5), 1, 0);
    assert_int_equal(l.n, 1);
    assert_non_null(strstr(l.what.text, ":2: want time, key and label (0 or 1)"));
    ad_buf_free(&key);
    ad_labels_free(&l);
}

static void without_groups_the_key_may_be_left_out(void **state)
{
    (void)state;
    struct ad_labels l = list("5\t1\n6\tany\t1\n7\t1\tnot a label\n", 0);
    assert_close(find(&l, "", 5), 1, 0);
    assert_close(find(&l, "", 6), 1, 0);
    assert_int_equal(l.wrong, 1);
    ad_labels_free(&l);
}

/* Whoever types is not done before the end of the line. */
static void grows(void **state)
{
    (void)state;
    struct ad_err err = {0};
    struct ad_clock *clock = open_clock("UTC", NULL);
    struct ad_labels l = list("5\t-\t1\n6\t-", 0);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.wrong, 0);
    assert_int_equal(ad_labels_read(&l, clock, &err), 0);
    write_file("5\t-\t1\n6\t-\t0\n7\t-\t1");
    assert_int_equal(ad_labels_read(&l, clock, &err), 1);
    assert_int_equal(l.n, 3);
    assert_close(find(&l, "", 6), 0, 0);
    assert_close(find(&l, "", 7), 1, 0);
    ad_labels_free(&l);
    ad_clock_close(clock);
}

static void not_there(void **state)
{
    (void)state;
    struct ad_err err = {0};
    struct ad_clock *clock = open_clock("UTC", NULL);
    struct ad_labels l = {.path = "/nonexistent/labels"};
    assert_int_equal(ad_labels_read(&l, clock, &err), -1);
    assert_string_equal(err.text, "/nonexistent/labels: No such file or directory");
    ad_err_free(&err);
    /* But one that vanishes later is being replaced. */
    l = list("5\t-\t1\n", 0);
    l.path = "/nonexistent/labels";
    assert_int_equal(ad_labels_read(&l, clock, &err), 0);
    assert_close(find(&l, "", 5), 1, 0);
    ad_labels_free(&l);
    ad_clock_close(clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(by_time_and_key),
        cmocka_unit_test(ranges),
        cmocka_unit_test(several_groups),
        cmocka_unit_test(without_groups_the_key_may_be_left_out),
        cmocka_unit_test(grows),
        cmocka_unit_test(not_there),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
