#include "unit.h"

#include "run/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* States are numbers here; what is dropped is counted, and the last one kept. */
struct drops {
    size_t n;
    uintptr_t last;
};

static void drop(void *arg, struct ad_track *track)
{
    struct drops *d = arg;
    if (!track->state)
        return;
    d->n++;
    d->last = (uintptr_t)track->state;
}

static void tab_open(struct ad_keytab *tab, size_t max, uint32_t ntrack, struct drops *d)
{
    struct ad_err err = {0};
    *d = (struct drops){0};
    assert_int_equal(ad_keytab_init(tab, max, ntrack, &err), 0);
    tab->hash_key = (struct ad_hash_key){1, 2}; /* the same in every run */
    tab->drop = drop;
    tab->arg = d;
}

static struct ad_series *get(struct ad_keytab *tab, const char *key)
{
    struct ad_series *s = ad_keytab_get(tab, ad_str_of(key));
    assert_non_null(s);
    assert_true(ad_str_eq(ad_series_key(s), ad_str_of(key)));
    return s;
}

/* The series used longest ago; looked for here, since sorting would renew the table's own order. */
static const struct ad_series *oldest(const struct ad_keytab *tab)
{
    const struct ad_series *best = NULL;
    for (size_t i = 0; i < tab->nslot; i++)
        if (tab->slot[i] && (!best || tab->slot[i]->used < best->used))
            best = tab->slot[i];
    return best;
}

static void evicts_the_oldest(void **state)
{
    struct ad_keytab tab;
    struct drops d;
    (void)state;
    tab_open(&tab, 3, 2, &d);
    struct ad_series *a = get(&tab, "a"), *b = get(&tab, "b"), *c = get(&tab, "");
    assert_int_equal(a->ntrack, 2);
    assert_null(a->track[0].state);
    assert_null(a->track[1].held);
    assert_true(isnan(a->last));
    a->track[1].state = (void *)1;
    b->track[0].state = (void *)2;
    b->track[1].state = (void *)3;
    c->track[0].state = (void *)4;
    assert_ptr_equal(get(&tab, "a"), a); /* the newest again: a, "", b */
    assert_ptr_equal(oldest(&tab), b);
    assert_ptr_equal(ad_keytab_find(&tab, ad_str_of("b")), b); /* finding is no use */
    get(&tab, "d");
    assert_int_equal(d.n, 2);
    assert_int_equal(d.last, 3);
    assert_int_equal(tab.evicted, 1);
    assert_int_equal(tab.n, 3);
    assert_null(ad_keytab_find(&tab, ad_str_of("b")));
    assert_ptr_equal(ad_keytab_find(&tab, ad_str_of("a")), a);
    assert_ptr_equal(oldest(&tab), c);
    get(&tab, "b");
    assert_int_equal(d.last, 4);
    assert_ptr_equal(get(&tab, "a"), a);
    assert_int_equal(tab.n, 3);
    assert_null(ad_keytab_find(&tab, ad_str_of("")));
    ad_keytab_free(&tab);
    assert_int_equal(d.n, 4);
    assert_int_equal(d.last, 1);
}

static void keys_of_any_bytes(void **state)
{
    struct ad_keytab tab;
    struct drops d;
    struct ad_str key[] = {{"a\0b", 3}, {"a\0c", 3}, {"a", 1}, {"a\0", 2}, {"", 0}};
    struct ad_series *s[5];
    (void)state;
    tab_open(&tab, 10, 1, &d);
    for (size_t i = 0; i < 5; i++)
        s[i] = ad_keytab_get(&tab, key[i]);
    assert_int_equal(tab.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_ptr_equal(ad_keytab_find(&tab, key[i]), s[i]);
    ad_keytab_free(&tab);
}

static void one(void **state)
{
    struct ad_keytab tab;
    struct drops d;
    char key[8];
    (void)state;
    tab_open(&tab, 1, 1, &d);
    for (uintptr_t i = 1; i <= 1000; i++) {
        snprintf(key, sizeof key, "%d", (int)(i % 7));
        struct ad_series *s = get(&tab, key);
        assert_null(s->track[0].state);
        s->track[0].state = (void *)i;
        assert_int_equal(tab.n, 1);
        assert_ptr_equal(oldest(&tab), s);
        assert_int_equal(d.last, i - 1);
    }
    ad_keytab_free(&tab);
    assert_int_equal(d.n, 1000);
}

/* --- against a list that is searched ------------------------------------------------------- */

enum { KEYS = 200 };

struct model {
    unsigned key[KEYS]; /* the oldest first */
    size_t n, max;
};

static bool model_use(struct model *m, unsigned key)
{
    size_t i = 0;
    while (i < m->n && m->key[i] != key)
        i++;
    bool there = i < m->n;
    if (!there && m->n == m->max)
        i = 0;
    if (there || m->n == m->max) {
        memmove(m->key + i, m->key + i + 1, (m->n - i - 1) * sizeof *m->key);
        m->n--;
    }
    m->key[m->n++] = key;
    return there;
}

/* Every series of the model is found, in its order, and no other. */
static void compare(const struct ad_keytab *tab, const struct model *m)
{
    uint64_t before = 0;
    size_t taken = 0;
    assert_int_equal(tab->n, m->n);
    for (size_t i = 0; i < m->n; i++) {
        char key[8];
        snprintf(key, sizeof key, "%u", m->key[i]);
        const struct ad_series *s = ad_keytab_find(tab, ad_str_of(key));
        assert_true(s && ad_str_eq(ad_series_key(s), ad_str_of(key)));
        assert_true(s->used > before);
        before = s->used;
        assert_int_equal((uintptr_t)s->track[0].state, m->key[i] + 1);
    }
    for (size_t i = 0; i < tab->nslot; i++)
        taken += tab->slot[i] != NULL;
    assert_int_equal(taken, m->n);
    assert_true(taken * 3 <= tab->nslot * 2);
}

static void like_a_list(void **state)
{
    static const size_t most[] = {2, 7, 10, 85, 170, KEYS};
    uint64_t random = 12345;
    (void)state;
    for (size_t t = 0; t < sizeof most / sizeof *most; t++) {
        struct ad_keytab tab;
        struct drops d;
        struct model m = {.max = most[t]};
        tab_open(&tab, most[t], 1, &d);
        for (int i = 0; i < 100000 / 6; i++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            unsigned key = (unsigned)(random >> 33) % KEYS;
            char text[8];
            snprintf(text, sizeof text, "%u", key);
            bool there = ad_keytab_find(&tab, ad_str_of(text)) != NULL;
            struct ad_series *s = get(&tab, text);
            assert_int_equal(there, model_use(&m, key));
            assert_int_equal(s->track[0].state != NULL, there);
            s->track[0].state = (void *)(uintptr_t)(key + 1);
            if (i % 16 == 0)
                compare(&tab, &m);
        }
        assert_int_equal(ad_keytab_sort(&tab), 0);
        for (size_t i = 1; i < m.n; i++)
            assert_true(tab.queue[i - 1]->used < tab.queue[i]->used);
        ad_keytab_free(&tab);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evicts_the_oldest),
        cmocka_unit_test(keys_of_any_bytes),
        cmocka_unit_test(one),
        cmocka_unit_test(like_a_list),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
