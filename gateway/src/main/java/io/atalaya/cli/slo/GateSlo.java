package io.atalaya.cli.slo;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code slo gate}. Confined to the thread that executes it. */
@Command(
        name = "gate",
        mixinStandardHelpOptions = true,
        description = "Ask a gateway whether operations may go on: not while an error budget is spent.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:Allowed.",
            "1:The gateway could not be asked; nothing is known.",
            "2:Wrong usage.",
            "3:Blocked: a budget is spent."
        },
        footerHeading = "%nExample, in a pipeline:%n",
        footer = "  atalaya slo gate --service api || exit 1")
final class GateSlo implements Callable<Integer> {
    private static final int BLOCKED = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8002",
            description = "The gateway's management port. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private URI url;

    @Option(names = "--service", paramLabel = "ID", description = "Ask about one service. Default: all of them.")
    private @Nullable String service;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:MANAGEMENT_TOKEN}",
            description = "Operators' token, where the gateway asks for one. Default: the variable MANAGEMENT_TOKEN")
    private @Nullable String token;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            JsonNode answer = ask();
            boolean allowed = answer.path("allowed").asBoolean(false);
            out.println(allowed ? "allowed" : "blocked");
            answer.path("spent").forEach(slo -> out.println(spent(slo)));
            answer.path("unknown").forEach(id -> out.println("unknown: " + id.asString("")));
            return allowed ? 0 : BLOCKED;
        } catch (IOException | JacksonException e) {
            String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return unanswered(text + " (expected: a gateway)");
        } catch (RefusedException e) {
            return unanswered(e.why);
        } finally {
            out.flush();
        }
    }

    private int unanswered(String why) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("atalaya slo gate: " + url + ": " + why);
        err.flush();
        return 1;
    }

    private static String spent(JsonNode slo) {
        boolean month = slo.path("gate").asString("").equals("month");
        JsonNode left = (month ? slo.path("month") : slo).path("budget_remaining");
        return "spent: %s, %s (objective: %s %% over %s%s)"
                .formatted(
                        slo.path("id").asString(""),
                        slo.path("title").asString(""),
                        slo.path("objective_percent").asString("?"),
                        month ? "this month" : slo.path("window").asString("?"),
                        left.isNumber() ? ", left of the budget: %.0f %%".formatted(100 * left.doubleValue()) : "");
    }

    private JsonNode ask() throws IOException, InterruptedException, RefusedException {
        String query = service == null ? "" : "?service=" + URLEncoder.encode(service, StandardCharsets.UTF_8);
        var request =
                HttpRequest.newBuilder(url.resolve("/api/v1/slo/gate" + query)).timeout(PATIENCE);
        if (token != null && !token.isBlank()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw RefusedException.of(answer);
            }
            return JsonMapper.shared().readTree(answer.body());
        }
    }

    /** Somebody has answered, but not the question. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        private RefusedException(String why) {
            super(why);
            this.why = why;
        }

        /** With what a gateway says about it, or with the status alone where something else has answered. */
        private static RefusedException of(HttpResponse<String> answer) {
            String detail;
            try {
                detail = JsonMapper.shared()
                        .readTree(answer.body())
                        .path("detail")
                        .asString("");
            } catch (JacksonException _) {
                detail = "";
            }
            String status = "status " + answer.statusCode();
            return new RefusedException(detail.isEmpty() ? status + " (expected: a gateway)" : status + ": " + detail);
        }
    }
}
