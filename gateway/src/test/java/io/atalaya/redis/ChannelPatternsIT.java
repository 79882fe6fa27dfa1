package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelPatternsIT {
    private static final String CHANNEL_LETTERS = "ab:]-";
    private static final String PATTERN_LETTERS = "ab:**?[]^-\\";

    @Test
    void matchesExactlyWhatRedisMatches() {
        long seed = 20_260;
        Random random = new Random(seed);
        try (RedisServer server = RedisServer.start()) {
            List<String> disagreements = new ArrayList<>();
            int matches = 0;
            for (int i = 0; i < 1_500; i++) {
                String channel = word(random, CHANNEL_LETTERS, 6);
                String pattern = word(random, PATTERN_LETTERS, 6);
                boolean redis = redisMatches(server, pattern, channel);
                matches += redis ? 1 : 0;
                if (redis != ChannelPatterns.matches(pattern, channel)) {
                    disagreements.add(pattern + " " + channel + " " + redis);
                }
            }

            assertThat(disagreements).as("seed %d", seed).isEmpty();
            assertThat(matches).isGreaterThan(100);
        }
    }

    /** Asks by a key with the channel's name: KEYS matches with the function that Pub/Sub uses. */
    private static boolean redisMatches(RedisServer server, String pattern, String channel) {
        String script = """
                redis.call('FLUSHALL') redis.call('SET', ARGV[2], 1) return #redis.call('KEYS', ARGV[1])
                """;
        return server.command("EVAL", script, "0", pattern, channel).equals("1");
    }

    private static String word(Random random, String letters, int maxLength) {
        StringBuilder word = new StringBuilder();
        for (int length = 1 + random.nextInt(maxLength); length > 0; length--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }
}
