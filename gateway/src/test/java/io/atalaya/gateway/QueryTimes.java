package io.atalaya.gateway;

import io.atalaya.postgres.PostgresServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a reader waits for pages of a full archive: a program, not a test. It publishes events over HTTP to a gateway in
 * this process, waits until they are archived, and reads them back by one client. Arguments: {@code sqlite} or
 * {@code postgres}, events (1,000,000), requests of each kind (200).
 */
final class QueryTimes {
    private static final int BATCH = 1_000;
    private static final int WARM_UP = 30;
    private static final int BEFORE_PAGE_1000 = 99_900;
    private static final int MOST = 1_000;
    private static final int OLD_PART = 20;
    private static final String[] TYPES = {
        "ROUND_PENDING", "ROUND_CONFIRMED", "ROUND_SUBMITTED", "ROUND_IN_KITCHEN", "ROUND_READY", "ROUND_SERVED",
        "ROUND_CANCELED", "TICKET_IN_PROGRESS", "TICKET_READY", "TICKET_DELIVERED", "SERVICE_CALL_CREATED",
        "SERVICE_CALL_ACKED", "CHECK_REQUESTED", "CHECK_PAID", "TABLE_CLEARED", "CART_ITEM_ADDED", "CART_SYNC"
    };
    private static final Pattern NEXT = Pattern.compile("\"next\":\"([^\"]+)\"");

    private final GatewayTester gateway;
    private final HttpClient http = HttpClient.newHttpClient();
    private final int requests;

    private QueryTimes(GatewayTester gateway, int requests) {
        this.gateway = gateway;
        this.requests = requests;
    }

    /** Prints one line a kind of query: milliseconds at the median, the 99th percentile and the slowest. */
    public static void main(String[] arguments) throws Exception {
        String archive = arguments.length > 0 ? arguments[0] : "sqlite";
        int events = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        int requests = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 200;
        if (archive.equals("sqlite")) {
            try (GatewayTester gateway = GatewayTester.start("query-api-keys", "reader=1")) {
                new QueryTimes(gateway, requests).run(events);
            }
            return;
        }
        try (PostgresServer server = PostgresServer.start("fsync=on", "shared_buffers=512MB", "max_wal_size=4GB");
                GatewayTester gateway = GatewayTester.start(
                        "query-api-keys",
                        "reader=1",
                        "database-url",
                        server.createDatabase().toString())) {
            new QueryTimes(gateway, requests).run(events);
        }
    }

    private void run(int events) throws Exception {
        Instant start = Instant.now();
        publish(events);
        Instant end = Instant.now();
        while (gateway.management("/api/v1/books").at("/archive/archived").asLong() < events) {
            Thread.sleep(200);
        }
        System.out.printf("%,d events archived%n", events);
        pages("all", "");
        pages("all, oldest first", "&order=oldest");
        pages("all, by their own time", "&time=event");
        pages("a type", "&type=ROUND_READY");
        pages("a branch", "&branch_id=7");
        pages("a sector", "&sector_id=77");
        pages("a session, rare", "&session_id=4711");
        pages("a branch and a type", "&branch_id=7&type=ROUND_READY");
        pages("a branch of the past", "&branch_id=99");
        pages("a type never seen with a branch", "&branch_id=99&type=TICKET_READY");
        pages("a session of nobody", "&session_id=1000000");
        Instant middle = start.plusMillis((end.toEpochMilli() - start.toEpochMilli()) / 2);
        pages("all of the second half", "&order=oldest&from=" + middle);
        pages("a type in the first half", "&type=ROUND_READY&to=" + middle);
        times("pages of 1,000", "/api/v1/events?limit=1000", true);
        times("/health/business", "/health/business", false);
    }

    private void publish(int events) throws Exception {
        var random = new Random(1);
        for (int done = 0; done < events; done += BATCH) {
            var body = new StringBuilder();
            for (int i = 0; i < BATCH; i++) {
                append(body, random, done < events / OLD_PART);
            }
            HttpRequest request = HttpRequest.newBuilder(gateway.publicUri("/api/v1/events"))
                    .header("Authorization", "Bearer key-of-all")
                    .header("Content-Type", "application/x-ndjson")
                    .POST(BodyPublishers.ofString(body.toString()))
                    .build();
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            while (response.statusCode() == 429 || response.statusCode() == 503) {
                Thread.sleep(100);
                response = http.send(request, BodyHandlers.ofString());
            }
            if (response.statusCode() != 202) {
                throw new IllegalStateException(response.statusCode() + " " + response.body());
            }
        }
    }

    /** About 300 bytes. */
    private static void append(StringBuilder body, Random random, boolean early) {
        boolean past = early && random.nextInt(10) == 0;
        String type = past ? "CHECK_PAID" : TYPES[random.nextInt(TYPES.length)];
        body.append("{\"type\":\"%s\",\"tenant_id\":%d,\"branch_id\":%d"
                .formatted(type, 1 + random.nextInt(4), past ? 99 : 1 + random.nextInt(50)));
        if (random.nextBoolean()) {
            body.append(",\"sector_id\":%d,\"session_id\":%d".formatted(1 + random.nextInt(300), 1 + random.nextInt(20_000)));
        }
        body.append(",\"entity\":{\"round_id\":%d,\"note\":\"%s\"},\"actor\":{\"user_id\":%d,\"role\":\"WAITER\"},\"id\":\"%s\"}\n"
                .formatted(
                        random.nextInt(1_000_000),
                        "n".repeat(80),
                        random.nextInt(500),
                        new UUID(random.nextLong(), random.nextLong())));
    }

    private void pages(String what, String filter) throws Exception {
        times(what + ", page 1", "/api/v1/events?limit=100" + filter, true);
        Optional<String> cursor = Optional.empty();
        int passed = 0;
        while (passed < BEFORE_PAGE_1000) {
            int limit = Math.min(MOST, BEFORE_PAGE_1000 - passed);
            String page = get("/api/v1/events?limit=" + limit + filter + behind(cursor), true);
            Matcher next = NEXT.matcher(page);
            if (!next.find()) {
                break;
            }
            cursor = Optional.of(next.group(1));
            passed += limit;
        }
        if (passed > 0) {
            times("%s, page %,d".formatted(what, passed / 100 + 1), "/api/v1/events?limit=100" + filter + behind(cursor), true);
        }
    }

    private static String behind(Optional<String> cursor) {
        return cursor.map(key -> "&cursor=" + key).orElse("");
    }

    private void times(String what, String path, boolean open) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            get(path, open);
        }
        var nanos = new long[requests];
        int length = 0;
        for (int i = 0; i < requests; i++) {
            long start = System.nanoTime();
            length = get(path, open).length();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%-48s p50 %6.1f  p99 %6.1f  max %6.1f ms  %,8d bytes%n",
                what,
                nanos[requests / 2] / 1e6,
                nanos[(int) Math.min(requests - 1, requests * 0.99)] / 1e6,
                nanos[requests - 1] / 1e6,
                length);
    }

    private String get(String path, boolean open) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(open ? gateway.publicUri(path) : gateway.managementUri(path));
        HttpResponse<String> response =
                http.send(request.header("Authorization", "Bearer reader").build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }
}
