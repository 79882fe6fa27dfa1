package io.atalaya.cli;

import io.atalaya.auth.AuthConfig;
import io.atalaya.auth.TokenMinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code token staff} and {@code token table}: issue tokens to try the gateway with. Confined to the command line's
 * thread. Standard output gets the token and nothing else.
 */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Issue a token to connect with.",
        subcommands = {TokenCommand.StaffCommand.class, TokenCommand.TableCommand.class},
        synopsisSubcommandLabel = "(staff | table)",
        footer = {
            "",
            "The token is all that is printed, so it can be used in place:",
            "  ./atalaya tail waiter --token \\",
            "    \"$(./atalaya token staff --tenant 1 --user 7 --role WAITER --branch 3)\""
        })
public final class TokenCommand {
    private final Map<String, String> environment;
    private final InstantSource clock;

    /** @param environment where {@code JWT_SECRET} and its kin are looked up */
    public TokenCommand(Map<String, String> environment, InstantSource clock) {
        this.environment = environment;
        this.clock = clock;
    }

    private Optional<String> setting(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** The secret in {@code file}, else the one in the environment. */
    private String secret(CommandSpec spec, @Nullable Path file, String variable) {
        if (file == null) {
            return setting(variable)
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), variable + ": not set (expected: the secret, or --secret-file)"));
        }
        try {
            String secret = Files.readString(file).stripTrailing();
            if (secret.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "--secret-file: %s is empty".formatted(file));
            }
            return secret;
        } catch (IOException _) {
            throw new ParameterException(
                    spec.commandLine(), "--secret-file: %s (expected: a readable file)".formatted(file));
        }
    }

    private static int print(CommandSpec spec, Callable<String> token) throws Exception {
        try {
            spec.commandLine().getOut().println(token.call());
            spec.commandLine().getOut().flush();
            return CommandLine.ExitCode.OK;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** {@code token staff}. */
    @Command(
            name = "staff",
            mixinStandardHelpOptions = true,
            description = "Issue a staff token (JWT, HS256) for the waiter, kitchen and admin endpoints.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the token was printed", "2:wrong usage, or no secret"},
            footerHeading = "%nEnvironment:%n",
            footer = {
                "  JWT_SECRET     the signing secret, unless --secret-file is given",
                "  JWT_ISSUER     default of --issuer, else menu-ops",
                "  JWT_AUDIENCE   default of --audience, else menu-ops-users"
            })
    static final class StaffCommand implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private TokenCommand parent;

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(names = "--tenant", required = true, paramLabel = "<id>", description = "The tenant, a number.")
        private long tenant;

        @Option(names = "--user", required = true, paramLabel = "<id>", description = "The user, a number.")
        private long user;

        @Option(
                names = "--role",
                split = ",",
                paramLabel = "<role>",
                description =
                        "A role of the profile, e.g. WAITER, KITCHEN, MANAGER, ADMIN. Repeat, or separate by commas.")
        private List<String> roles = List.of();

        @Option(
                names = "--branch",
                split = ",",
                paramLabel = "<id>",
                description = "A branch that the user belongs to. Repeat, or separate by commas.")
        private List<Long> branches = List.of();

        @Option(
                names = "--ttl",
                defaultValue = "15m",
                converter = Lifetime.class,
                paramLabel = "<time>",
                description = "How long the token is valid: 30s, 15m, 12h, 7d. Default: ${DEFAULT-VALUE}.")
        @SuppressWarnings("NullAway.Init")
        private Duration ttl;

        @Option(names = "--issuer", paramLabel = "<text>", description = "The iss claim.")
        private @Nullable String issuer;

        @Option(names = "--audience", paramLabel = "<text>", description = "The aud claim.")
        private @Nullable String audience;

        @Option(names = "--secret-file", paramLabel = "<file>", description = "A file that holds the signing secret.")
        private @Nullable Path secretFile;

        @Override
        public Integer call() throws Exception {
            var config = new AuthConfig(
                    Optional.of(parent.secret(spec, secretFile, "JWT_SECRET")),
                    first(issuer, "JWT_ISSUER", AuthConfig.DEFAULT_ISSUER),
                    first(audience, "JWT_AUDIENCE", AuthConfig.DEFAULT_AUDIENCE),
                    Optional.empty(),
                    Optional.empty(),
                    false);
            var minter = new TokenMinter(config, parent.clock);
            return print(spec, () -> minter.staff(new TokenMinter.Staff(tenant, user, branches, roles), ttl));
        }

        private String first(@Nullable String option, String variable, String otherwise) {
            return option != null ? option : parent.setting(variable).orElse(otherwise);
        }
    }

    /** {@code token table}. */
    @Command(
            name = "table",
            mixinStandardHelpOptions = true,
            description = "Issue a table token for the diner endpoint.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the token was printed", "2:wrong usage, or no secret"},
            footerHeading = "%nEnvironment:%n",
            footer = "  TABLE_TOKEN_SECRET   the signing secret, unless --secret-file is given")
    static final class TableCommand implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private TokenCommand parent;

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(names = "--tenant", required = true, paramLabel = "<id>", description = "The tenant, a number.")
        private long tenant;

        @Option(names = "--branch", required = true, paramLabel = "<id>", description = "The branch, a number.")
        private long branch;

        @Option(names = "--table", required = true, paramLabel = "<id>", description = "The table, a number.")
        private long table;

        @Option(
                names = "--session",
                required = true,
                paramLabel = "<id>",
                description = "The table's session, a number.")
        private long session;

        @Option(
                names = "--ttl",
                defaultValue = "3h",
                converter = Lifetime.class,
                paramLabel = "<time>",
                description = "How long the token is valid: 30s, 15m, 12h, 7d. Default: ${DEFAULT-VALUE}.")
        @SuppressWarnings("NullAway.Init")
        private Duration ttl;

        @Option(
                names = "--legacy",
                description = "Issue the older form, six fields joined by colons, instead of a JWT.")
        private boolean legacy;

        @Option(names = "--secret-file", paramLabel = "<file>", description = "A file that holds the signing secret.")
        private @Nullable Path secretFile;

        @Override
        public Integer call() throws Exception {
            var config = new AuthConfig(
                    Optional.empty(),
                    AuthConfig.DEFAULT_ISSUER,
                    AuthConfig.DEFAULT_AUDIENCE,
                    Optional.empty(),
                    Optional.of(parent.secret(spec, secretFile, "TABLE_TOKEN_SECRET")),
                    false);
            var minter = new TokenMinter(config, parent.clock);
            return print(spec, () -> {
                var seat = new TokenMinter.Table(tenant, branch, table, session);
                return legacy ? minter.legacyTable(seat, ttl) : minter.table(seat, ttl);
            });
        }
    }

    /** Reads {@code 30s}, {@code 15m}, {@code 12h} or {@code 7d}. */
    static final class Lifetime implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9})([smhd])");

        @Override
        public Duration convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'%s' (expected: a time like 30s, 15m, 12h or 7d)".formatted(text));
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
    }
}
