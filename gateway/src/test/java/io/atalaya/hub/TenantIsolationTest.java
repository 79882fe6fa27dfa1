package io.atalaya.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.protocol.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants that name everything alike, against nested loops over sets: never a leak, never a miss. */
class TenantIsolationTest {
    /** Names that run together when keys are glued without a separator, and look alike when compared carelessly. */
    private static final List<TenantId> TENANTS =
            List.of(new TenantId("1"), new TenantId("11"), new TenantId("01"), new TenantId("a"), new TenantId("A"));

    private static final List<String> ROOMS = List.of("1", "11", "01", "a", "A", "1/1");

    private record Member(TestSocket socket, TenantId tenant, boolean hearsAll, Set<String> rooms) {
        private boolean maySee(Event event) {
            String room = event.scope().getOrDefault("room_id", "");
            return tenant.value().equals(event.tenant().value())
                    && switch (event.type()) {
                        case "ALL" -> hearsAll;
                        case "ROOM" -> rooms.contains(room);
                        case "BOTH" -> hearsAll || rooms.contains(room);
                        default -> false;
                    };
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void everySessionGetsItsTenantsEventsAndNoOthers(long seed) {
        var random = new Random(seed);
        try (var rig = new HubRig(1 + random.nextInt(4), HubRig.limits(1 << 24, 200, 0))) {
            var members = new ArrayList<Member>();
            for (int i = 0; i < 60; i++) {
                members.add(join(rig, random, i));
            }
            var entries = new ArrayList<EventLog.Entry>();
            for (int i = 0; i < 60; i++) {
                entries.addAll(rig.commit(someEvents(random)));
                if (random.nextBoolean()) {
                    rig.run();
                }
            }
            rig.run();
            for (Member one : members) {
                List<String> expected = entries.stream()
                        .filter(entry -> one.maySee(entry.event()))
                        .map(HubRig::text)
                        .toList();
                assertThat(one.socket().texts()).as("seed %d, %s", seed, one).isEqualTo(expected);
            }
        }
    }

    private static Member join(HubRig rig, Random random, int number) {
        TenantId tenant = pick(TENANTS, random);
        boolean hearsAll = random.nextInt(3) == 0;
        var rooms = new HashSet<String>();
        var topics = new ArrayList<Topic>();
        for (String room : ROOMS) {
            if (random.nextInt(3) == 0 && rooms.add(room)) {
                topics.add(HubRig.room(tenant, room));
            }
        }
        if (hearsAll) {
            topics.add(HubRig.all(tenant));
        }
        TestSocket socket = rig.socket();
        int shards = rig.hub.ask(Shard::number).join().size();
        var who = HubRig.principal(tenant, "member " + number, Instant.MAX);
        rig.join(
                pick(List.of(Wire.values()), random),
                socket,
                random.nextInt(shards),
                who,
                topics.toArray(Topic[]::new));
        return new Member(socket, tenant, hearsAll, rooms);
    }

    private static Event[] someEvents(Random random) {
        var events = new Event[1 + random.nextInt(12)];
        for (int i = 0; i < events.length; i++) {
            String type = pick(List.of("ALL", "ROOM", "BOTH", "NOBODY"), random);
            TenantId tenant = pick(TENANTS, random);
            events[i] = HubRig.event(tenant, type, pick(ROOMS, random), "{\"tenant\":\"%s\"".formatted(tenant));
        }
        return events;
    }

    private static <T> T pick(List<T> some, Random random) {
        return some.get(random.nextInt(some.size()));
    }
}
