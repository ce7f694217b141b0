#include "alert/ctl.h"
#include "base/names.h"
#include "run/option.h"
#include "run/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_FOUND = 1, STATUS_ERROR = 2, STATUS_LATER = 75 };

#define AT(member) offsetof(struct ad_ctl_settings, member)

static const struct ad_opt options[] = {
    {.type = AD_OPT_HEADING, .help = "Options"},
    {"db", 0, AD_OPT_TEXT, AT(db), 0, 0, "FILE", "database of ad-alert ($AD_ALERT_DB)"},
    {"state", 's', AD_OPT_TEXT, AT(state), 0, 0, "LIST", "what to list: firing,resolved (open)"},
    {"by", 0, AD_OPT_TEXT, AT(by), 0, 0, "NAME", "who acts (you)"},
    {"note", 0, AD_OPT_TEXT, AT(note), 0, 0, "TEXT", "why, for the history"},
    {"for", 0, AD_OPT_DURATION, AT(last), 1, 1e9, "DURATION", "how long a silence lasts"},
    {"from", 0, AD_OPT_TEXT, AT(from), 0, 0, "TIME", "when a silence begins (now)"},
    {"until", 0, AD_OPT_TEXT, AT(until), 0, 0, "TIME", "when it ends"},
    {"comment", 0, AD_OPT_TEXT, AT(comment), 0, 0, "TEXT", "why there is a silence"},
    {"tz", 0, AD_OPT_TEXT, AT(zone), 0, 0, "ZONE", "zone of times ($TZ, else UTC)"},
    {"wait", 0, AD_OPT_SECONDS, AT(wait), 0, 86400, "DURATION", "for a locked database (5s)"},
    {"out", 'o', AD_OPT_CHOICE, AT(out), 0, 0, "auto|csv|tsv|ndjson|table",
     "output format (a table on a terminal)"},
    {"exit-code", 'e', AD_OPT_FLAG, AT(exit_code), 0, 0, NULL, "exit 1 if anything is listed"},
    {"quiet", 'q', AD_OPT_FLAG, AT(quiet), 0, 0, NULL, "do not say what was done"},
    {"help", 'h', AD_OPT_FLAG, AT(help), 0, 0, NULL, "print this"},
    {"version", 'V', AD_OPT_FLAG, AT(version), 0, 0, NULL, "print the version"},
    {.type = AD_OPT_END},
};

/* A command: one or two words, and how many arguments follow. */
struct command {
    const char *name, *sub, *arguments;
    int least, most;
    bool bare; /* it needs no database */
    ad_ctl_command *run;
    const char *help;
};

static const struct command commands[] = {
    {"list", NULL, "", 0, 0, false, ad_ctl_list, "incidents that are open"},
    {"show", NULL, "ID", 1, 1, false, ad_ctl_show, "all about one"},
    {"ack", NULL, "ID...", 1, INT_MAX, false, ad_ctl_acknowledge, "somebody sees to it"},
    {"unack", NULL, "ID...", 1, INT_MAX, false, ad_ctl_unacknowledge, "nobody does"},
    {"resolve", NULL, "ID...", 1, INT_MAX, false, ad_ctl_resolve, "it is over"},
    {"silence", "add", "MATCHER...", 1, INT_MAX, false, ad_ctl_silence,
     "say nothing of what matches all of them"},
    {"silence", "list", "", 0, 0, false, ad_ctl_silences, "silences in force and to come"},
    {"silence", "expire", "NUMBER...", 1, INT_MAX, false, ad_ctl_expire, "end them now"},
    {"history", NULL, "[ID]", 0, 1, false, ad_ctl_history, "what happened"},
    {"outbox", "list", "", 0, 0, false, ad_ctl_outbox, "notices that wait or failed"},
    {"outbox", "retry", "all|ID...", 1, INT_MAX, false, ad_ctl_retry, "send them now"},
    {"outbox", "drop", "all|ID...", 1, INT_MAX, false, ad_ctl_drop, "never send them"},
    {"stats", NULL, "", 0, 0, false, ad_ctl_stats, "how many there are of everything"},
    {"verify", NULL, "", 0, 0, false, ad_ctl_verify, "whether the database is whole"},
    {"check", NULL, "FILE", 1, 1, true, ad_ctl_check, "whether a configuration is right"},
    {"test-channel", NULL, "FILE NAME", 2, 2, true, ad_ctl_test, "send a sample by a channel"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void say(const struct ad_err *err)
{
    struct ad_buf b = {0};
    ad_ctl_add_visible(&b, ad_str_of(err->text));
    fprintf(stderr, "ad-alertctl: %.*s\n", (int)b.len, b.len ? b.s : "");
    ad_buf_free(&b);
}

static int help(const struct ad_opt_set *set)
{
    struct ad_buf b = {0};
    ad_buf_addz(&b, "Usage: ad-alertctl [OPTION]... COMMAND [ARGUMENT]...\n"
                    "See what ad-alert knows of incidents, silences and notices, and act on it.\n"
                    "Commands:\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct command *c = commands + i;
        char left[64], line[160];
        snprintf(left, sizeof left, "  %s%s%s %s", c->name, c->sub ? " " : "", c->sub ? c->sub : "",
                 c->arguments);
        snprintf(line, sizeof line, "%-29s %s\n", left, c->help);
        ad_buf_addz(&b, line);
    }
    ad_opt_help(set, 1, &b);
    bool ok = !b.failed && fwrite(b.s, 1, b.len, stdout) == b.len;
    ad_buf_free(&b);
    return ok && fclose(stdout) == 0 ? 0 : STATUS_ERROR;
}

/* The word is none of the second words of `name`, or (NULL) of the first ones. Returns -1. */
static int unknown(const char *name, const char *word, struct ad_err *err)
{
    struct ad_str v[COMMANDS];
    struct ad_names names = {v, 0};
    struct ad_buf list = {0};
    for (size_t i = 0; i < COMMANDS; i++)
        if (!name || strcmp(commands[i].name, name) == 0) {
            struct ad_str s = ad_str_of(name ? commands[i].sub : commands[i].name);
            if (ad_names_find(&names, s) < 0)
                v[names.n++] = s;
        }
    ad_names_list(&names, &list);
    ad_buf_add(&list, "", 1);
    const struct ad_str *near = word ? ad_names_nearest(&names, ad_str_of(word)) : NULL;
    if (near)
        ad_err_set(err, "no command \"%s\", did you mean \"%s\"?", word, near->s);
    else
        ad_err_set(err, "give a command%s%s: %s", name ? " after " : "", name ? name : "",
                   list.failed ? "--help lists them" : list.s);
    ad_buf_free(&list);
    return -1;
}

/* The command that argv[*first] begins; *first becomes the index of its first argument. */
static const struct command *find(char **argv, int argc, int *first, struct ad_err *err)
{
    const char *word = *first < argc ? argv[*first] : NULL, *sub = NULL;
    bool known = false;
    for (size_t i = 0; word && i < COMMANDS; i++) {
        const struct command *c = commands + i;
        if (strcmp(c->name, word) != 0)
            continue;
        known = true;
        sub = c->sub && *first + 1 < argc ? argv[*first + 1] : NULL;
        if (c->sub && !(sub && strcmp(c->sub, sub) == 0))
            continue;
        *first += c->sub ? 2 : 1;
        int n = argc - *first;
        if (n >= c->least && n <= c->most)
            return c;
        ad_err_set(err, "usage: ad-alertctl %s%s%s %s", c->name, c->sub ? " " : "",
                   c->sub ? c->sub : "", c->arguments);
        return NULL;
    }
    unknown(known ? word : NULL, known ? sub : word, err);
    return NULL;
}

static void choose_format(struct ad_ctl *c)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool terminal = isatty(STDOUT_FILENO);
    int out = c->set.out;
    c->table = out == AD_TEXT_TABLE || (out == AD_TEXT_AUTO && terminal);
    c->colour = terminal && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
    c->format = (struct ad_format){.kind = AD_FORMAT_NDJSON};
    if (out == AD_TEXT_CSV || out == AD_TEXT_TSV)
        c->format = (struct ad_format){AD_FORMAT_CSV, out == AD_TEXT_CSV ? ',' : '\t', true};
}

static int run(struct ad_ctl *c, const struct command *command, int n, char **arg)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    c->now = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    choose_format(c);
    c->clock = ad_clock_open(c->set.zone, NULL, &c->err);
    if (!c->clock || ad_sink_open(&c->out, STDOUT_FILENO, "standard output", &c->err))
        return -1;
    if (!command->bare) {
        struct ad_store_cfg cfg = {.path = c->set.db ? c->set.db : getenv("AD_ALERT_DB"),
                                   .wait = c->set.wait};
        if (!cfg.path || !*cfg.path)
            return ad_err_set(&c->err, "which database? --db=FILE, or AD_ALERT_DB, names it");
        int rc = ad_store_open(&c->store, &cfg, &c->err);
        if (rc)
            return rc;
    }
    return command->run(c, n, arg);
}

static void end(struct ad_ctl *c)
{
    struct ad_err ignored = {0};
    c->out.len = 0; /* what a failure has left */
    ad_sink_close(&c->out, &ignored);
    ad_err_free(&ignored);
    ad_store_close(c->store);
    ad_clock_close(c->clock);
    ad_err_free(&c->err);
}

int main(int argc, char **argv)
{
    struct ad_ctl c = {.set = {.wait = 5}};
    struct ad_opt_set set = {.rows = options, .cfg = &c.set};
    const struct command *command = NULL;
    int first = argc, rc = ad_opt_parse(&set, 1, argc, argv, &first, &c.err);
    if (rc == 0 && c.set.help)
        return help(&set);
    if (rc == 0 && c.set.version)
        return printf("ad-alertctl %s\n", AD_VERSION) < 0 || fclose(stdout) ? STATUS_ERROR : 0;
    if (rc == 0)
        rc = (command = find(argv, argc, &first, &c.err)) ? 0 : -1;
    if (rc == 0)
        rc = run(&c, command, argc - first, argv + first);
    if (rc == 0)
        rc = ad_sink_close(&c.out, &c.err);
    if (rc)
        say(&c.err);
    int status = rc == AD_STORE_AGAIN         ? STATUS_LATER
                 : rc                         ? STATUS_ERROR
                 : c.set.exit_code && c.found ? STATUS_FOUND
                                              : 0;
    end(&c);
    return status;
}
