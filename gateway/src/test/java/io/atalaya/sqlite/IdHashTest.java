package io.atalaya.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.sqlite.IdHash.Fingerprint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdHashTest {
    private static final byte[] KEY = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");

    /** From the authors' reference implementation, vectors_sip128: input is 00, 01, 02, … */
    @ParameterizedTest
    @CsvSource({
        "0, a3817f04ba25a8e66df67214c7550293",
        "1, da87c1d86b99af44347659119b22fc45",
        "2, 8177228da4a45dc7fca38bdef60affe4",
        "3, 9c70b60c5267a94e5f33b6b02985ed51",
        "8, 3b62a9ba6258f5610f83e264f31497b4",
        "15, 5493e99933b0a8117e08ec0f97cfc3d9"
    })
    void agreesWithTheReference(int length, String expected) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) i);
        }

        Fingerprint fingerprint = new IdHash(KEY).of(text.toString());

        var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(fingerprint.first()).putLong(fingerprint.second());
        assertThat(HexFormat.of().formatHex(bytes.array())).isEqualTo(expected);
    }

    @Test
    void dependsOnTheTenantAndOnTheKey() {
        var hash = new IdHash(KEY);
        var otherKey = new IdHash(new byte[16]);
        var id = new EventId("a");

        Fingerprint of = hash.of(new TenantId("1"), id);

        assertThat(of).isNotEqualTo(hash.of(new TenantId("2"), id));
        assertThat(of).isNotEqualTo(otherKey.of(new TenantId("1"), id));
        assertThat(of).isEqualTo(hash.of(new TenantId("1"), new EventId("a")));
    }
}
