#include "obliquetree.h"

#include <string.h>

/* Numbers alone are scored another way than what has missing values or categories. */
static void test_rows_do_not_depend_on_company(void **state)
{
    (void)state;
    static const bool none[COLS] = {false};
    struct data m;
    make_data(&m, 4);
    for (int q = 0; q < 2; q++) {
        struct ad_columns d = m.d;
        d.category = NULL;
        struct ad_obliquetrees *f = grown(kinds[q], 10, &d, 100);
        double all[ROWS], alone, same[ROWS];
        ad_obliquetrees_depth(f, &d, all);
        d.category = none;
        ad_obliquetrees_depth(f, &d, same);
        assert_memory_equal(all, same, sizeof all);
        d.rows = 1;
        for (size_t j = 0; j < ROWS; j++, d.x++) {
            d.category = j % 2 ? NULL : none;
            ad_obliquetrees_depth(f, &d, &alone);
            assert_memory_equal(&alone, all + j, sizeof alone);
        }
        ad_obliquetrees_free(f);
    }
}

/* The same seed, the same trees; growing one anew leaves nothing of the old. */
static void test_repeats(void **state)
{
    (void)state;
    struct data m;
    make_data(&m, 5);
    for (int q = 0; q < 2; q++) {
        struct ad_obliquetrees *f = grown(kinds[q], 5, &m.d, 64), *g = grown(kinds[q], 5, &m.d, 64);
        assert_true(same(f, g));
        grow_again(g, 3, &m.d, 64, 7);
        assert_false(same(f, g));
        grow_again(f, 3, &m.d, 64, 7);
        assert_true(same(f, g));
        ad_obliquetrees_free(f);
        ad_obliquetrees_free(g);
    }
}

/* Mean path lengths of the rows 0, 1/4 and 1 of one column, and of one at 9. */
static void mean_path(enum ad_oblique_kind kind, size_t trees, double *mean)
{
    static const float x[] = {0, 0.25f, 1, 9};
    struct ad_columns d = {4, 1, 4, x, NULL};
    struct ad_obliquetrees *f = grown(kind, trees, &d, 3);
    ad_obliquetrees_depth(f, &d, mean);
    for (int j = 0; j < 4; j++)
        mean[j] /= (double)trees;
    ad_obliquetrees_free(f);
}

/* By hand: a uniform cut sets 0 apart with probability 1/4, else 1; the other two then share a leaf
 * and c(2) = 1. The standard deviation of a path is sqrt(3)/4, that of the mean .007. */
static void test_extended_path_in_expectation(void **state)
{
    (void)state;
    double mean[4];
    mean_path(AD_OBLIQUE_EIF, 4000, mean);
    assert_in_range(1000 * mean[0], 1725, 1775);
    assert_close(mean[1], 2, 0);
    assert_in_range(1000 * mean[2], 1225, 1275);
    assert_close(mean[3], mean[2], 0);
}

/* By hand: the cut is always at 5/8, and 9 is farther from it than the rows' extent of 1. */
static void test_fair_path(void **state)
{
    (void)state;
    double mean[4];
    mean_path(AD_OBLIQUE_FCF, 10, mean);
    assert_close(mean[0], 2, 0);
    assert_close(mean[1], 2, 0);
    assert_close(mean[2], 1, 0);
    assert_close(mean[3], 0, 0);
}

/* Where no float is between two, the cut is at the one that stays below it. */
static void test_cut_between_neighbours(void **state)
{
    (void)state;
    float x[] = {0.5f, 0.5f, nextafterf(0.5f, 1)};
    struct ad_columns d = {3, 1, 3, x, NULL};
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct ad_obliquetrees *f = ad_obliquetrees_new(AD_OBLIQUE_FCF, 1, 1, 3);
        double depth[3];
        grow_again(f, 0, &d, 3, seed);
        ad_obliquetrees_depth(f, &d, depth);
        assert_close(depth[0], 2, 0);
        assert_close(depth[1], 2, 0);
        assert_close(depth[2], 1, 0);
        ad_obliquetrees_free(f);
    }
}

/* Nothing to cut: one row, two rows, rows that are all the same or all missing. */
static void test_nothing_to_cut(void **state)
{
    (void)state;
    static float x[2][ROWS];
    static const size_t psi[] = {1, 2, ROWS};
    double depth[ROWS];
    for (size_t j = 0; j < ROWS; j++) {
        x[0][j] = 0.25f;
        x[1][j] = NAN;
    }
    for (int q = 0; q < 2; q++)
        for (size_t i = 0; i < 3; i++) {
            struct ad_columns d = {ROWS, 2, ROWS, x[0], i == 1 ? categories : NULL};
            struct ad_obliquetrees *f = grown(kinds[q], 3, &d, psi[i]);
            ad_obliquetrees_depth(f, &d, depth);
            assert_close(depth[0], 3 * ad_forest_path(psi[i]), 1e-15);
            assert_close(depth[ROWS - 1], depth[0], 0);
            ad_obliquetrees_free(f);
        }
}

/* Category 3 once, 0 seven times: which of them a tree asks for, all others go with the other;
 * missing ones go with the most. */
static void test_categories(void **state)
{
    (void)state;
    static const float x[] = {0, 0, 3, 0, 0, 0, 0, 0, 1, -1, NAN};
    static const bool category = true;
    struct ad_columns d = {11, 1, 11, x, &category};
    double depth[11], common = 1 + ad_forest_path(7);
    int asked_common = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct ad_obliquetrees *f = ad_obliquetrees_new(AD_OBLIQUE_FCF, 1, 1, 8);
        grow_again(f, 0, &d, 8, seed);
        ad_obliquetrees_depth(f, &d, depth);
        bool asked = depth[8] < 1.5;
        asked_common += asked;
        assert_close(depth[0], common, 1e-15);
        assert_close(depth[2], 1, 0);
        assert_close(depth[8], asked ? 1 : common, 1e-15);
        assert_close(depth[9], depth[8], 0);
        assert_close(depth[10], common, 1e-15);
        ad_obliquetrees_free(f);
    }
    assert_in_range(asked_common, 3, 17);
}

/* Categories never seen are no category in the fit either. */
static void test_one_category(void **state)
{
    (void)state;
    static const float x[] = {0, -1, 0, -1, NAN};
    static const bool category = true;
    struct ad_columns d = {5, 1, 5, x, &category};
    struct ad_obliquetrees *f = grown(AD_OBLIQUE_EIF, 1, &d, 5);
    double depth[5];
    ad_obliquetrees_depth(f, &d, depth);
    assert_close(depth[1], ad_forest_path(5), 0);
    ad_obliquetrees_free(f);
}

/* Of an infinite row no cut counts that looks at the column, as with the largest finite number. */
static void test_infinite_rows_are_far(void **state)
{
    (void)state;
    struct data m;
    make_data(&m, 6);
    struct ad_columns d = {ROWS, 2, ROWS, m.x[0], NULL};
    struct ad_obliquetrees *f = grown(AD_OBLIQUE_FCF, 50, &d, 200);
    double depth[ROWS], least = INFINITY;
    for (size_t j = 0; j < ROWS; j++)
        m.x[1][j] = isnan(m.x[1][j]) ? 0.5f : m.x[1][j];
    m.x[0][290] = INFINITY;
    m.x[0][291] = FLT_MAX;
    m.x[0][292] = m.x[1][292] = -INFINITY;
    m.x[1][290] = m.x[1][291] = 0.5f;
    m.x[0][293] = m.x[1][293] = -FLT_MAX;
    ad_obliquetrees_depth(f, &d, depth);
    for (size_t j = 0; j < 200; j++)
        least = fmin(least, depth[j]);
    assert_close(depth[290], depth[291], 0);
    assert_true(depth[290] >= 0 && depth[290] < least / 2);
    assert_close(depth[292], depth[293], 0);
    assert_true(depth[292] >= 0 && depth[292] < least / 2);
    ad_obliquetrees_free(f);
}

/* No recursion, and no limit: one row more of the series 1, 1/2, 1/4 ... comes off at a time. */
static void test_deep_trees(void **state)
{
    (void)state;
    float x[ROWS];
    for (int j = 0; j < 140; j++)
        x[j] = ldexpf(1, -j);
    struct ad_columns d = {140, 1, 140, x, NULL};
    struct ad_obliquetrees *f = grown(AD_OBLIQUE_FCF, 1, &d, 140);
    double depth[140];
    ad_obliquetrees_depth(f, &d, depth);
    assert_true(depth[139] > 60);
    ad_obliquetrees_free(f);
}

static void test_scale_does_not_matter(void **state)
{
    (void)state;
    struct data m;
    make_data(&m, 7);
    struct ad_columns d = {ROWS, 2, ROWS, m.x[0], NULL};
    for (int q = 0; q < 2; q++) {
        double depth[2][ROWS], off = 0;
        for (int i = 0; i < 2; i++) {
            struct ad_obliquetrees *f = grown(kinds[q], 100, &d, 128);
            ad_obliquetrees_depth(f, &d, depth[i]);
            ad_obliquetrees_free(f);
            for (size_t j = 0; j < ROWS; j++)
                m.x[0][j] *= 1.0f / 64;
        }
        for (size_t j = 0; j < ROWS; j++)
            off = fmax(off, fabs(depth[1][j] - depth[0][j]) / depth[0][j]);
        assert_true(off < 0.01);
    }
}

static int load(struct ad_obliquetrees *f, const char *s, size_t len)
{
    return ad_obliquetrees_load(f, &(struct ad_load){{s, len}, false});
}

static void test_saves(void **state)
{
    (void)state;
    struct data m;
    double before[ROWS], after[ROWS];
    for (int q = 0; q < 2; q++) {
        make_data(&m, 8);
        struct ad_obliquetrees *f = grown(kinds[q], 6, &m.d, 128);
        struct ad_obliquetrees *g = ad_obliquetrees_new(kinds[q], 6, COLS, 128);
        struct ad_buf bytes = saved(f);
        spoil(&m);
        assert_int_equal(load(g, bytes.s, bytes.len), 0);
        assert_true(same(f, g));
        ad_obliquetrees_depth(f, &m.d, before);
        ad_obliquetrees_depth(g, &m.d, after);
        assert_memory_equal(before, after, sizeof before);
        ad_obliquetrees_free(f);
        ad_buf_free(&bytes);
        /* Also what is not grown yet, over what was. */
        f = ad_obliquetrees_new(kinds[q], 6, COLS, 128);
        bytes = saved(f);
        assert_int_equal(load(g, bytes.s, bytes.len), 0);
        assert_true(same(f, g));
        ad_obliquetrees_free(f);
        ad_obliquetrees_free(g);
        ad_buf_free(&bytes);
    }
}

/* Into a saved tree that has less than 128 bytes. */
static void put_word(char *bytes, int word, uint32_t is)
{
    for (int i = 0; i < 4; i++)
        bytes[2 + 4 * word + i] = (char)(is >> 8 * i);
}

/* A tree of 5 rows in one column: a node of eight words and two leaves, after a head of 2 bytes. */
static void test_load_refuses(void **state)
{
    (void)state;
    static const float x[] = {0, 0, 0, 0, 1};
    static const struct {
        int word;
        uint32_t is;
    } bad[] = {
        {0, 0},          /* a node where there is no more */
        {0, 0x80000001}, /* no such column */
        {1, 0xffffffff}, /* nor this */
        {2, 0x3f800001}, /* a coefficient above 1 */
        {3, 0x7fc00000}, /* NaN */
        {4, 0x7f800000}, /* infinity */
        {6, 0xff800000}, /* -infinity */
        {7, 0xbf800000}, /* a reach of -1 */
        {8, 5},          /* more rows than there were */
        {8, 3},          /* one fewer, or two more */
        {9, 3},          /* two more, or one fewer */
    };
    struct ad_columns d = {5, 1, 5, x, NULL};
    struct ad_obliquetrees *f = grown(AD_OBLIQUE_FCF, 1, &d, 5);
    struct ad_buf bytes = saved(f);
    assert_int_equal(bytes.len, 42);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(load(f, bytes.s, len), -1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *at = bytes.s + 2 + 4 * bad[i].word, was[4];
        memcpy(was, at, 4);
        put_word(bytes.s, bad[i].word, bad[i].is);
        assert_int_equal(load(f, bytes.s, bytes.len), -1);
        memcpy(at, was, 4);
        assert_int_equal(load(f, bytes.s, bytes.len), 0);
    }
    put_word(bytes.s, 8, 5);
    put_word(bytes.s, 9, 0);
    assert_int_equal(load(f, bytes.s, bytes.len), -1);
    ad_buf_free(&bytes);
    ad_obliquetrees_free(f);
}

/* Two extended nodes in a row, which are too deep for two rows, and two of which only one is used;
 * all coefficients and cuts are 0. */
static void test_load_refuses_other_shapes(void **state)
{
    (void)state;
    static const uint32_t LEAF = 0x80000000;
    struct ad_obliquetrees *two = ad_obliquetrees_new(AD_OBLIQUE_EIF, 1, 1, 2);
    struct ad_obliquetrees *three = ad_obliquetrees_new(AD_OBLIQUE_EIF, 1, 1, 3);
    char bytes[2 + 4 * 17] = {'s', 4 * 17};
    put_word(bytes, 0, LEAF);
    put_word(bytes, 7, LEAF);
    put_word(bytes, 8, LEAF);
    put_word(bytes, 14, 1);
    put_word(bytes, 15, 1);
    assert_int_equal(load(two, bytes, sizeof bytes), -1);
    put_word(bytes, 16, 1);
    assert_int_equal(load(three, bytes, sizeof bytes), 0);
    put_word(bytes, 1, LEAF);
    assert_int_equal(load(three, bytes, sizeof bytes), -1);
    ad_obliquetrees_free(two);
    ad_obliquetrees_free(three);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rows_do_not_depend_on_company),
    cmocka_unit_test(test_repeats),
    cmocka_unit_test(test_extended_path_in_expectation),
    cmocka_unit_test(test_fair_path),
    cmocka_unit_test(test_cut_between_neighbours),
    cmocka_unit_test(test_nothing_to_cut),
    cmocka_unit_test(test_one_category),
    cmocka_unit_test(test_categories),
    cmocka_unit_test(test_infinite_rows_are_far),
    cmocka_unit_test(test_deep_trees),
    cmocka_unit_test(test_scale_does_not_matter),
    cmocka_unit_test(test_saves),
    cmocka_unit_test(test_load_refuses),
    cmocka_unit_test(test_load_refuses_other_shapes),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
