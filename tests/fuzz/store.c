/* Database files that are anything: no crash, and what is read keeps its promises, however little
 * of it is left. */
#include "alert/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Read every byte, for the sanitizers to see. */
static void touch(struct ad_str v)
{
    volatile unsigned sum = 0;
    for (size_t i = 0; i < v.len; i++)
        sum += (unsigned char)v.s[i];
    (void)sum;
}

static int incident(void *arg, const struct ad_incident *in)
{
    (void)arg;
    check(strlen(in->id) <= AD_INCIDENT_ID && ad_incident_state_name(in->state) &&
          ad_severity_name(in->severity) && ad_severity_name(in->worst));
    touch(in->key);
    touch(in->group);
    touch(in->record);
    touch(in->more);
    return 0;
}

static int outgoing(void *arg, const struct ad_outgoing *n)
{
    (void)arg;
    check(strlen(n->id) <= AD_INCIDENT_ID && strlen(n->incident) <= AD_INCIDENT_ID &&
          ad_notice_event_name(n->event) && n->state <= AD_OUTBOX_DROPPED);
    touch(n->channel);
    touch(n->doc);
    touch(n->why);
    return 0;
}

static int silence(void *arg, const struct ad_silence *s)
{
    (void)arg;
    touch(s->matchers);
    touch(s->comment);
    return 0;
}

static int happened(void *arg, const struct ad_happened *h)
{
    (void)arg;
    check(strlen(h->incident) <= AD_INCIDENT_ID);
    touch(h->what);
    touch(h->note);
    return 0;
}

static int count(void *arg, const char *what, struct ad_str of, double n)
{
    (void)arg, (void)n;
    check(what != NULL);
    touch(of);
    return 0;
}

static void use(struct ad_store *s, struct ad_err *err)
{
    struct ad_outgoing n;
    struct ad_request r;
    struct ad_incident in;
    struct ad_notice notice = {.id = "ff", .incident = "aa", .channel = {"chat", 4}};
    struct ad_buf value = {0};
    ad_store_each_incident(s, AD_INCIDENTS_ALL, incident, NULL, err);
    ad_store_each_incident(s, AD_INCIDENTS_OPEN, incident, NULL, err);
    ad_store_each_outgoing(s, ~0U, outgoing, NULL, err);
    ad_store_each_silence(s, 0, silence, NULL, err);
    ad_store_each_happened(s, NULL, happened, NULL, err);
    ad_store_each_count(s, 0, count, NULL, err);
    ad_store_get(s, "clock", &value, err);
    if (ad_store_next_request(s, 0, &r, err) == 1)
        check(r.what <= AD_REQUEST_RESOLVE && strlen(r.incident) <= AD_INCIDENT_ID);
    if (ad_store_get_incident(s, "77b0a4419b7e4c5aa1b2c3d4e5f60718", &in, err) == 1)
        incident(NULL, &in);
    if (ad_store_claim(s, 1, "chat", 4e9, 60, &n, err) == 1) {
        outgoing(NULL, &n);
        ad_store_settle(s, &n, 4e9, AD_OUTBOX_DELIVERED, 0, n.why, err);
    }
    if (ad_store_put_notice(s, &notice, 0, err) == 0)
        ad_store_drop(s, "ff", 4e9, err);
    ad_store_prune(s, 4e9, err);
    ad_buf_free(&value);
}

/* It is quickest where TMPDIR is a disk in memory. */
static void name_file(char path[256], const char *tail)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, 256, "%s/ad-fuzz-%d%s", folder ? folder : "/tmp", (int)getpid(), tail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[256];
    static const char *const tail[] = {"", "-wal", "-shm"};
    name_file(path, "");
    FILE *f = fopen(path, "w");
    check(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
    struct ad_err err = {0};
    struct ad_store *store;
    struct ad_store_cfg cfg = {.path = path, .wait = 0};
    int rc = ad_store_open(&store, &cfg, &err);
    check((rc == 0) == (store != NULL) && (rc == 0 || err.text));
    if (rc == 0)
        use(store, &err);
    ad_store_close(store);
    ad_err_free(&err);
    for (size_t i = 0; i < sizeof tail / sizeof *tail; i++) {
        name_file(path, tail[i]);
        unlink(path);
    }
    return 0;
}
