package io.atalaya.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.TenantId;
import io.atalaya.http.HttpOptions;
import io.atalaya.http.HttpPipeline;
import io.atalaya.http.Routes;
import io.atalaya.http.UpgradeHandler;
import io.atalaya.ingest.IngestFixtures;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeConfig;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class PublishRouteIT {
    private static final String ORDER = "{\"type\":\"ORDER\",\"tenant_id\":1}";

    private static final String LINE_BREAKS = "\r\n\n";

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ExecutorService longBodies = Executors.newSingleThreadExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final InMemoryEventLog log = new InMemoryEventLog(LogConfig.defaults(), 1, InstantSource.system(), _ -> {});
    private final IntakeConfig config =
            new IntakeConfig(Map.of("one", "1", "all", "*"), Map.of("reader", "1"), 64 * 1024, 8 << 20, 10_000, 50_000);
    private final Intake intake =
            new Intake(config, IngestFixtures.profile(), log, _ -> {}, InstantSource.system(), System::nanoTime);
    private final HttpPipeline port = new HttpPipeline(
            impatient(),
            Routes.of(java.util.List.of(new PublishRoute(config, intake, new LongBodies(longBodies, 100_000)).route())),
            UpgradeHandler.none(),
            InstantSource.system(),
            System::nanoTime,
            (_, _, _, _) -> {});
    private InetSocketAddress address = new InetSocketAddress(0);

    @BeforeEach
    void listen() {
        address = (InetSocketAddress) new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        port.install(channel.pipeline());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel()
                .localAddress();
    }

    @AfterEach
    void stop() {
        assertThat(intake.book()).matches(IntakeBook::balanced).returns(0L, IntakeBook::inFlight);
        client.shutdownNow();
        port.stop(Duration.ofSeconds(5))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        assertThat(port.bufferedBodyBytes()).isZero();
        longBodies.shutdownNow();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void publishesOneEvent() throws Exception {
        HttpResponse<String> answer = post("one", "application/json", ORDER);

        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode json = json(answer);
        assertThat(json.path("accepted").asInt()).isEqualTo(1);
        assertThat(json.path("ids").get(0).asString()).isNotEmpty();
        assertThat(json.path("cursor").asString())
                .isEqualTo(log.head(new TenantId("1")).toString());
        assertThat(log.totals().logged()).isEqualTo(1);
    }

    @Test
    void publishesTenThousandEventsInOneRequest() throws Exception {
        String body = IntStream.range(0, 10_000)
                .mapToObj(
                        i -> "{\"type\":\"ORDER\",\"tenant_id\":1,\"id\":\"e" + i + "\",\"entity\":{\"n\":" + i + "}}")
                .collect(Collectors.joining(",", "[", "]"));

        HttpResponse<String> answer = post("one", "application/json", body);

        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode json = json(answer);
        assertThat(json.path("accepted").asInt()).isEqualTo(10_000);
        assertThat(json.path("ids").get(9_999).asString()).isEqualTo("e9999");
        assertThat(log.totals().logged()).isEqualTo(10_000);
    }

    @Test
    void refusesOneEventTooMany() throws Exception {
        HttpResponse<String> answer = post("one", "application/x-ndjson", (ORDER + (char) 10).repeat(10_001));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(log.totals().logged()).isZero();
    }

    @Test
    void publishesLines() throws Exception {
        HttpResponse<String> answer = post(
                "all", "application/x-ndjson; charset=utf-8", String.join(LINE_BREAKS, ORDER, ORDER.replace("1", "2")));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(json(answer).has("cursor")).isFalse();
        assertThat(log.totals().logged()).isEqualTo(2);
    }

    @Test
    void namesEveryBadField() throws Exception {
        HttpResponse<String> answer =
                post("one", "application/json", "[" + ORDER + ",{\"type\":\"\",\"tenant_id\":true}]");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(json(answer).path("errors").toString())
                .isEqualTo(
                        "[{\"index\":1,\"field\":\"type\",\"found\":\"\\\"\\\"\",\"expected\":\"a non-empty string\"},"
                                + "{\"index\":1,\"field\":\"tenant_id\",\"found\":\"true\","
                                + "\"expected\":\"an integer, 1 or more\"}]");
    }

    @Test
    void refusesStrangers() throws Exception {
        assertThat(post("reader", "application/json", ORDER).statusCode()).isEqualTo(401);
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri()).POST(BodyPublishers.ofString(ORDER)));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).hasValue("Bearer");
        assertThat(intake.book().received()).isZero();
    }

    @Test
    void refusesOtherTenantsEvents() throws Exception {
        HttpResponse<String> answer = post("one", "application/json", ORDER.replace("1", "2"));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(json(answer).path("errors").get(0).path("field").asString()).isEqualTo("tenant_id");
    }

    @Test
    void refusesOtherMediaTypes() throws Exception {
        assertThat(post("one", "text/plain", ORDER).statusCode()).isEqualTo(415);
        assertThat(post("one", "application/json; charset=latin1", ORDER).statusCode())
                .isEqualTo(415);
    }

    @Test
    void refusesAnEventThatIsTooLarge() throws Exception {
        String large = "{\"type\":\"ORDER\",\"tenant_id\":1,\"note\":\"" + "x".repeat(64 * 1024) + "\"}";

        assertThat(post("one", "application/json", large).statusCode()).isEqualTo(413);
    }

    @Test
    void refusesALargeRequestBeforeItsBodyIsSent() throws Exception {
        String answer = exchange(head("Authorization: Bearer one", "Content-Length: 100000000"));

        assertThat(answer).startsWith("HTTP/1.1 413").contains("connection: close");
    }

    @Test
    void neverKeepsABodyOfAStranger() throws Exception {
        String answer = exchange(head("Transfer-Encoding: chunked") + "5\r\n[1,2,");

        assertThat(answer).startsWith("HTTP/1.1 401");
        assertThat(port.bufferedBodyBytes()).isZero();
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        var requests = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            String body = "{\"type\":\"ORDER\",\"tenant_id\":1,\"id\":\"p" + i + "\"}";
            requests.append(head(
                            "Authorization: Bearer one",
                            "Connection: " + (i < 199 ? "keep-alive" : "close"),
                            "Content-Length: " + body.length()))
                    .append(body);
        }

        String answers = exchange(requests.toString());

        assertThat(answers)
                .containsSubsequence(
                        IntStream.range(0, 200).mapToObj(i -> "\"p" + i + "\"").toList());
    }

    @Test
    void closesConnectionsThatTrickleTheirHead() throws Exception {
        assertThat(exchange("POST /api/v1/events HTT")).isEmpty();
    }

    @Test
    void closesConnectionsThatTrickleTheirBody() throws Exception {
        String answer = exchange(head("Authorization: Bearer one", "Content-Length: 50") + "[");

        assertThat(answer).startsWith("HTTP/1.1 408");
    }

    private HttpResponse<String> post(String key, String contentType, String body) throws Exception {
        return send(HttpRequest.newBuilder(uri())
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + address.getPort() + PublishRoute.PATH);
    }

    /** Sends bytes and reads until the server closes. */
    private String exchange(String bytes) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String head(String... fields) {
        return "POST /api/v1/events HTTP/1.1\r\nHost: h\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static HttpOptions impatient() {
        HttpOptions defaults = HttpOptions.defaults();
        return new HttpOptions(
                defaults.maxRequestLineBytes(),
                defaults.maxHeaderBytes(),
                defaults.maxPipelined(),
                defaults.maxBufferedBodyBytes(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                defaults.minBodyBytesPerSecond(),
                defaults.responseTimeout(),
                Duration.ofMillis(300));
    }
}
