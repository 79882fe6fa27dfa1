package io.atalaya.hub;

import static io.atalaya.hub.HubRig.room;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TopicDirectoryTest {
    private final TopicDirectory directory = new TopicDirectory();

    @Test
    void everyShardHasItsBit() {
        directory.onFirstSubscriber(room("1"), 0);
        directory.onFirstSubscriber(room("1"), 63);
        directory.onFirstSubscriber(room("2"), 5);

        assertThat(directory.shardsOf(room("1"))).isEqualTo(1L | Long.MIN_VALUE);
        assertThat(directory.shardsOf(room("2"))).isEqualTo(32);
        assertThat(directory.shardsOf(room("3"))).isZero();
    }

    @Test
    void aTopicWithoutSubscribersIsAbsent() {
        directory.onFirstSubscriber(room("1"), 2);
        directory.onFirstSubscriber(room("1"), 3);

        directory.onLastSubscriberGone(room("1"), 2);

        assertThat(directory.shardsOf(room("1"))).isEqualTo(8);
        directory.onLastSubscriberGone(room("1"), 3);
        assertThat(directory.topics()).isEmpty();
    }

    @Test
    @Timeout(60)
    void shardsThatComeAndGoTogetherNeverLoseEachOthersBit() throws Exception {
        int shards = 6;
        var together = new CyclicBarrier(shards);
        try (var executor = Executors.newFixedThreadPool(shards)) {
            var ended = new ArrayList<Future<?>>();
            for (int shard = 0; shard < shards; shard++) {
                int own = shard;
                ended.add(executor.submit(() -> {
                    together.await();
                    comeAndGo(own, new Random(own));
                    return null;
                }));
            }
            for (Future<?> one : ended) {
                one.get();
            }
        }
        assertThat(directory.topics()).isEmpty();
    }

    private void comeAndGo(int shard, Random random) {
        for (int i = 0; i < 5_000; i++) {
            var topic = room("" + random.nextInt(3));
            directory.onFirstSubscriber(topic, shard);
            assertThat(directory.shardsOf(topic) & 1L << shard).isNotZero();
            directory.onLastSubscriberGone(topic, shard);
            assertThat(directory.shardsOf(topic) & 1L << shard).isZero();
        }
    }
}
