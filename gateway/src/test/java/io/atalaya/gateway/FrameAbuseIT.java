package io.atalaya.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile bytes: each gets the right close (RFC 6455 section 7.4.1), and costs nobody else anything. */
@Timeout(60)
class FrameAbuseIT {
    private static final int FIN = 0x80;
    private static final int CONTINUATION = 0x0;
    private static final byte[] BAD_UTF8 = {'a', (byte) 0xC3, (byte) 0x28};

    private final GatewayTester gateway = GatewayTester.start("ws-max-message-size", "1KiB");
    private final WireClient bystander = gateway.diner(1, 1, 42);

    @AfterEach
    void close() {
        gateway.publish("{\"type\":\"ROUND_READY\",\"tenant_id\":1,\"branch_id\":1,\"session_id\":42}");
        assertThat(bystander.readText()).contains("ROUND_READY");
        gateway.close();
    }

    static Stream<Arguments> abuses() {
        return Stream.of(
                abuse(
                        "unmasked frame",
                        1002,
                        client ->
                                client.sendRaw(WireClient.frame(FIN | WireClient.TEXT, "ping".getBytes(UTF_8), false))),
                abuse("reserved bit", 1002, client -> client.sendFrame(FIN | 0x40 | WireClient.TEXT, new byte[1])),
                abuse("reserved data opcode", 1002, client -> client.sendFrame(FIN | 0x3, new byte[1])),
                abuse("reserved control opcode", 1002, client -> client.sendFrame(FIN | 0xB, new byte[1])),
                abuse("long control frame", 1002, client -> client.sendFrame(FIN | WireClient.PING, new byte[126])),
                abuse("fragmented control frame", 1002, client -> client.sendFrame(WireClient.PING, new byte[1])),
                abuse("continuation of nothing", 1002, client -> client.sendFrame(FIN | CONTINUATION, new byte[1])),
                abuse("new message inside a message", 1002, client -> {
                    client.sendFrame(WireClient.TEXT, new byte[] {'a'});
                    client.sendFrame(FIN | WireClient.TEXT, new byte[] {'b'});
                }),
                abuse("close code of one byte", 1002, client -> client.sendFrame(FIN | WireClient.CLOSE, new byte[1])),
                abuse("binary message", 1003, client -> client.sendFrame(FIN | WireClient.BINARY, new byte[3])),
                abuse("bad UTF-8", 1007, client -> client.sendFrame(FIN | WireClient.TEXT, BAD_UTF8)),
                abuse("bad UTF-8 over fragments", 1007, client -> {
                    client.sendFrame(WireClient.TEXT, Arrays.copyOf(BAD_UTF8, 2));
                    client.sendFrame(FIN | CONTINUATION, new byte[] {0x28});
                }),
                abuse("long message", 1009, client -> client.sendFrame(FIN | WireClient.TEXT, new byte[1025])),
                abuse("long message in fragments", 1009, client -> {
                    client.sendFrame(WireClient.TEXT, new byte[1000]);
                    client.sendFrame(FIN | CONTINUATION, new byte[25]);
                }),
                abuse("message of endless fragments", 4029, client -> {
                    client.sendFrame(WireClient.TEXT, new byte[0]);
                    client.sendRaw(repeated(WireClient.frame(CONTINUATION, new byte[0], true), 3_000));
                }),
                abuse(
                        "flood of pongs",
                        4029,
                        client -> client.sendRaw(
                                repeated(WireClient.frame(FIN | WireClient.PONG, new byte[0], true), 3_000))),
                abuse("too many messages", 4029, client -> {
                    for (int i = 0; i < 21; i++) {
                        client.sendText("ping");
                    }
                }));
    }

    private static byte[] repeated(byte[] frame, int times) {
        var all = ByteBuffer.allocate(frame.length * times);
        for (int i = 0; i < times; i++) {
            all.put(frame);
        }
        return all.array();
    }

    private static Arguments abuse(String name, int code, Consumer<WireClient> deed) {
        return Arguments.of(name, code, deed);
    }

    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("abuses")
    void isAnsweredByTheRightClose(String name, int code, Consumer<WireClient> deed) {
        WireClient client = gateway.diner(1, 1, 99);
        gateway.awaitSessions(2);

        deed.accept(client);

        assertThat(client.readClose()).as(name).isEqualTo(code);
        assertThat(client.isClosedByServer()).isTrue();
        gateway.awaitSessions(1);
    }

    @Test
    void messageInFragmentsWithAPingInBetweenIsWhole() {
        WireClient client = gateway.diner(1, 1, 99);

        client.sendFrame(WireClient.TEXT, "pi".getBytes(UTF_8));
        client.sendFrame(FIN | WireClient.PING, new byte[0]);
        client.sendFrame(FIN | CONTINUATION, "ng".getBytes(UTF_8));

        assertThat(client.read().opcode()).isEqualTo(WireClient.PONG);
        assertThat(client.readText()).isEqualTo("{\"type\":\"pong\"}");
    }

    @Test
    void messageOfExactlyTheLimitIsAllowed() {
        WireClient client = gateway.diner(1, 1, 99);

        client.sendFrame(
                FIN | WireClient.TEXT, ("{\"type\":\"ping\",\"x\":\"" + "ñ".repeat(501) + "\"}").getBytes(UTF_8));

        assertThat(client.readText()).isEqualTo("{\"type\":\"pong\"}");
    }

    @Test
    void closeOfTheClientIsEchoed() {
        WireClient client = gateway.diner(1, 1, 99);
        gateway.awaitSessions(2);

        client.sendFrame(FIN | WireClient.CLOSE, new byte[] {0x03, (byte) 0xE8});

        assertThat(client.readClose()).isEqualTo(1000);
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void randomBytesAfterTheHandshakeHarmNobody() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[1 + random.nextInt(200)];
            random.nextBytes(noise);
            try (WireClient client =
                    WireClient.connect(gateway.port(), "/ws/diner?table_token=" + gateway.tableToken(1, 1, 100 + i))) {
                client.sendRaw(noise);
            }
        }
        gateway.awaitSessions(1);
    }
}
