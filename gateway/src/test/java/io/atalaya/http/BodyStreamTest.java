package io.atalaya.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers whose body goes on. */
final class BodyStreamTest {
    private static final String GET = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";

    private final List<BodyStream> opened = new ArrayList<>();
    private final HttpPipeline port = new HttpPipeline(
            HttpOptions.defaults(),
            Routes.of(List.of(
                    Route.get(
                            "/stream",
                            (_, responder) -> responder.respond(Response.stream("text/event-stream", opened::add)
                                    .with("cache-control", "no-store"))),
                    Route.get("/now", (_, responder) -> responder.respond(Response.text(200, "now"))))),
            UpgradeHandler.none(),
            InstantSource.fixed(Instant.EPOCH),
            () -> 0,
            (_, _, _, _) -> {});
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void install() {
        port.install(channel.pipeline());
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
        assertThat(port.connections()).isZero();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private String received() {
        channel.runPendingTasks();
        var text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return text.toString();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Test
    void theHeadHasNoLengthAndTheBodyFollowsBitByBit() {
        send(GET);

        assertThat(received())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-type: text/event-stream\r\n", "cache-control: no-store\r\n", "connection: close\r\n")
                .doesNotContain("content-length")
                .endsWith("\r\n\r\n");
        opened.getFirst().write(bytes("data: 1\n\n"));
        opened.getFirst().write(bytes("data: 2\n\n"));
        assertThat(received()).isEqualTo("data: 1\n\ndata: 2\n\n");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aHeadRequestGetsTheHeadOnly() {
        send(GET.replace("GET", "HEAD"));

        assertThat(received()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
        assertThat(opened).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whatAnswersBeforeIsSentBeforeAndWhatIsAskedBehindIsNot() {
        send("GET /now HTTP/1.1\r\nHost: h\r\n\r\n" + GET + "GET /now HTTP/1.1\r\nHost: h\r\n\r\n");

        String first = received();
        send("GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
        opened.getFirst().write(bytes("data: 1\n\n"));

        assertThat(first.indexOf("now")).isPositive().isLessThan(first.indexOf("text/event-stream"));
        assertThat(received()).isEqualTo("data: 1\n\n");
    }

    @Test
    void aReaderThatDoesNotKeepUpIsSeen() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(8, 16));
        send(GET);
        received();

        channel.unsafe().outboundBuffer().addMessage(bytes("x".repeat(64)), 64, channel.newPromise());

        assertThat(opened.getFirst().isWritable()).isFalse();
    }

    @Test
    void aGracefulStopEndsStreams() {
        send(GET);
        received();

        var stopped = port.stop(Duration.ofSeconds(1)).toCompletableFuture();
        channel.runPendingTasks();

        assertThat(stopped).isCompleted();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whoeverWritesHearsOfTheEnd() {
        send(GET);
        var closed = new ArrayList<String>();
        opened.getFirst().onClosed(() -> closed.add("closed"));

        channel.close();

        assertThat(closed).containsExactly("closed");
        opened.getFirst().onClosed(() -> closed.add("again"));
        assertThat(closed).containsExactly("closed", "again");
        opened.getFirst().write(bytes("too late"));
    }
}
