package io.atalaya.explain;

import io.atalaya.assignment.Assignment;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import io.atalaya.routing.Explanation;
import io.atalaya.routing.ExplanationText;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code atalaya explain}. Confined to the thread that executes it. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Say why a session gets an event, or does not: by the rules that route.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  atalaya explain --session 17 --event 8f3a-1c",
            "                       an open session and a stored event of a running gateway",
            "  atalaya explain --profile restaurant --endpoint waiter --event event.json",
            "      --claims '{\"sub\":\"7\",\"tenant_id\":1,\"branch_ids\":[1],\"roles\":[\"WAITER\"]}'",
            "      --assigned branch_id=1,sector_id=5",
            "                       on paper; the token or the claims are believed",
            "",
            "Exit status: 0 explained (yes or no), 1 failure, 2 wrong usage"
        })
public final class ExplainCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the command line parser before it calls anything
    private CommandSpec spec;

    @Option(
            names = "--event",
            required = true,
            paramLabel = "ID|FILE",
            description = "The event: its id at a running gateway, or a file with its JSON on paper.")
    @SuppressWarnings("NullAway.Init") // required
    private String event;

    @Option(names = "--session", paramLabel = "N", description = "The open session, by its number.")
    private @Nullable Long session;

    @Option(names = "--tenant", paramLabel = "ID", description = "The event's tenant. Default: the session's.")
    private @Nullable String tenant;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8002",
            description = "Management port. Its token is read from MANAGEMENT_TOKEN. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // has a default
    private URI url;

    @Option(names = "--profile", paramLabel = "NAME|FILE", description = "On paper: the profile. Default: restaurant.")
    private @Nullable String profile;

    @Option(
            names = "--endpoint",
            paramLabel = "NAME",
            description = "On paper: the endpoint. Default: the first one that accepts the client.")
    private @Nullable String endpoint;

    @ArgGroup
    private @Nullable Client client;

    /** Who the session would be of, on paper. Set by the command line parser. */
    static final class Client {
        @Option(names = "--token", paramLabel = "TOKEN", description = "On paper: a token of the client.")
        private @Nullable String token;

        @Option(names = "--claims", paramLabel = "JSON", description = "On paper: the claims that it would have.")
        private @Nullable String claims;
    }

    @Option(
            names = "--assigned",
            paramLabel = "MEMBER=VALUE,…",
            description = "On paper: one of today's assignments; may be repeated.")
    private List<String> assigned = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON instead of text.")
    private boolean json;

    /** @param environment variables: {@code MANAGEMENT_TOKEN}, and those that override switches of the profile */
    public ExplainCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (client == null) {
            if (session == null || profile != null || endpoint != null || !assigned.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "no client (expected: --session, or --token or --claims on paper)");
            }
            return ask(session);
        }
        if (session != null || tenant != null) {
            throw new ParameterException(
                    spec.commandLine(), "--session or --tenant on paper (expected: --token or --claims alone)");
        }
        return onPaper(client);
    }

    private int onPaper(Client known) throws IOException {
        Optional<Profile> read = readProfile();
        if (read.isEmpty()) {
            return ExitCode.SOFTWARE;
        }
        String token = known.claims == null ? String.valueOf(known.token) : OnPaper.tokenOf(known.claims);
        List<Assignment> assignments = assigned.stream().map(this::assignment).toList();
        Path file = Path.of(event);
        if (!Files.isReadable(file)) {
            return fail("--event: %s (expected: a readable file)".formatted(event));
        }
        try {
            Explanation explanation = new OnPaper(read.get(), Optional.ofNullable(endpoint), assignments)
                    .explain(token, Files.readAllBytes(file));
            print(
                    json
                            ? JSON.writeValueAsString(ExplanationText.members(explanation)) + "\n"
                            : ExplanationText.lines(explanation));
            return ExitCode.OK;
        } catch (OnPaper.Unusable unusable) {
            return fail(String.valueOf(unusable.getMessage()));
        }
    }

    private Optional<Profile> readProfile() {
        ProfileSource source = ProfileSource.of(profile == null ? "restaurant" : profile, Path.of(""));
        ProfileReader.Switches switches =
                name -> Optional.ofNullable(environment.get(name)).map(Boolean::parseBoolean);
        return switch (ProfileReader.read(source, switches)) {
            case ProfileOutcome.Valid valid -> Optional.of(valid.profile());
            case ProfileOutcome.Invalid invalid -> {
                invalid.problems().forEach(problem -> fail(problem.toString()));
                yield Optional.empty();
            }
        };
    }

    private Assignment assignment(String text) {
        var scope = new HashMap<String, String>();
        for (String pair : text.split(",")) {
            int equals = pair.indexOf('=');
            if (equals < 1 || equals == pair.length() - 1) {
                throw new ParameterException(
                        spec.commandLine(), "--assigned: " + text + " (expected: branch_id=1,sector_id=5)");
            }
            scope.put(
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip());
        }
        return new Assignment(scope);
    }

    private int ask(long number) throws IOException, InterruptedException {
        String query = "session=%d&event=%s&format=%s".formatted(number, encoded(event), json ? "json" : "text")
                + (tenant == null ? "" : "&tenant=" + encoded(tenant));
        String base = url.toString();
        var request = HttpRequest.newBuilder(
                        URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                                + "/api/v1/explain?" + query))
                .timeout(TIMEOUT);
        String token = environment.getOrDefault("MANAGEMENT_TOKEN", "");
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (var http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                return fail("the gateway answers %d: %s".formatted(answer.statusCode(), detail(answer.body())));
            }
            print(answer.body().endsWith("\n") ? answer.body() : answer.body() + "\n");
            return ExitCode.OK;
        } catch (IOException unreachable) {
            String text = unreachable.getMessage() == null
                    ? unreachable.getClass().getSimpleName()
                    : unreachable.getMessage();
            return fail("%s: %s (expected: a gateway's operators' port)".formatted(url, text));
        }
    }

    private static String detail(String body) {
        try {
            JsonNode problem = JSON.readTree(body);
            String errors = problem.has("errors") ? " " + problem.path("errors") : "";
            return problem.path("detail").asString(body) + errors;
        } catch (JacksonException _) {
            return body;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private int fail(String why) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("atalaya explain: " + why);
        err.flush();
        return ExitCode.SOFTWARE;
    }
}
