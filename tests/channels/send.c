/* send CONFIG CHANNEL: send each line of standard input, a notice, through a channel of the
 * configuration, and print what became of it: `delivered`, `later SECONDS: why` or `never: why`.
 * Before them `warning: TEXT`, if the channel has one to give. Status 0, or 2 if there is no such
 * channel. */
#include "alert/channel.h"

#include <stdio.h>
#include <stdlib.h>

static int fail(const struct ad_err *err)
{
    fprintf(stderr, "send: %s\n", err->text);
    return 2;
}

static void send_line(struct ad_channel *ch, struct ad_str line)
{
    struct ad_delivery d;
    ad_channel_send(ch, line, &d);
    if (d.what == AD_DELIVERED)
        puts("delivered");
    else if (d.what == AD_DELIVER_LATER)
        printf("later %g: %s\n", d.after, d.why.text);
    else
        printf("never: %s\n", d.why.text);
    fflush(stdout);
    ad_err_free(&d.why);
}

int main(int argc, char **argv)
{
    struct ad_config config = {0};
    struct ad_err err = {0};
    if (argc != 3)
        return 2;
    int rc = ad_config_read(&config, argv[1], &err);
    const struct ad_section *s = rc ? NULL : ad_config_find(&config, "channel", ad_str_of(argv[2]));
    struct ad_channel *ch = s ? ad_channel_new(&config, s, &err) : NULL;
    ad_config_free(&config);
    if (!ch) {
        rc = fail(err.text ? &err : &(struct ad_err){.text = "no such channel"});
        ad_err_free(&err);
        return rc;
    }
    if (ad_channel_warning(ch))
        printf("warning: %s\n", ad_channel_warning(ch));
    char *line = NULL;
    size_t size = 0;
    for (ssize_t n; (n = getline(&line, &size, stdin)) > 0;)
        send_line(ch, (struct ad_str){line, (size_t)n});
    free(line);
    ad_channel_free(ch);
    return 0;
}
