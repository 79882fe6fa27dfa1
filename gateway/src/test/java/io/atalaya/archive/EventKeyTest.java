package io.atalaya.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EventKeyTest {
    @Test
    void theTextOfAKeyIsReadBack() {
        for (Time time : Time.values()) {
            for (long value : new long[] {Long.MIN_VALUE, -1, 0, 1_893_456_000_000L, Long.MAX_VALUE}) {
                var key = new EventKey(time, value, new Cursor(0xFFFF_FFFFL, Long.MAX_VALUE));

                String text = key.toString();

                assertThat(text).matches("[A-Za-z0-9_-]{1,64}");
                assertThat(EventKey.parse(text)).contains(key);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "!", "YQ", "YTEuMS0x=", "eDEuMS0x", "YS4xLTE", "YTEuMS0", "YTAxLjEtMQ", "ñ"})
    void anythingElseIsNoKey(String text) {
        assertThat(EventKey.parse(text)).isEmpty();
    }

    @Test
    void aKeyOfTheOtherTimeIsRefused() {
        var key = new EventKey(Time.EVENT, 1, new Cursor(1, 1));

        assertThatThrownBy(() -> EventQuery.everyTenant().behind(key)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsAreRoundedUpToWholeUnits() {
        Instant instant = Instant.ofEpochSecond(-1, 1_500_001);
        EventQuery query = EventQuery.everyTenant().notBefore(instant).before(instant);

        assertThat(query.lowest()).isEqualTo(-998);
        assertThat(query.by(Time.EVENT).end()).isEqualTo(-998_499);
        assertThat(Time.EVENT.instant(-998_500)).isEqualTo(Instant.ofEpochSecond(-1, 1_500_000));
    }
}
