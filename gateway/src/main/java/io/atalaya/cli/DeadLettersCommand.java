package io.atalaya.cli;

import io.atalaya.cli.progress.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code atalaya dead-letters}. Confined to the thread that executes it. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "What the archive refused: look at it, archive it after all, or delete it for good.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya dead-letters list --code 23514      those of one reason",
            "  atalaya dead-letters show 1z141z3-2s        one with its event",
            "  atalaya dead-letters redrive --code 23514   once the obstacle is gone",
            "  atalaya dead-letters purge 1z141z3-2s       delete one for good",
            ExitCode.FOOTER + "; 1 also when one is",
            "refused again or is not there."
        })
public final class DeadLettersCommand implements Runnable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final String PATH = "/api/v1/dead-letters";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            defaultValue = "http://127.0.0.1:8002",
            description = "The gateway's operators' port. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private URI url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:MANAGEMENT_TOKEN}",
            description = "Operators' token. Default: the variable MANAGEMENT_TOKEN; not needed on the same machine.")
    private @Nullable String token;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no command (expected: one of " + spec.subcommands().keySet() + ")");
    }

    @Command(name = "list", description = "Print dead letters, one a line, and how many there are on standard error.")
    int list(
            @Option(names = "--code", paramLabel = "CODE", description = "Only those of this reason.") @Nullable
                    String code,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "Most to print. Default: ${DEFAULT-VALUE}")
                    int limit)
            throws IOException, InterruptedException {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: %d (expected: 1 or more)".formatted(limit));
        }
        PrintWriter out = spec.commandLine().getOut();
        String after = "";
        int left = limit;
        while (true) {
            Answer answer = send("GET", PATH + query(code, after, Math.min(left, 1_000)), "");
            if (answer.status() != 200) {
                return refused(answer);
            }
            for (JsonNode letter : answer.body().path("dead_letters")) {
                out.printf(
                        "%s\t%s\t%s\t%s\t%s\t%s%n",
                        letter.path("id").asString(),
                        letter.path("tenant").asString(),
                        letter.path("event_id").asString(),
                        letter.path("type").asString(),
                        letter.path("code").asString(),
                        letter.path("reason").asString());
                left--;
            }
            after = answer.body().path("next").asString("");
            if (left <= 0 || after.isEmpty()) {
                out.flush();
                say("%d dead letters in all: %s"
                        .formatted(
                                answer.body().path("total").asLong(),
                                answer.body().path("by_code")));
                return ExitCode.OK;
            }
        }
    }

    private static String query(@Nullable String code, String after, int limit) {
        return "?limit=" + limit
                + (code == null ? "" : "&code=" + URLEncoder.encode(code, StandardCharsets.UTF_8))
                + (after.isEmpty() ? "" : "&after=" + after);
    }

    @Command(name = "show", description = "Print one dead letter with its event, as JSON.")
    int show(@Parameters(paramLabel = "ID") String id) throws IOException, InterruptedException {
        Answer answer = send("GET", PATH + "/" + part(id), "");
        if (answer.status() != 200) {
            return refused(answer);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer.body()));
        out.flush();
        return ExitCode.OK;
    }

    @Command(name = "redrive", description = "Archive one dead letter, or all, or all of a reason.")
    int redrive(
            @Parameters(paramLabel = "ID", arity = "0..1") @Nullable String id,
            @Option(names = "--code", paramLabel = "CODE", description = "All of this reason.") @Nullable String code,
            @Option(names = "--all", description = "All there are.") boolean all)
            throws IOException, InterruptedException {
        requireOne(id, code, all);
        if (id != null) {
            Answer answer = send("POST", PATH + "/" + part(id) + "/redrive", "");
            return answer.status() == 200 ? done("archived " + id) : refused(answer);
        }
        long archived = 0;
        long stillRejected = 0;
        String after = "";
        try (var progress = progress("archiving dead letters")) {
            do {
                Answer answer = send("POST", PATH + "/redrive", request(code, after));
                if (answer.status() != 200) {
                    progress.end();
                    return refused(answer);
                }
                archived += answer.body().path("archived").asLong();
                stillRejected += answer.body().path("still_rejected").asLong();
                after = answer.body().path("next").asString("");
                progress.now(
                        "archiving dead letters: %,d archived, %,d refused again".formatted(archived, stillRejected));
            } while (!after.isEmpty());
        }
        done("archived %d, refused again %d".formatted(archived, stillRejected));
        return stillRejected == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }

    private Progress progress(String what) {
        return Progress.start(spec.commandLine().getErr(), what);
    }

    private static String request(@Nullable String code, String after) {
        var request = new TreeMap<String, String>();
        if (code != null) {
            request.put("code", code);
        }
        if (!after.isEmpty()) {
            request.put("after", after);
        }
        return JSON.writeValueAsString(request);
    }

    @Command(name = "purge", description = "Delete one dead letter, or all, or all of a reason, for good.")
    int purge(
            @Parameters(paramLabel = "ID", arity = "0..1") @Nullable String id,
            @Option(names = "--code", paramLabel = "CODE", description = "All of this reason.") @Nullable String code,
            @Option(names = "--all", description = "All there are.") boolean all)
            throws IOException, InterruptedException {
        requireOne(id, code, all);
        if (id != null) {
            Answer answer = send("DELETE", PATH + "/" + part(id), "");
            return answer.status() == 200 ? done("deleted " + id) : refused(answer);
        }
        long deleted = 0;
        try (var progress = progress("deleting dead letters")) {
            Answer page = send("GET", PATH + query(code, "", 1_000), "");
            while (page.status() == 200 && !page.body().path("dead_letters").isEmpty()) {
                for (JsonNode letter : page.body().path("dead_letters")) {
                    Answer answer =
                            send("DELETE", PATH + "/" + letter.path("id").asString(), "");
                    if (answer.status() != 200 && answer.status() != 404) {
                        progress.end();
                        return refused(answer);
                    }
                    deleted += answer.status() == 200 ? 1 : 0;
                    progress.now("deleting dead letters: %,d deleted".formatted(deleted));
                }
                page = send("GET", PATH + query(code, "", 1_000), "");
            }
            if (page.status() != 200) {
                progress.end();
                return refused(page);
            }
        }
        return done("deleted " + deleted);
    }

    private void requireOne(@Nullable String id, @Nullable String code, boolean all) {
        int ways = (id == null ? 0 : 1) + (code == null ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new ParameterException(
                    spec.commandLine(), "%d of ID, --code and --all (expected: exactly one)".formatted(ways));
        }
    }

    private static String part(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8);
    }

    private record Answer(int status, JsonNode body) {}

    private Answer send(String method, String target, String body) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        try {
            var request = HttpRequest.newBuilder(url.resolve(target))
                    .timeout(TIMEOUT)
                    .method(
                            method,
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body));
            if (method.equals("POST")) {
                request.header("Content-Type", "application/json");
            }
            if (token != null && !token.isBlank()) {
                request.header("Authorization", "Bearer " + token);
            }
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), json(answer.body()));
        } catch (IOException unreachable) {
            String text = unreachable.getMessage() == null
                    ? unreachable.getClass().getSimpleName()
                    : unreachable.getMessage();
            throw new IOException("%s: %s (expected: a gateway's operators' port)".formatted(url, text), unreachable);
        } finally {
            client.shutdownNow();
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException _) {
            return JSON.valueToTree(Map.of("detail", text));
        }
    }

    private int done(String what) {
        say(what);
        return ExitCode.OK;
    }

    private int refused(Answer answer) {
        JsonNode body = answer.body();
        String detail = body.path("detail").asString(body.path("title").asString(""));
        say("atalaya dead-letters: refused (HTTP %d): %s".formatted(answer.status(), detail));
        return ExitCode.FAILURE;
    }

    private void say(String text) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(text);
        err.flush();
    }
}
