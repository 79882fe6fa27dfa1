package io.atalaya.alerting;

import io.atalaya.alerting.AlertingConfig.TargetConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * Posts over HTTP. Thread-safe: its client is. Follows no redirections: what is sent may carry a secret that is meant for one
 * place.
 */
final class HttpSender implements Sender, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern SECONDS = Pattern.compile("\\d{1,4}");

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    HttpSender() {}

    @Override
    public CompletionStage<Answer> post(TargetConfig target, String path, String json) {
        var request = HttpRequest.newBuilder(path.isEmpty() ? target.url() : below(target.url(), path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        target.authorization().ifPresent(value -> request.header("Authorization", value));
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding())
                .handle((response, failure) -> failure == null ? answer(response) : failed(failure));
    }

    private static URI below(URI root, String path) {
        String text = root.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }

    private static Answer answer(HttpResponse<Void> response) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return new Answer.Taken();
        }
        if (status == 429 || status == 408 || status >= 500) {
            Optional<Duration> after = response.headers()
                    .firstValue("Retry-After")
                    .filter(SECONDS.asMatchPredicate())
                    .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
            return new Answer.Failed("status " + status, after);
        }
        return new Answer.Refused("status " + status);
    }

    /** Its text could name the whole address; the kind of failure says enough. */
    private static Answer failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new Answer.Failed(cause.getClass().getSimpleName(), Optional.empty());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
