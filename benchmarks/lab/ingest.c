/* ingest - HTTP publisher that measures how fast a server acknowledges events.
 *
 * Keeps C connections busy with POST requests of B events each, either as fast as the answers come (closed loop) or at
 * a fixed rate of events (open loop: a request that is late is still measured from the moment it was due). Counts an
 * event only when its request was answered 202, and waits a second after a refusal, as Retry-After asks.
 * Build: make.  Usage: ./ingest --help.  Output: one JSON line on stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t u64;

static struct {
    char host[64], path[256], key[512], name[64], pre[512], post[128];
    int port, connections, batch, size, pid;
    double rate, warm, seconds;
} C = {.host = "127.0.0.1",
       .path = "/api/v1/events",
       .name = "ingest",
       .pre = "{\"type\":\"ROUND_SERVED\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":9,\"v\":1,\"entity\":",
       .post = "}",
       .port = 8001,
       .connections = 64,
       .batch = 1,
       .size = 300,
       .warm = 5,
       .seconds = 10};

static void die(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "ingest: ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    exit(2);
}
static u64 now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

/* ---------- latencies: 64 steps per power of two ---------- */
#define SUB 64u
static uint32_t histogram[64 * SUB];
static u64 measured;
static void record(u64 ns) {
    unsigned e = ns < SUB ? 0 : 63u - (unsigned)__builtin_clzll(ns) - 6u;
    histogram[ns < SUB ? ns : (e + 1) * SUB + ((ns >> e) & (SUB - 1))]++;
    measured++;
}
static double quantile_ms(double q) {
    u64 want = (u64)ceil(q * (double)measured), seen = 0;
    for (unsigned i = 0; measured && i < 64 * SUB; i++) {
        seen += histogram[i];
        if (seen >= (want ? want : 1)) {
            if (i < SUB) return i / 1e6;
            unsigned e = i / SUB - 1;
            return (double)((u64)(SUB + i % SUB) << e) / 1e6;
        }
    }
    return 0;
}

/* ---------- one connection ---------- */
typedef struct {
    int fd, waiting;      /* waiting: a request is under way */
    size_t sent;          /* bytes of the request written so far */
    u64 due;              /* when the request under way was due */
    u64 pause;            /* end of the pause that a refusal asked for; 0: none */
    char in[65536];
    size_t have;
} conn;

static char *request;
static size_t request_length;
static u64 accepted, refused, answers[600];

static void make_request(void) {
    size_t event = (size_t)C.size, cap = (event + 64) * (size_t)C.batch + 4096;
    char *body = malloc(cap);
    size_t at = 0;
    if (C.batch > 1) body[at++] = '[';
    for (int i = 0; i < C.batch; i++) {
        if (i) body[at++] = ',';
        size_t from = at;
        at += (size_t)sprintf(body + at, "%s{\"note\":\"", C.pre);
        while (at - from + strlen(C.post) + 2 < event) body[at] = (char)('a' + at % 26), at++;
        at += (size_t)sprintf(body + at, "\"}%s", C.post);
    }
    if (C.batch > 1) body[at++] = ']';
    request = malloc(at + 2048);
    int head = sprintf(request,
                       "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       C.path, C.host, C.port, C.key, at);
    memcpy(request + head, body, at);
    request_length = (size_t)head + at;
    free(body);
}

static int ep;
static void watch(conn *c, int op, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(ep, op, c->fd, &e)) die("epoll: %s", strerror(errno));
}
static void push(conn *c) {
    while (c->sent < request_length) {
        ssize_t n = write(c->fd, request + c->sent, request_length - c->sent);
        if (n < 0 && errno == EAGAIN) {
            watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n <= 0) die("write: %s", strerror(errno));
        c->sent += (size_t)n;
    }
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
}
static void begin(conn *c, u64 due) {
    c->waiting = 1;
    c->sent = 0;
    c->due = due;
    push(c);
}
/* Reads; returns 1 when the answer to the request under way is complete. */
static int pull(conn *c, int *status) {
    ssize_t n = read(c->fd, c->in + c->have, sizeof c->in - 1 - c->have);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n <= 0) die("the server closed a connection");
    c->have += (size_t)n;
    c->in[c->have] = 0;
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end) return 0;
    char *length = strcasestr(c->in, "content-length:");
    size_t body = length && length < end ? (size_t)atol(length + 15) : 0, head = (size_t)(end - c->in) + 4;
    *status = atoi(c->in + 9);
    if (c->have < head + body) {
        if (head + body >= sizeof c->in) die("an answer of %zu bytes is too long for this client", head + body);
        return 0;
    }
    memmove(c->in, c->in + head + body, c->have - head - body);
    c->have -= head + body;
    return 1;
}

static double cpu_seconds(int pid) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = 0;
    char *p = strrchr(line, ')');
    u64 user = 0, system = 0;
    if (p) sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void usage(void) {
    puts("usage: ./ingest --port N --key KEY [options]\n"
         "  --port N        server's port on 127.0.0.1 (8001)     --path P        (/api/v1/events)\n"
         "  --key KEY       API key                               --name NAME     label of the output\n"
         "  -c N            keep-alive connections (64)           --batch N       events a request (1)\n"
         "  --size N        bytes an event (300)                  --rate N        events a second; 0: closed loop\n"
         "  --warm S        seconds before measuring (5)          --seconds S     measured seconds (10)\n"
         "  --pre T --post T  what stands before and after an event's padding object\n"
         "  --pid N         server process, for its CPU time");
    exit(0);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (!strcmp(a, "--help")) usage();
        if (i + 1 == argc) die("%s needs a value", a);
        const char *v = argv[++i];
        if (!strcmp(a, "--port")) C.port = atoi(v);
        else if (!strcmp(a, "--path")) snprintf(C.path, sizeof C.path, "%s", v);
        else if (!strcmp(a, "--key")) snprintf(C.key, sizeof C.key, "%s", v);
        else if (!strcmp(a, "--name")) snprintf(C.name, sizeof C.name, "%s", v);
        else if (!strcmp(a, "--pre")) snprintf(C.pre, sizeof C.pre, "%s", v);
        else if (!strcmp(a, "--post")) snprintf(C.post, sizeof C.post, "%s", v);
        else if (!strcmp(a, "-c")) C.connections = atoi(v);
        else if (!strcmp(a, "--batch")) C.batch = atoi(v);
        else if (!strcmp(a, "--size")) C.size = atoi(v);
        else if (!strcmp(a, "--rate")) C.rate = atof(v);
        else if (!strcmp(a, "--warm")) C.warm = atof(v);
        else if (!strcmp(a, "--seconds")) C.seconds = atof(v);
        else if (!strcmp(a, "--pid")) C.pid = atoi(v);
        else die("unknown option %s; see --help", a);
    }
    if (C.connections < 1 || C.connections > 10000 || C.batch < 1 || C.size < 64 || C.seconds > 3600)
        die("-c 1 to 10000, --batch >= 1, --size >= 64, --seconds <= 3600");
    make_request();
    ep = epoll_create1(0);
    conn *all = calloc((size_t)C.connections, sizeof(conn));
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)C.port)};
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < C.connections; i++) {
        all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(all[i].fd, (struct sockaddr *)&sa, sizeof sa)) die("connect to port %d: %s", C.port, strerror(errno));
        setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
        watch(&all[i], EPOLL_CTL_ADD, EPOLLIN);
    }
    u64 start = now_ns(), from = start + (u64)(C.warm * 1e9), to = from + (u64)(C.seconds * 1e9), interval = 0, due = start;
    if (C.rate > 0) interval = (u64)(1e9 * C.batch / C.rate);
    double cpu = 0;
    int counting = 0, idle = 0;
    if (!interval)
        for (int i = 0; i < C.connections; i++) begin(&all[i], now_ns());
    struct epoll_event events[256];
    u64 now = now_ns(), late = 0;
    while (now < to) {
        if (!counting && now >= from) counting = 1, cpu = C.pid ? cpu_seconds(C.pid) : 0;
        if (interval) {
            for (int tried = 0; due <= now && tried < C.connections; tried++) {
                conn *c = &all[idle];
                idle = (idle + 1) % C.connections;
                if (c->waiting) continue;
                begin(c, due);
                due += interval;
                tried = -1;
            }
            if (due + 1000000000ull < now) late++;
        }
        int n = epoll_wait(ep, events, 256, interval ? 0 : 100);
        now = now_ns();
        for (int i = 0; i < n; i++) {
            conn *c = events[i].data.ptr;
            int status = 0;
            if (events[i].events & EPOLLOUT) push(c);
            if (!(events[i].events & ~(uint32_t)EPOLLOUT) || !pull(c, &status)) continue;
            now = now_ns();
            if (counting && now < to) {
                if (status == 202) accepted += (u64)C.batch, record(now - c->due);
                else refused++;
                if (status >= 0 && status < 600) answers[status]++;
            }
            c->waiting = 0;
            if (!interval && status == 202) begin(c, now);
            else if (!interval) c->pause = now + 1000000000ull;
        }
        for (int i = 0; !interval && i < C.connections; i++)
            if (all[i].pause && all[i].pause <= now) all[i].pause = 0, begin(&all[i], now);
    }
    cpu = C.pid ? cpu_seconds(C.pid) - cpu : 0;
    printf("{\"name\":\"%s\",\"batch\":%d,\"connections\":%d,\"size\":%d,\"rate\":%.0f,\"events_per_s\":%.0f,\"requests_refused\":%lu,"
           "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"p999_ms\":%.2f,\"server_cpu_us_per_event\":%.2f,\"server_cpu_share\":%.2f,\"behind\":%s",
           C.name, C.batch, C.connections, C.size, C.rate, (double)accepted / C.seconds, refused, quantile_ms(.5), quantile_ms(.99),
           quantile_ms(.999), accepted ? cpu * 1e6 / (double)accepted : 0.0, cpu / C.seconds, late ? "true" : "false");
    for (int s = 0; s < 600; s++)
        if (answers[s]) printf(",\"answers_%d\":%lu", s, answers[s]);
    puts("}");
    return 0;
}
