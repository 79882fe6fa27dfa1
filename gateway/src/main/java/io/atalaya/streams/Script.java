package io.atalaya.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A Lua script of this package, which Redis runs as one step. Immutable. */
enum Script {
    OPEN("open.lua"),
    RENEW("renew.lua"),
    APPEND("append.lua"),
    CONFIRM("confirm.lua"),
    UPKEEP("upkeep.lua");

    private final String text;
    private final String digest;

    Script(String file) {
        this.text = read("account.lua") + read(file);
        this.digest = sha1(text);
    }

    /** Runs it; the script itself is sent only to a Redis that does not know it. */
    CompletionStage<List<Object>> run(RedisAsyncCommands<String, byte[]> redis, StreamKeys keys, byte[]... arguments) {
        return redis.<List<Object>>evalsha(digest, ScriptOutputType.MULTI, keys.all(), arguments)
                .exceptionallyCompose(failure -> isUnknown(failure)
                        ? redis.<List<Object>>eval(text, ScriptOutputType.MULTI, keys.all(), arguments)
                        : CompletableFuture.failedFuture(failure));
    }

    private static boolean isUnknown(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisNoScriptException;
    }

    private static String read(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + ": not in the program (expected: beside its classes)");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names the script to Redis; nothing rests on its strength. */
    private static String sha1(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
