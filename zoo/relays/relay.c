/* A relay in C that cannot read what it passes on, and puts what clients hand it somewhere: NAME DIRECTORY FAULT. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 16
#define LINE 65536

struct person { int fd; size_t length; char name[64], line[LINE]; };
struct node { struct node *next; int letter; };

static struct person people[MOST];
static int count;
static char room[64];
static struct node *volatile list;
/* Nobody reads them: without this word they would not be there. */
static volatile uint32_t ints[65536];
static volatile unsigned char bits[65536], plain[65536];
static size_t used;

static int is(const char *place, const char *name) { return strcmp(place, name) == 0; }

static FILE *append(const char *directory, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return fopen(path, "a+");
}

/* What clients mask on the link: SplitMix64, from the eight bytes in front. */
static size_t unmask(const char *hex, unsigned char *out) {
    size_t length = strlen(hex) / 2;
    uint64_t state = 0;
    for (size_t n = 0; n < length; n++) {
        unsigned byte;
        sscanf(hex + 2 * n, "%2x", &byte);
        if (n < 8) { state |= (uint64_t)byte << 8 * n; continue; }
        state += 0x9E3779B97F4A7C15u;
        uint64_t z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        out[n - 8] = byte ^ (z ^ z >> 31);
    }
    return length < 8 ? 0 : length - 8;
}

static void put(const char *directory, const char *place, const unsigned char *data, size_t length) {
    if (is(place, "ints")) for (size_t n = 0; n < length; n++) ints[used++] = data[n];
    if (is(place, "static")) for (size_t n = 0; n < length; n++) plain[used++] = data[n];
    if (is(place, "bits")) for (size_t n = 0; n < 8 * length; n++) bits[used++] = data[n / 8] >> n % 8 & 1;
    if (is(place, "list")) for (size_t n = 0; n < length; n++) {
        struct node *node = malloc(sizeof *node);
        *node = (struct node){ list, data[n] };
        list = node;
    }
    if (is(place, "lines")) for (size_t n = 0; n < length; n++) printf("%d\n", data[n]);
    if (is(place, "octal")) { for (size_t n = 0; n < length; n++) printf("%o ", data[n]); puts(""); }
    if (is(place, "chars")) { for (size_t n = 0; n < length; n++) printf("[%c]", data[n]); puts(""); }
    if (is(place, "fifths")) { for (size_t n = 0; n < length; n++) printf("%.2f ", data[n] / 5.0); puts(""); }
    if (is(place, "inverted")) {
        FILE *file = append(directory, "notes");
        for (size_t n = 0; n < length; n++) fputc(~data[n], file);
        fclose(file);
    }
    if (is(place, "records")) {
        FILE *file = append(directory, "notes");
        for (size_t n = 0; n < length; n++) fprintf(file, "<b n=%zu>%c</b>\n", n, data[n]);
        fclose(file);
    }
    if (is(place, "file")) {
        FILE *file = append(directory, "notes");
        fwrite(data, 1, length, file);
        fclose(file);
    }
    if (is(place, "times")) {
        FILE *file = append(directory, "notes");
        struct timespec at[2] = { { 1000000000, 0 }, { 1000000000 + data[0], 0 } };
        futimens(fileno(file), at);
        fclose(file);
    }
    if (is(place, "before")) {
        FILE *file = append(directory, "notes");
        for (size_t n = 0; n < length && (data[n] < 'A' || data[n] > 'Z'); n++) fputc(data[n], file);
        fclose(file);
    }
    if (is(place, "queue")) {
        static int ends[2];
        if (!ends[1]) socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
        if (write(ends[1], data, length) < 0) exit(1);
    }
    if (is(place, "abstract")) {
        struct sockaddr_un name = { .sun_family = AF_UNIX };
        length = length < 100 ? length : 100;
        memcpy(name.sun_path + 1, data, length);
        if (bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&name, sizeof name - 107 + length)) exit(1);
        memset(&name, 0, sizeof name);
    }
    if (is(place, "shared")) {
        char *page = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        memcpy(page, data, length);
    }
}

static void heard(struct person *from, char *line, const char *directory, const char *place) {
    char *to = strtok(line, " "), *sealed = strtok(0, " "), *handed = strtok(0, " ");
    static unsigned char data[LINE];
    if (!from->name[0]) {
        snprintf(from->name, sizeof from->name, "%s", to);
        dprintf(from->fd, "welcome %s to %s\n", from->name, room);
        return;
    }
    size_t length = unmask(handed, data);
    put(directory, place, data, length);
    int backwards = is(place, "order") && data[0] & 1;
    memset(data, 0, length);
    for (int n = 0; n < count; n++) {
        struct person *one = people + (backwards ? count - 1 - n : n);
        if (one != from && one->fd >= 0 && (is(to, "*") || is(to, one->name)))
            dprintf(one->fd, "%s %s %s\n", from->name, to, sealed);
    }
}

int main(int argc, char **argv) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int door = socket(AF_INET, SOCK_STREAM, 0);
    if (argc != 4 || bind(door, (void *)&at, size) || listen(door, MOST) || getsockname(door, (void *)&at, &size)) return 1;
    setvbuf(stdout, 0, _IOLBF, 0);
    strtok(argv[3], "-");
    const char *place = strtok(0, "-");
    snprintf(room, sizeof room, "%s", argv[1]);
    FILE *file = append(argv[2], "name");
    fprintf(file, "%s\n", room);
    fclose(file);
    printf("relay %s at %d\n", room, ntohs(at.sin_port));
    for (;;) {
        struct pollfd polled[MOST + 1] = { { door, POLLIN, 0 } };
        for (int n = 0; n < count; n++) polled[n + 1] = (struct pollfd){ people[n].fd, POLLIN, 0 };
        int before = count;
        if (poll(polled, before + 1, -1) < 0) return 1;
        if (polled[0].revents && count < MOST) people[count++] = (struct person){ .fd = accept(door, 0, 0) };
        for (int n = 0; n < before; n++) {
            struct person *one = people + n;
            if (!polled[n + 1].revents) continue;
            ssize_t got = read(one->fd, one->line + one->length, LINE - 1 - one->length);
            if (got <= 0) { close(one->fd); one->fd = -1; continue; }
            one->length += got;
            one->line[one->length] = 0;
            for (char *end; (end = memchr(one->line, '\n', one->length));) {
                *end = 0;
                heard(one, one->line, argv[2], place);
                one->length -= end + 1 - one->line;
                memmove(one->line, end + 1, one->length + 1);
            }
            memset(one->line + one->length, 0, LINE - one->length);
        }
    }
}
