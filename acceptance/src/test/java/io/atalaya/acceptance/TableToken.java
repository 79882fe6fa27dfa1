package io.atalaya.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Table tokens in their documented colon-separated form, made as a backend would make them. Stateless. */
final class TableToken {
    private static final int SIGNATURE_LENGTH = 32;

    private TableToken() {}

    /** A token of tenant 1, branch 1, table 7 for {@code session}, good for an hour. */
    static String of(String secret, int session) {
        return of(secret, session, Duration.ofHours(1));
    }

    /** The same, good for so long. */
    static String of(String secret, int session, Duration life) {
        String fields =
                "1:1:7:%d:%d".formatted(session, Instant.now().plus(life).getEpochSecond());
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            String hex = HexFormat.of().formatHex(mac.doFinal(fields.getBytes(UTF_8)));
            return fields + ":" + hex.substring(0, SIGNATURE_LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
