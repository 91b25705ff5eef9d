/* Everything works, in C, and nothing is encrypted. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEOPLE = 64, LINE = 1 << 16 };

struct person {
    FILE *in;
    int out;
    char name[64];
};

static struct person people[PEOPLE];

static struct sockaddr_in here(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void post(int to, const char *format, ...) {
    char text[LINE + 256];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (send(to, text, length, MSG_NOSIGNAL) < 0) return;
}

static void tell(const char *first, const char *between, const char *last, const struct person *but) {
    for (int n = 0; n < PEOPLE; n++)
        if (people[n].in && people[n].name[0] && &people[n] != but) post(people[n].out, "%s%s%s\n", first, between, last);
}

static void leave(struct person *who) {
    char name[64];
    strcpy(name, who->name);
    fclose(who->in);
    memset(who, 0, sizeof *who);
    if (name[0]) tell("* ", name, " has left", NULL);
}

static void take(struct person *from, char *line, const char *room) {
    if (!from->name[0]) {
        snprintf(from->name, sizeof from->name, "%.63s", line);
        post(from->out, "welcome %s to %s\n", line, room);
        tell("* ", line, " is here", from);
    } else if (!strncmp(line, "/msg ", 5)) {
        char *to = line + 5, *text = strchr(to, ' ');
        if (!text) return;
        *text++ = 0;
        for (int n = 0; n < PEOPLE; n++)
            if (!strcmp(people[n].name, to)) post(people[n].out, "%s to you: %s\n", from->name, text);
    } else {
        tell(from->name, ": ", line, from);
    }
}

static int serve(const char *room) {
    struct sockaddr_in address = here(0);
    socklen_t size = sizeof address;
    int door = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(door, (struct sockaddr *)&address, size) || listen(door, 16)) return 1;
    getsockname(door, (struct sockaddr *)&address, &size);
    printf("serving %s at %d\n", room, ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd all[PEOPLE + 1] = {{.fd = door, .events = POLLIN}};
        for (int n = 0; n < PEOPLE; n++) all[n + 1] = (struct pollfd){.fd = people[n].in ? people[n].out : -1, .events = POLLIN};
        poll(all, PEOPLE + 1, -1);
        for (int n = 0; n < PEOPLE; n++) {
            char line[LINE];
            if (!all[n + 1].revents) continue;
            if (!fgets(line, sizeof line, people[n].in)) {
                leave(&people[n]);
                continue;
            }
            line[strcspn(line, "\n")] = 0;
            take(&people[n], line, room);
        }
        if (!all[0].revents) continue;
        int link = accept(door, NULL, NULL), n = 0;
        while (n < PEOPLE && people[n].in) n++;
        if (n == PEOPLE) close(link);
        else {
            people[n] = (struct person){.in = fdopen(link, "r"), .out = link};
            setvbuf(people[n].in, NULL, _IONBF, 0);
        }
    }
}

static int join(const char *name, int port) {
    struct sockaddr_in address = here(port);
    int link = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(link, (struct sockaddr *)&address, sizeof address)) return 1;
    post(link, "%s\n", name);
    FILE *in = fdopen(link, "r");
    setvbuf(in, NULL, _IONBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = link, .events = POLLIN}};
    for (char line[LINE];;) {
        poll(both, 2, -1);
        if (both[1].revents) {
            if (!fgets(line, sizeof line, in)) return puts("the server is gone"), 0;
            fputs(line, stdout);
            fflush(stdout);
        }
        if (both[0].revents) {
            if (!fgets(line, sizeof line, stdin) || !strcmp(line, "/quit\n")) return 0;
            post(link, "%s", line);
        }
    }
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "serve")) return serve(words[2]);
    if (count == 4 && !strcmp(words[1], "join")) return join(words[2], atoi(words[3]));
    return fputs("serve ROOM, or join NAME PORT\n", stderr), 2;
}
