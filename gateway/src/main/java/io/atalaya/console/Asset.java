package io.atalaya.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * One file of the console, ready to be sent. Immutable, as long as nobody writes to the bytes.
 *
 * @param type its media type
 * @param packed compressed, where that makes it shorter
 */
record Asset(String type, Form plain, Optional<Form> packed) {
    private static final String BINARY = "application/octet-stream";
    private static final int TAG_BYTES = 12;

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("webp", "image/webp"),
            Map.entry("woff2", "font/woff2"));

    /** One way to send it. Immutable, as long as nobody writes to the bytes. */
    static final class Form {
        private final byte[] bytes;
        private final String tag;
        private final String coding;

        private Form(byte[] bytes, String tag, String coding) {
            this.bytes = bytes;
            this.tag = tag;
            this.coding = coding;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Its entity tag (RFC 9110 section 8.8.3). */
        String tag() {
            return tag;
        }

        /** Its content coding; empty for none. */
        String coding() {
            return coding;
        }
    }

    /** @param name the file's name; its ending says what it is */
    static Asset of(String name, byte[] bytes) {
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), BINARY);
        var plain = new Form(bytes, tag(bytes, ""), "");
        byte[] packed = gzip(bytes);
        boolean shorter = packed.length < bytes.length - bytes.length / 10;
        return new Asset(
                type, plain, shorter ? Optional.of(new Form(packed, tag(bytes, "-gz"), "gzip")) : Optional.empty());
    }

    Form form(boolean gzipAccepted) {
        return gzipAccepted ? packed.orElse(plain) : plain;
    }

    private static String tag(byte[] bytes, String suffix) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + suffix + '"';
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    private static byte[] gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 2);
        try (var packed = new GZIPOutputStream(out)) {
            packed.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }
}
