package io.atalaya.cli.kpi;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kpi report}. Confined to the thread that executes it. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Ask a gateway how its indicators stand.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:Told; whatever it is.",
            "1:The gateway could not be asked.",
            "2:Wrong usage.",
            "3:With --fail: an indicator is missed."
        })
final class ReportKpi implements Callable<Integer> {
    private static final int MISSED = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LINE = "%-28s %-9s %12s %-12s %-11s %-10s %-6s %s";

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

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Those of one tenant. Default: all together.")
    private @Nullable String tenant;

    @Option(names = "--csv", description = "Every period, as comma-separated values.")
    private boolean csv;

    @Option(names = "--fail", description = "End with status 3 when an indicator is missed.")
    private boolean fail;

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
            if (csv) {
                out.print(ask("/api/v1/kpi.csv"));
            }
            JsonNode answer = JsonMapper.shared().readTree(ask("/api/v1/kpi"));
            if (!csv) {
                print(answer, out);
            }
            boolean missed = false;
            for (JsonNode kpi : answer.path("kpis")) {
                missed |= kpi.path("state").asString("").equals("missed");
            }
            return fail && missed ? MISSED : 0;
        } catch (IOException | JacksonException e) {
            String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            spec.commandLine().getErr().println("atalaya kpi report: " + url + ": " + text + " (expected: a gateway)");
            spec.commandLine().getErr().flush();
            return 1;
        } finally {
            out.flush();
        }
    }

    private static void print(JsonNode answer, PrintWriter out) {
        out.println(LINE.formatted("indicator", "domain", "value", "unit", "state", "trend", "risk", "period"));
        for (JsonNode kpi : answer.path("kpis")) {
            String value = kpi.has("value")
                    ? String.format(Locale.ROOT, "%.2f", kpi.path("value").doubleValue())
                    : "-";
            out.println(LINE.formatted(
                    text(kpi, "id"),
                    text(kpi, "domain"),
                    value,
                    text(kpi, "unit"),
                    text(kpi, "state"),
                    text(kpi, "trend"),
                    text(kpi, "risk"),
                    text(kpi, "period") + " from " + text(kpi, "judged")));
        }
        if (answer.path("kpis").isEmpty()) {
            out.println("no indicators (set kpi-file, or run a profile that has some)");
        }
    }

    private static String text(JsonNode kpi, String name) {
        return kpi.path(name).asString("");
    }

    private String ask(String path) throws IOException, InterruptedException {
        String query = tenant == null ? "" : "?tenant=" + URLEncoder.encode(tenant, StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(url.resolve(path + query)).timeout(PATIENCE);
        if (token != null && !token.isBlank()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode());
            }
            return answer.body();
        }
    }
}
