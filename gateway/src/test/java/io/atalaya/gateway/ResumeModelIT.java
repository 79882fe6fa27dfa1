package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Random publishing, reading, disconnecting, resuming and restarting over real sockets, against plain lists: over all its
 * connections a client gets every event that is for it exactly once and in order.
 */
@Timeout(120)
class ResumeModelIT {
    private static final int STEPS = 120;
    private static final Duration QUIET = Duration.ofMillis(300);

    @TempDir
    private Path data;

    private GatewayTester gateway;
    private final List<Guest> guests = new ArrayList<>();
    private int published;

    /** One client with what it should have and what it has. Confined to the test. */
    private final class Guest {
        private final long table;
        private final List<String> expected = new ArrayList<>();
        private final List<String> received = new ArrayList<>();
        private String cursor;
        private @Nullable WireClient socket;

        private Guest(long table) {
            this.table = table;
            WireClient first = open("now");
            this.cursor = member(first.readText(), "cursor");
            this.socket = first;
        }

        private WireClient open(String since) {
            return gateway.connect("/ws/diner?since=" + since + "&table_token=" + gateway.tableToken(1, 1, table));
        }

        private void read(int most) {
            for (int i = 0; i < most && socket != null; i++) {
                Optional<WireClient.Frame> frame = socket.poll(Duration.ofMillis(20));
                if (frame.isEmpty()) {
                    return;
                }
                take(frame.get().text());
            }
        }

        private void take(String text) {
            cursor = member(text, "cursor");
            received.add(member(text, "id"));
        }

        private void leave(boolean politely) {
            if (socket != null && politely) {
                socket.close();
            } else if (socket != null) {
                socket.reset();
            }
            socket = null;
        }

        private void comeBack() {
            if (socket == null) {
                socket = open(cursor);
            }
        }
    }

    private static String member(String text, String name) {
        JsonNode value = GatewayTester.json(text).path(name);
        return value.stringValue("");
    }

    @BeforeEach
    void start() {
        gateway = GatewayTester.start("data-dir", data.toString());
    }

    /** Some events in one request: for a table, for everyone of the branch, or for nobody here. */
    private void publish(Random random) {
        var events = new ArrayList<String>();
        for (int i = random.nextInt(20); i >= 0; i--) {
            String id = "e" + published++;
            int audience = random.nextInt(5);
            String event = "{\"tenant_id\":" + (audience == 4 ? 2 : 1) + ",\"branch_id\":1,\"id\":\"" + id + "\",";
            if (audience == 3) {
                events.add(event + "\"type\":\"PRODUCT_AVAILABILITY_CHANGED\"}");
                guests.forEach(guest -> guest.expected.add(id));
            } else {
                int table = 42 + audience % 3;
                events.add(event + "\"type\":\"CART_CLEARED\",\"session_id\":" + table + "}");
                guests.stream()
                        .filter(guest -> audience != 4 && guest.table == table)
                        .forEach(guest -> guest.expected.add(id));
            }
        }
        gateway.publish("[" + String.join(",", events) + "]");
    }

    private void restart() {
        guests.forEach(guest -> guest.leave(true));
        gateway.close();
        start();
    }

    private void step(Random random) {
        int choice = random.nextInt(100);
        if (guests.size() < 5 && choice < 10) {
            guests.add(new Guest(42 + random.nextInt(3)));
        } else if (choice < 45) {
            publish(random);
        } else if (choice < 47) {
            restart();
        } else if (!guests.isEmpty()) {
            Guest guest = guests.get(random.nextInt(guests.size()));
            if (guest.socket == null) {
                guest.comeBack();
            } else if (choice < 80) {
                guest.read(random.nextInt(30));
            } else {
                guest.leave(random.nextBoolean());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyClientGetsEveryEventOnceAndInOrder(long seed) {
        var random = new Random(seed);
        try {
            for (int step = 0; step < STEPS; step++) {
                step(random);
            }
            for (Guest guest : guests) {
                guest.leave(true);
                guest.comeBack();
                List<String> rest = guest.socket == null ? List.of() : guest.socket.drain(QUIET);
                rest.forEach(guest::take);
                assertThat(guest.received)
                        .as("seed %d, table %d", seed, guest.table)
                        .isEqualTo(guest.expected);
            }
            assertThat(guests).as("seed %d", seed).hasSizeGreaterThan(2);
        } finally {
            gateway.close();
        }
    }
}
