package io.atalaya.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A token in JWS compact serialisation (RFC 7515 section 7.1), taken apart but believed in nothing: ask for
 * {@link #claims} only after its signature was verified. Immutable.
 *
 * <p>Reading is strict where leniency would give one token two spellings: three parts, base64url without padding and
 * without stray bits, no member twice, and no {@code crit} (section 4.1.11), since no extension is understood here. The
 * header names an algorithm and a key; it never brings a key along ({@code jwk}, {@code jku}, {@code x5c} are ignored).
 */
final class CompactToken {
    static final String HS256 = "HS256";

    /** Longest credential looked at, in characters; a request line is not longer either. */
    static final int MAX_LENGTH = 8192;

    private final byte[] bytes;
    private final int payloadStart;
    private final int signatureStart;
    private final String algorithm;
    private final @Nullable String keyId;

    private CompactToken(byte[] bytes, int payloadStart, int signatureStart, Claims header) {
        this.bytes = bytes;
        this.payloadStart = payloadStart;
        this.signatureStart = signatureStart;
        String alg = header.text("alg");
        this.algorithm = alg == null ? "" : alg;
        this.keyId = header.text("kid");
    }

    /** Takes a token apart; null when it is not of this form. */
    static @Nullable CompactToken parse(String text) {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first < 1 || second < 0 || text.indexOf('.', second + 1) >= 0 || text.length() > MAX_LENGTH) {
            return null;
        }
        // A character beyond ISO 8859-1 becomes '?', which no part of a token may contain.
        byte[] bytes = text.getBytes(ISO_8859_1);
        Claims header = read(bytes, 0, first);
        return header == null || header.has("crit") ? null : new CompactToken(bytes, first + 1, second + 1, header);
    }

    /** The {@code alg} of the header; empty when it has none. */
    String algorithm() {
        return algorithm;
    }

    @Nullable
    String keyId() {
        return keyId;
    }

    /** Whether the third part is this key's signature of the first two. Takes the same time whatever differs. */
    boolean isSignedWith(HmacKey key) {
        byte[] expected = encode(key.sign(bytes, signatureStart - 1));
        return MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, signatureStart, bytes.length));
    }

    /** What the signature is over (RFC 7515 section 5.1). */
    byte[] signingInput() {
        return Arrays.copyOf(bytes, signatureStart - 1);
    }

    /** The third part as sent. */
    String signature() {
        return new String(bytes, signatureStart, bytes.length - signatureStart, ISO_8859_1);
    }

    /** Whether the third part is the one spelling of its octets. */
    boolean isSignatureCanonical() {
        return decode(bytes, signatureStart, bytes.length) != null;
    }

    /** The claims of the second part; null when it is not a JSON object. */
    @Nullable
    Claims claims() {
        return read(bytes, payloadStart, signatureStart - 1);
    }

    /** Puts a token together and signs it. */
    static String signed(byte[] claims, HmacKey key) {
        byte[] header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8);
        String input = new String(encode(header), ISO_8859_1) + "." + new String(encode(claims), ISO_8859_1);
        byte[] bytes = input.getBytes(ISO_8859_1);
        return input + "." + new String(encode(key.sign(bytes, bytes.length)), ISO_8859_1);
    }

    private static @Nullable Claims read(byte[] bytes, int from, int to) {
        byte[] json = decode(bytes, from, to);
        return json == null ? null : Claims.parse(json);
    }

    private static byte[] encode(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encode(octets);
    }

    private static byte @Nullable [] decode(byte[] bytes, int from, int to) {
        byte[] encoded = Arrays.copyOfRange(bytes, from, to);
        try {
            byte[] octets = Base64.getUrlDecoder().decode(encoded);
            return Arrays.equals(encode(octets), encoded) ? octets : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /** A key for HMAC with SHA-256 (RFC 2104; RFC 7518 section 3.2). Immutable: every use works on a clone. */
    static final class HmacKey {
        private static final String ALGORITHM = "HmacSHA256";

        private final Mac prototype;

        /** @param secret not empty; its UTF-8 octets are the key */
        HmacKey(String secret) {
            try {
                prototype = Mac.getInstance(ALGORITHM);
                prototype.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("HMAC with SHA-256 is not available", e);
            }
        }

        /** The 32 octets over the first {@code length} of {@code input}. */
        byte[] sign(byte[] input, int length) {
            try {
                Mac mac = (Mac) prototype.clone();
                mac.update(input, 0, length);
                return mac.doFinal();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("the HMAC provider cannot be used by several threads", e);
            }
        }

        /** The signature of a text in lower-case hexadecimal. */
        String signHex(String text) {
            byte[] input = text.getBytes(UTF_8);
            return HexFormat.of().formatHex(sign(input, input.length));
        }
    }
}
