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

/** A Lua script, which Redis runs as one step. Immutable. */
public final class Script {
    static final Script OPEN = ofPartition("open.lua");
    static final Script RENEW = ofPartition("renew.lua");
    static final Script APPEND = ofPartition("append.lua");
    static final Script CONFIRM = ofPartition("confirm.lua");
    static final Script UPKEEP = ofPartition("upkeep.lua");

    private final String text;
    private final String digest;

    private Script(String text) {
        this.text = text;
        this.digest = sha1(text);
    }

    private static Script ofPartition(String file) {
        return of(Script.class, "account.lua", file);
    }

    /** The files beside {@code owner}, one behind the other. */
    public static Script of(Class<?> owner, String... files) {
        var text = new StringBuilder();
        for (String file : files) {
            text.append(read(owner, file));
        }
        return new Script(text.toString());
    }

    /** Runs it; the script itself is sent only to a Redis that does not know it. */
    public CompletionStage<List<Object>> run(
            RedisAsyncCommands<String, byte[]> redis, String[] keys, byte[]... arguments) {
        return redis.<List<Object>>evalsha(digest, ScriptOutputType.MULTI, keys, arguments)
                .exceptionallyCompose(failure -> isUnknown(failure)
                        ? redis.<List<Object>>eval(text, ScriptOutputType.MULTI, keys, arguments)
                        : CompletableFuture.failedFuture(failure));
    }

    private static boolean isUnknown(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisNoScriptException;
    }

    private static String read(Class<?> owner, String file) {
        try (InputStream in = owner.getResourceAsStream(file)) {
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
