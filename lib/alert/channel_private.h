/* What the kinds of channels are made of: for channel*.c only. */
#ifndef AD_ALERT_CHANNEL_PRIVATE_H
#define AD_ALERT_CHANNEL_PRIVATE_H

#include "alert/channel.h"
#include "alert/message.h"
#include "alert/secret.h"
#include "alert/setup.h"

/* A kind of channel. */
struct ad_channel_kind {
    const char *name;        /* `type` in its section */
    const char *const *keys; /* that the section may have, NULL ends them */
    double timeout;          /* seconds, unless the section says otherwise */
    /* Read the section into ch->own, which close() frees, also half made. Returns 0, or -1. */
    int (*open)(struct ad_channel *ch, const struct ad_setup *setup);
    /* *out is AD_DELIVERED until this says otherwise. */
    void (*send)(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out);
    void (*close)(struct ad_channel *ch);
};

struct ad_channel {
    const struct ad_channel_kind *kind;
    struct ad_secrets secrets;
    struct ad_buf warning; /* NUL-terminated where not empty */
    double timeout;        /* seconds a send may take */
    double refresh;
    void *own;
    struct ad_buf notice;  /* that was sent in part, by ad_channel_send_each(): its id, */
    size_t told;           /* how many of its incidents were, */
    struct ad_err refusal; /* and why one of them was refused */
};

extern const struct ad_channel_kind ad_channel_pagerduty, ad_channel_slack, ad_channel_teams,
    ad_channel_alertmanager, ad_channel_opsgenie, ad_channel_webhook, ad_channel_email,
    ad_channel_exec, ad_channel_syslog, ad_channel_file;

/* What every section of a channel may have. */
#define AD_CHANNEL_KEYS "type", "timeout", "max-per-minute", "max-per-hour"

/* The notice could not be sent: what to say of it, secrets hidden, and whether to try again. */
void ad_channel_refuse(const struct ad_channel *ch, struct ad_delivery *out, enum ad_delivered what,
                       const char *fmt, ...) AD_PRINTF(4, 5);

/* What the end of a program means: status 0 is delivery, one that is_refusal() is final, anything
 * else (a signal, the time limit, no such program) is tried again. */
struct ad_program_end;
void ad_channel_ended(const struct ad_channel *ch, const char *program,
                      const struct ad_program_end *end, bool (*is_refusal)(int status),
                      struct ad_delivery *out);

/* For services that know one incident at a time: send() the notice's own incident, then those that
 * it tells of `with` it. Where one has to wait, so do those after it, and the next attempt goes on
 * there; one that is refused keeps none of the others from being sent. */
void ad_channel_send_each(struct ad_channel *ch, const struct ad_message *m,
                          void (*send)(struct ad_channel *, const struct ad_message *,
                                       struct ad_delivery *),
                          struct ad_delivery *out);

/* Whether the buffer took all that it was given; if not that is why it could not be sent. */
bool ad_channel_made(const struct ad_channel *ch, const struct ad_buf *b, struct ad_delivery *out);

/* How a notice is put into words: by the templates `title` and `text` of the section, or without
 * them as seems best. Keys AD_WORDING_KEYS. */
#define AD_WORDING_KEYS "title", "text"
struct ad_wording {
    struct ad_template *title, *text; /* or NULL */
};

int ad_wording_open(struct ad_wording *w, const struct ad_setup *su);
void ad_wording_close(struct ad_wording *w);

/* Append the title, or the text: the reason, and the facts in lines. */
void ad_wording_title(const struct ad_wording *w, const struct ad_message *m, struct ad_buf *out);
void ad_wording_text(const struct ad_wording *w, const struct ad_message *m, struct ad_buf *out);

/* Put a member, cut to `most` bytes, that a template (or NULL) says; nothing if that is empty. */
void ad_put_template(struct ad_buf *b, const char *key, struct ad_template *t,
                     const struct ad_message *m, size_t most);

#endif
