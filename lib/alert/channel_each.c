#include "alert/channel_private.h"

#include <time.h>

/* How far an attempt has come. */
struct each {
    struct ad_channel *ch;
    void (*send)(struct ad_channel *, const struct ad_message *, struct ad_delivery *);
    struct ad_delivery *out;
    double until;
    size_t i; /* incidents seen, told of before or now */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What came of one: a delay ends the attempt, the first refusal is remembered. */
static bool settle(struct each *e, struct ad_delivery *one)
{
    struct ad_err *keep = one->what == AD_DELIVER_LATER   ? &e->out->why
                          : one->what == AD_DELIVER_NEVER ? &e->ch->refusal
                                                          : NULL;
    if (one->what == AD_DELIVER_LATER) {
        e->out->what = one->what;
        e->out->after = one->after;
    }
    if (keep && !keep->text)
        *keep = one->why;
    else
        ad_err_free(&one->why);
    return one->what != AD_DELIVER_LATER;
}

/* Tell of one, unless that has been done. Returns false where the attempt ends. */
static bool tell(struct each *e, const struct ad_message *m)
{
    struct ad_delivery one = {.what = AD_DELIVERED};
    if (e->i++ < e->ch->told)
        return true;
    if (e->i > 1 && now() > e->until)
        ad_channel_refuse(e->ch, &one, AD_DELIVER_LATER, "not in time for all incidents of it");
    else
        e->send(e->ch, m, &one);
    bool on = settle(e, &one);
    e->ch->told += on;
    return on;
}

/* The others; what cannot be read as one is passed over. */
static void tell_others(struct each *e, const struct ad_message *m)
{
    struct ad_str json;
    bool on = true;
    for (size_t at = 0; on && ad_message_element(m->text[AD_M_WITH], &at, &json);) {
        struct ad_message other = {0};
        struct ad_delivery one = {.what = AD_DELIVER_LATER};
        int rc = ad_message_read(&other, json, &one.why);
        if (rc == 0)
            on = tell(e, &other);
        else if (rc == AD_MESSAGE_NOMEM)
            on = settle(e, &one);
        else
            ad_err_free(&one.why);
        ad_message_free(&other);
    }
}

static void forget(struct ad_channel *ch)
{
    ch->told = ch->notice.len = 0;
    ad_err_free(&ch->refusal);
}

void ad_channel_send_each(struct ad_channel *ch, const struct ad_message *m,
                          void (*send)(struct ad_channel *, const struct ad_message *,
                                       struct ad_delivery *),
                          struct ad_delivery *out)
{
    struct ad_str id = m->text[AD_M_NOTICE];
    struct each e = {ch, send, out, now() + ch->timeout / 2, 0};
    if (!id.len || !ad_str_eq((struct ad_str){ch->notice.s, ch->notice.len}, id)) {
        forget(ch);
        if (ad_buf_add(&ch->notice, id.s, id.len))
            ad_buf_free(&ch->notice); /* then the next attempt begins anew */
    }
    if (tell(&e, m))
        tell_others(&e, m);
    if (out->what == AD_DELIVER_LATER)
        return;
    if (ch->refusal.text) {
        out->what = AD_DELIVER_NEVER;
        out->why = ch->refusal;
        ch->refusal = (struct ad_err){0};
    }
    forget(ch);
}
