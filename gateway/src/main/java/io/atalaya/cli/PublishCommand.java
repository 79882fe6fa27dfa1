package io.atalaya.cli;

import io.atalaya.cli.progress.Progress;
import io.atalaya.client.ClientLoops;
import io.atalaya.client.publish.PublishBody;
import io.atalaya.client.publish.PublishOutcome;
import io.atalaya.client.publish.PublishTarget;
import io.atalaya.client.publish.Publisher;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code atalaya publish}. Confined to the thread that executes it. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Publish events over HTTP and print their ids and the cursor.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya publish --type ROUND_READY --tenant 1 --field branch_id=1 \\",
            "                  --field session_id=9 --field entity.round_id=7",
            "  atalaya publish --json '{\"type\":\"TABLE_CLEARED\",\"tenant_id\":1,\"branch_id\":1}'",
            "  atalaya publish < events.json    one event, an array, or one a line (NDJSON)",
            "",
            "A field's value is JSON where it can be (7, true, {\"a\":1}) and text otherwise;",
            "a name with dots makes nested objects. All or nothing: when one event is wrong,",
            "none is taken.",
            ExitCode.FOOTER + "; 1 also when refused."
        })
public final class PublishCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:${env:WS_PORT:-8001}",
            description = "The gateway's public port. Default: ${DEFAULT-VALUE} (8001, or the variable WS_PORT)")
    @SuppressWarnings("NullAway.Init") // has a default
    private URI url;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "${env:INGEST_API_KEY}",
            description = "API key that may publish. Default: the variable INGEST_API_KEY")
    private @Nullable String key;

    @Option(names = "--type", paramLabel = "TYPE", description = "Type of the event, for example ROUND_READY.")
    private @Nullable String type;

    @Option(names = "--tenant", paramLabel = "ID", description = "Tenant of the event.")
    private @Nullable String tenant;

    @Option(
            names = "--field",
            paramLabel = "NAME=VALUE",
            description = "A further member of the event; may be repeated.")
    private Map<String, String> fields = new LinkedHashMap<>();

    @Option(names = "--json", paramLabel = "EVENT", description = "The whole event, or an array of events, as JSON.")
    private @Nullable String json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (key == null || key.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "no API key (expected: --key, or the variable INGEST_API_KEY)");
        }
        PublishOutcome outcome = publish(body(), key);
        return switch (outcome) {
            case PublishOutcome.Accepted accepted -> onAccepted(accepted);
            case PublishOutcome.Refused refused -> onRefused(refused);
            case PublishOutcome.Unanswered unanswered ->
                fail("no answer, so it is unknown whether the events were taken: " + unanswered.what());
            case PublishOutcome.NotSent notSent -> fail("not sent: " + notSent.what());
        };
    }

    private PublishOutcome publish(PublishBody body, String apiKey) throws InterruptedException {
        try (var loops = new ClientLoops(1);
                var publisher = new Publisher(loops, new PublishTarget(url, apiKey, 1, 1, TIMEOUT));
                var _ = Progress.start(spec.commandLine().getErr(), "publishing")) {
            return publisher.publish(body).toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("publishing failed", e);
        }
    }

    private PublishBody body() throws IOException {
        if (type == null && tenant == null && fields.isEmpty()) {
            return json != null ? PublishBody.json(json) : fromInput(System.in);
        }
        if (json != null) {
            throw new ParameterException(
                    spec.commandLine(), "--json and --type, --tenant or --field (expected: one way only)");
        }
        if (type == null || tenant == null) {
            throw new ParameterException(spec.commandLine(), "an event needs --type and --tenant");
        }
        return PublishBody.json(EventText.of(type, tenant, fields));
    }

    private PublishBody fromInput(InputStream in) throws IOException {
        if (Progress.isTerminal() && in.available() == 0) {
            spec.commandLine().getErr().println("reading events from the terminal; Ctrl-D ends");
            spec.commandLine().getErr().flush();
        }
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        if (text.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "nothing to publish (expected: --type and --tenant, --json, or standard input)");
        }
        return EventText.isLines(text) ? PublishBody.ndjsonText(text) : PublishBody.json(text);
    }

    private int onAccepted(PublishOutcome.Accepted accepted) {
        PrintWriter out = spec.commandLine().getOut();
        accepted.ids().forEach(out::println);
        out.flush();
        PrintWriter err = spec.commandLine().getErr();
        err.println("accepted " + accepted.accepted()
                + accepted.cursor().map(cursor -> ", cursor " + cursor).orElse(""));
        err.flush();
        return ExitCode.OK;
    }

    private int onRefused(PublishOutcome.Refused refused) {
        return fail(
                "refused (HTTP " + refused.status() + "): " + refused.problem().describe()
                        + refused.retryAfter()
                                .map(wait -> "%n  try again in %d s".formatted(wait.toSeconds()))
                                .orElse(""));
    }

    private int fail(String why) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("atalaya publish: " + why);
        err.flush();
        return ExitCode.FAILURE;
    }
}
