package io.atalaya.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of a JWK set (RFC 7517), kept fresh in the background. Thread-safe: the keys are an immutable snapshot
 * behind a volatile field; fetching is serialised by this object's monitor; verification happens on two threads of its
 * own, never on the caller's, as it costs tens to hundreds of microseconds.
 *
 * <p>Of the set only RSA keys of at least 2048 bits and P-256 keys are used, each for its one algorithm, and only where
 * the set does not reserve it for something else; a symmetric key in it is ignored.
 *
 * <p>A token whose key is not known makes the set be fetched again, at most once in {@link #MIN_REFETCH}; the token
 * waits for that fetch. A fetch that fails changes nothing: the last keys stay in use for {@link #MAX_AGE}. Tokens that
 * wait or queue are bounded; one more than that is {@link Verdict#UNDECIDED}, like every token that cannot be judged
 * now.
 */
public final class JwksKeys implements AutoCloseable {
    /** Time between two fetches when nothing special happens. */
    public static final Duration REFRESH = Duration.ofMinutes(5);
    /** Least time between two fetches. */
    public static final Duration MIN_REFETCH = Duration.ofSeconds(10);
    /** How long keys are used that could not be fetched again. */
    public static final Duration MAX_AGE = Duration.ofHours(24);

    static final String RS256 = "RS256";
    static final String ES256 = "ES256";

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_PENDING = 1000;
    private static final Logger log = LoggerFactory.getLogger(JwksKeys.class);

    private final Source source;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService threads;
    private final Semaphore pending = new Semaphore(MAX_PENDING);
    private final LongAdder failures = new LongAdder();
    private volatile @Nullable Snapshot snapshot;
    private @Nullable CompletableFuture<Boolean> fetching;
    private @Nullable Long startedNanos;

    /** Starts the first fetch in the background and repeats it for as long as this is open. */
    public JwksKeys(Source source, LongSupplier nanoClock) {
        this.source = source;
        this.nanoClock = nanoClock;
        this.threads = Executors.newScheduledThreadPool(
                2, task -> Thread.ofPlatform().daemon().name("atalaya-jwks").unstarted(task));
        fetch();
        threads.scheduleWithFixedDelay(this::fetch, REFRESH.toSeconds(), REFRESH.toSeconds(), TimeUnit.SECONDS);
    }

    /** Whether the key that a token names made its signature. Completes later, on any thread, and never exceptionally. */
    CompletionStage<Verdict> verify(CompactToken token) {
        if (!pending.tryAcquire()) {
            return CompletableFuture.completedFuture(Verdict.UNDECIDED);
        }
        try {
            return CompletableFuture.supplyAsync(() -> judge(token), threads)
                    .thenCompose(verdict ->
                            verdict == null ? judgeAfterFetch(token) : CompletableFuture.completedFuture(verdict))
                    .exceptionally(_ -> Verdict.UNDECIDED)
                    .whenComplete((_, _) -> pending.release());
        } catch (RejectedExecutionException _) {
            pending.release();
            return CompletableFuture.completedFuture(Verdict.UNDECIDED);
        }
    }

    private CompletionStage<Verdict> judgeAfterFetch(CompactToken token) {
        return fetch().thenApplyAsync(
                        fetched -> {
                            Verdict verdict = judge(token);
                            if (verdict != null) {
                                return verdict;
                            }
                            return fetched ? Verdict.FORGED : Verdict.UNDECIDED;
                        },
                        threads);
    }

    /** Judges by the keys at hand; null when the key is not among them. */
    private @Nullable Verdict judge(CompactToken token) {
        Snapshot known = snapshot;
        if (known == null || nanoClock.getAsLong() - known.fetchedNanos() > MAX_AGE.toNanos()) {
            return null;
        }
        List<Key> candidates = known.candidates(token);
        if (candidates.isEmpty()) {
            return token.keyId() == null ? Verdict.FORGED : null;
        }
        boolean genuine = token.isSignatureCanonical() && candidates.stream().anyMatch(key -> key.made(token));
        return genuine ? Verdict.GENUINE : Verdict.FORGED;
    }

    /** Fetches the set unless that was tried moments ago. Completes with whether a fetch has just succeeded. */
    private synchronized CompletableFuture<Boolean> fetch() {
        if (fetching != null && !fetching.isDone()) {
            return fetching;
        }
        long now = nanoClock.getAsLong();
        if (startedNanos != null && now - startedNanos < MIN_REFETCH.toNanos()) {
            return CompletableFuture.completedFuture(false);
        }
        startedNanos = now;
        fetching = CompletableFuture.supplyAsync(source::fetch, threads)
                .thenCompose(stage -> stage)
                .thenApplyAsync(JwksKeys::read, threads)
                .handle((keys, failure) -> {
                    if (failure == null) {
                        snapshot = new Snapshot(keys, now);
                    } else {
                        onFailure(failure);
                    }
                    return failure == null;
                });
        return fetching;
    }

    private void onFailure(Throwable failure) {
        failures.increment();
        log.atWarn()
                .addKeyValue("source", source)
                .addKeyValue("error", failure.getMessage())
                .addKeyValue("keysAtHand", snapshot != null)
                .log("signing keys not fetched");
    }

    /** The usable keys of a JWK set. Throws {@link IllegalArgumentException} when the text is not one, or has none. */
    static List<Key> read(String json) {
        List<Key> keys = new ArrayList<>();
        try {
            for (JWK jwk : JWKSet.parse(json).getKeys()) {
                Key key = key(jwk);
                if (key != null) {
                    keys.add(key);
                }
            }
        } catch (ParseException | JOSEException e) {
            throw new IllegalArgumentException("JWK set: %s (expected: RFC 7517)".formatted(e.getMessage()), e);
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("JWK set: no usable key (expected: RSA of 2048 bits or more, or P-256)");
        }
        return List.copyOf(keys);
    }

    private static @Nullable Key key(JWK jwk) throws JOSEException {
        if (!isForVerification(jwk)) {
            return null;
        }
        if (jwk instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS && isFor(rsa, JWSAlgorithm.RS256)) {
            return new Key(RS256, jwk.getKeyID(), new RSASSAVerifier(rsa.toRSAPublicKey()));
        }
        if (jwk instanceof ECKey ec && ec.getCurve().equals(Curve.P_256) && isFor(ec, JWSAlgorithm.ES256)) {
            return new Key(ES256, jwk.getKeyID(), new ECDSAVerifier(ec.toECPublicKey()));
        }
        return null;
    }

    private static boolean isForVerification(JWK jwk) {
        return (jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE))
                && (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
    }

    private static boolean isFor(JWK jwk, JWSAlgorithm algorithm) {
        return jwk.getAlgorithm() == null || jwk.getAlgorithm().equals(algorithm);
    }

    /** How often the set could not be fetched or read. */
    public long failures() {
        return failures.sum();
    }

    /** Stops fetching; tokens that still wait are undecided. */
    @Override
    public void close() {
        threads.shutdown();
        source.close();
    }

    /** Where a JWK set comes from. Thread-safe. */
    public interface Source extends AutoCloseable {
        /** Reads the set's JSON within a bounded time; called on a thread that may wait. May fail or throw. */
        CompletionStage<String> fetch();

        @Override
        void close();

        /**
         * A file or a URL. A file must be readable and hold a usable key now; a URL must be {@code https}, or {@code
         * http} to this machine, since whoever can change the answer can sign tokens.
         *
         * @throws IllegalArgumentException when it is none of these
         */
        static Source at(String location) {
            if (!location.contains("://")) {
                return FileSource.at(Path.of(location));
            }
            URI url = URI.create(location);
            boolean safe = "https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && isLoopback(url));
            if (!safe) {
                throw new IllegalArgumentException(
                        "%s (expected: a file, https://, or http:// to a loopback address)".formatted(location));
            }
            return new UrlSource(url);
        }

        private static boolean isLoopback(URI url) {
            String host = String.valueOf(url.getHost());
            return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
        }
    }

    private record FileSource(Path file) implements Source {
        static FileSource at(Path path) {
            var file = new FileSource(path);
            try {
                read(file.text());
            } catch (IllegalArgumentException unusable) {
                String text = String.valueOf(unusable.getMessage());
                String named = text.startsWith(path.toString()) ? text : path + ": " + text;
                throw new IllegalArgumentException(named, unusable);
            }
            return file;
        }

        @Override
        public CompletionStage<String> fetch() {
            return CompletableFuture.completedFuture(text());
        }

        String text() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new IllegalArgumentException("%s: not readable (expected: a readable file)".formatted(file), e);
            }
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** Asks a web server; redirects are not followed. Thread-safe: immutable, and the client is thread-safe. */
    private static final class UrlSource implements Source {
        private static final Duration TIMEOUT = Duration.ofSeconds(5);
        private static final long MAX_BYTES = 1 << 20;

        private final URI url;
        private final HttpClient client =
                HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

        UrlSource(URI url) {
            this.url = url;
        }

        @Override
        public CompletionStage<String> fetch() {
            HttpRequest request = HttpRequest.newBuilder(url)
                    .timeout(TIMEOUT)
                    .header("Accept", "application/jwk-set+json, application/json")
                    .build();
            var sent = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_BYTES));
            // The request's own time-out ends with the headers; this one bounds the body too.
            return sent.copy()
                    .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            sent.cancel(true);
                        }
                    })
                    .thenApply(UrlSource::body);
        }

        private static String body(HttpResponse<String> response) {
            if (response.statusCode() != 200) {
                throw new IllegalStateException("status %d (expected: 200)".formatted(response.statusCode()));
            }
            return response.body();
        }

        @Override
        public void close() {
            client.shutdownNow();
        }

        @Override
        public String toString() {
            // Without what may be a password before the host, or a key after the path.
            return url.getScheme() + "://" + url.getHost() + url.getPath();
        }
    }

    /** What came of a signature. */
    enum Verdict {
        GENUINE,
        FORGED,
        /** The key is not at hand at the moment; asking again later may help. */
        UNDECIDED
    }

    /** The keys of one fetch. Immutable. */
    private record Snapshot(List<Key> keys, long fetchedNanos) {
        /** The keys that may have signed a token; without {@code kid} there must be no choice. */
        List<Key> candidates(CompactToken token) {
            List<Key> fitting = keys.stream()
                    .filter(key -> key.algorithm().equals(token.algorithm()))
                    .filter(key -> token.keyId() == null || token.keyId().equals(key.id()))
                    .toList();
            return token.keyId() == null && fitting.size() > 1 ? List.of() : fitting;
        }
    }

    /** One public key, bound to its algorithm. Immutable. */
    record Key(String algorithm, @Nullable String id, JWSVerifier verifier) {
        boolean made(CompactToken token) {
            try {
                JWSHeader header = new JWSHeader(JWSAlgorithm.parse(algorithm));
                return verifier.verify(header, token.signingInput(), new Base64URL(token.signature()));
            } catch (JOSEException _) {
                return false;
            }
        }
    }
}
