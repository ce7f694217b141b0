#include "unit.h"

#include "maths/rng.h"
#include "maths/sketch.h"

#include <string.h>

enum { ROOM = 130 };

struct rig {
    struct ad_sketch s;
    float place[2 * ROOM];
};

static struct ad_sketch *rig_open(struct rig *rig, size_t room)
{
    ad_sketch_init(&rig->s, rig->place, room);
    return &rig->s;
}

static void add(struct ad_sketch *s, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ad_sketch_add(s, x[i]);
}

/* Distances by hand. */
static void test_novelty_of_a_few_values(void **state)
{
    (void)state;
    struct rig rig;
    struct ad_sketch *s = rig_open(&rig, 8);
    assert_close(ad_sketch_novelty(s, 5), 0, 0);
    add(s, (double[]){3, 1, 2}, 3);
    assert_close(ad_sketch_novelty(s, 99), 0, 0); /* three values tell nothing */
    add(s, (double[]){4}, 1);
    /* A single value reaches as far as its neighbour, 1; the spread is 3. */
    assert_close(ad_sketch_novelty(s, 4.75), 0, 0);
    assert_close(ad_sketch_novelty(s, 5.3), 0.3 / 3, 1e-6);
    assert_close(ad_sketch_novelty(s, -0.3), 0.3 / 3, 1e-6);
    assert_close(ad_sketch_novelty(s, 99), 0.25, 0);
    add(s, (double[]){1, 2, 3, 4}, 4);
    assert_int_equal(s->n, 4);
    /* One that was seen twice does not; between two, it counts 0.7. */
    assert_close(ad_sketch_novelty(s, 4.3), 0.3 / 3, 1e-6);
    assert_close(ad_sketch_novelty(s, 2.5), 0.7 * 0.5 / 3, 1e-6);
    assert_close(ad_sketch_novelty(s, 2), 0, 0);
}

static void test_constant_values(void **state)
{
    (void)state;
    struct rig rig;
    struct ad_sketch *s = rig_open(&rig, 8);
    for (int i = 0; i < 100; i++)
        ad_sketch_add(s, 0.1);
    assert_int_equal(s->n, 1);
    assert_close(ad_sketch_novelty(s, 0.1), 0, 0);
    assert_close(ad_sketch_novelty(s, 0.1 + 1e-12), 0, 0); /* the same float */
    assert_close(ad_sketch_novelty(s, 0.2), 0.25, 0);
}

static void test_narrowest_neighbours_become_one(void **state)
{
    (void)state;
    struct rig rig;
    struct ad_sketch *s = rig_open(&rig, 4);
    add(s, (double[]){100, 0, 10, 10, 11.5}, 5);
    ad_sketch_add(s, 50);
    assert_int_equal(s->n, 4);
    assert_close(s->v[1], 10.5, 0); /* twice 10 and once 11.5 */
    assert_close(s->c[1], 3, 0);
    assert_close(s->v[2], 50, 0);
    assert_close(s->total, 6, 0);
}

/* 11 of 12000 values at either end are within a thousandth and do not count for the spread, 13
 * are not. */
static void test_spread_without_the_outermost(void **state)
{
    (void)state;
    for (int many = 11; many <= 13; many += 2) {
        struct rig rig;
        struct ad_sketch *s = rig_open(&rig, 64);
        for (int i = 0; i < 11990 - 2 * many; i++)
            ad_sketch_add(s, i % 10);
        for (int i = 0; i < many; i++)
            add(s, (double[]){-1000, 1000}, 2);
        assert_close(s->spread, many == 11 ? 9 : 2000, 0);
    }
}

static void test_forgets(void **state)
{
    (void)state;
    struct rig rig;
    struct ad_sketch *s = rig_open(&rig, 64);
    ad_sketch_add(s, 500);
    for (int i = 1; i < AD_SKETCH_MOST; i++)
        ad_sketch_add(s, i % 10);
    /* 1, halved to 0.5, is still there; once more and it is dropped. */
    assert_int_equal(s->n, 11);
    assert_close(s->total, 6000, 0);
    assert_close(ad_sketch_novelty(s, 500), 0, 0);
    for (int i = 0; i < 6000; i++)
        ad_sketch_add(s, i % 10);
    assert_int_equal(s->n, 10);
    assert_close(s->total, 5999.75, 1e-6); /* 0.25 of it went */
    assert_close(ad_sketch_novelty(s, 500), 0.25, 0);
}

/* The same by loops that only look at one thing at a time. */
static void add_plainly(struct ad_sketch *s, double value)
{
    float x = (float)value;
    if (s->n == s->room) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < s->n; i++)
            if (s->v[i + 1] - s->v[i] < s->v[best + 1] - s->v[best])
                best = i;
        double a = s->c[best], b = s->c[best + 1];
        s->v[best] = (float)((s->v[best] * a + s->v[best + 1] * b) / (a + b));
        s->c[best] = (float)(a + b);
        for (size_t i = best + 1; i + 1 < s->n; i++) {
            s->v[i] = s->v[i + 1];
            s->c[i] = s->c[i + 1];
        }
        s->n--;
    }
    size_t i = s->n++;
    for (; i > 0 && s->v[i - 1] >= x; i--) {
        s->v[i] = s->v[i - 1];
        s->c[i] = s->c[i - 1];
    }
    s->v[i] = x;
    s->c[i] = 1;
}

static void test_adding_is_what_it_says(void **state)
{
    (void)state;
    for (size_t room = 2; room <= ROOM; room++) {
        struct rig rig, plain;
        struct ad_rng rng;
        struct ad_sketch *s = rig_open(&rig, room), *p = rig_open(&plain, room);
        ad_rng_seed(&rng, room);
        for (int i = 0; i < 1000; i++) {
            double x = ad_rng_below(&rng, 3) ? ad_rng_normal(&rng) : (double)ad_rng_below(&rng, 20);
            memcpy(plain.place, rig.place, sizeof rig.place);
            p->n = s->n;
            float total = s->total, counted = 0;
            ad_sketch_add(s, x);
            assert_close(s->total, total + 1, 0);
            for (size_t k = 0; k < s->n; k++) {
                counted += s->c[k];
                assert_true(k == 0 || s->v[k - 1] <= s->v[k]);
            }
            assert_close(counted, s->total, 1e-5);
            if (p->n == s->n && memcmp(p->v, s->v, s->n * sizeof *s->v) == 0)
                continue; /* it joined a centroid */
            add_plainly(p, x);
            assert_int_equal(p->n, s->n);
            assert_memory_equal(p->v, s->v, s->n * sizeof *s->v);
            assert_memory_equal(p->c, s->c, s->n * sizeof *s->c);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_novelty_of_a_few_values),
        cmocka_unit_test(test_constant_values),
        cmocka_unit_test(test_narrowest_neighbours_become_one),
        cmocka_unit_test(test_spread_without_the_outermost),
        cmocka_unit_test(test_forgets),
        cmocka_unit_test(test_adding_is_what_it_says),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
