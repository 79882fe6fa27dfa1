package io.atalaya.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelPatternsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "branch:5:waiters",
                "branch:5:kitchen",
                "branch:5:admin",
                "sector:3:waiters",
                "session:77",
                "tenant:1:admin",
                "channel:branch:5:waiters",
                "channel:branch:5:kitchen",
                "channel:branch:5:admin",
                "channel:sector:3:waiters",
                "channel:sector:5:3:waiters",
                "channel:session:77",
                "channel:tenant:1:admin"
            })
    void everySpellingIsCoveredOnce(String channel) {
        List<String> matching = ChannelPatterns.RESTAURANT.stream()
                .filter(pattern -> ChannelPatterns.matches(pattern, channel))
                .toList();

        assertThat(matching).hasSize(1);
    }

    @Test
    void copyByALaterMatchingPatternIsNotTheMessage() {
        ChannelPatterns patterns = new ChannelPatterns(List.of("other", "sector:*:waiters", "sector:*:*:waiters"));

        assertThat(patterns.isFirstMatch("sector:*:waiters", "sector:1:2:waiters"))
                .isTrue();
        assertThat(patterns.isFirstMatch("sector:*:*:waiters", "sector:1:2:waiters"))
                .isFalse();
    }

    @Test
    void messageByAnUnknownPatternIsKept() {
        ChannelPatterns patterns = new ChannelPatterns(List.of("a:*"));

        assertThat(patterns.isFirstMatch("c:*", "b:1")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "*,anything,true",
                "a*c,abbc,true",
                "a*c,abbd,false",
                "a?c,abc,true",
                "a?c,ac,false",
                "a[bc]d,acd,true",
                "a[^bc]d,acd,false",
                "a[a-c]d,abd,true",
                "a[c-a]d,abd,true",
                "a\\*c,a*c,true",
                "a\\*c,abc,false",
                "*a*b*,xxaxxbxx,true",
                "*a*b*,xxbxxaxx,false",
                "abc,abcd,false",
                "abcd,abc,false",
                "abc**,abc,true"
            })
    void matchesAsRedisDoes(String pattern, String channel, boolean expected) {
        assertThat(ChannelPatterns.matches(pattern, channel)).isEqualTo(expected);
    }

    @Test
    void listsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new ChannelPatterns(List.of())).hasMessageContaining("expected: one or more");
        assertThatThrownBy(() -> new ChannelPatterns(List.of("a", "a"))).hasMessageContaining("all different");
        assertThatThrownBy(() -> new ChannelPatterns(List.of("a", ""))).hasMessageContaining("expected");
    }
}
