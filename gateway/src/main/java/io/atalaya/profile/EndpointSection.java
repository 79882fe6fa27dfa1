package io.atalaya.profile;

import io.atalaya.profile.AuthenticationScheme.Kind;
import io.atalaya.profile.Endpoint.Join;
import io.atalaya.profile.Endpoint.SessionsPer;
import io.atalaya.yaml.Definitions;
import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.Suggestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads {@code authentication}, {@code commands} and {@code endpoints}. Confined to the reading thread. */
final class EndpointSection {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");
    private static final Pattern REPLY = Pattern.compile("[^\\p{Cntrl}]{1,128}");

    /** Paths of the public port that are the gateway's own, with everything below them. */
    private static final List<String> RESERVED = List.of("/api", "/sse", "/ws/health", "/ws/metrics", "/ws/catchup");

    /** Claims of a table token; it has no others, in either of its forms. */
    private static final List<String> TABLE_CLAIMS = List.of("branch_id", "session_id", "table_id", "tenant_id");

    /** Claims that say something about a token instead of its bearer (RFC 7519 section 4.1). */
    private static final Set<String> TOKEN_CLAIMS = Set.of("iss", "aud", "exp", "nbf", "iat", "jti", "type");

    private static final Map<String, Kind> KINDS = Map.of("staff-jwt", Kind.STAFF_JWT, "table-token", Kind.TABLE_TOKEN);
    private static final String ANY_OF = "any-of";
    private static final Map<String, SessionsPer> SESSIONS_PER =
            Map.of("user", SessionsPer.USER, "table", SessionsPer.TABLE);
    private static final Map<String, Command.Action> ACTIONS =
            Map.of("refresh-assignments", Command.Action.REFRESH_ASSIGNMENTS);

    private final EventSchema schema;
    private final Definitions<TopicShape> topics;
    private final Problems problems;
    private final Definitions<AuthenticationScheme> schemes;
    private final Definitions<Command> commands;
    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    private final Map<String, String> endpointByPath = new HashMap<>();

    EndpointSection(EventSchema schema, Definitions<TopicShape> topics, Problems problems) {
        this.schema = schema;
        this.topics = topics;
        this.problems = problems;
        this.schemes = new Definitions<>("a scheme of authentication", problems);
        this.commands = new Definitions<>("a command", problems);
    }

    void read(Fields fields) {
        fields.required("authentication", "schemes of authentication")
                .ifPresent(node -> readSchemes(Fields.named(node, problems)));
        fields.optional("commands")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((name, member) ->
                                commands.define(name, member.key(), Optional.of(command(name, member)))));
        fields.required("endpoints", "at least one endpoint").ifPresent(node -> {
            Map<String, Node.Member> named = Fields.named(node, problems);
            if (named.isEmpty() && node instanceof Node.Mapping) {
                problems.add(node.place(), "nothing", "at least one endpoint");
            }
            named.forEach(this::readEndpoint);
        });
        schemes.rejectUnused("an endpoint that authenticates with it");
        commands.rejectUnused("an endpoint that accepts it");
    }

    /** Those that stand for others come second, wherever they are written, so that they can name any of them. */
    private void readSchemes(Map<String, Node.Member> named) {
        named.forEach((name, member) -> {
            if (!isAnyOf(member)) {
                schemes.define(name, member.key(), Optional.of(scheme(name, member)));
            }
        });
        named.forEach((name, member) -> {
            if (isAnyOf(member)) {
                schemes.define(name, member.key(), Optional.of(anyOf(name, member)));
            }
        });
    }

    private static boolean isAnyOf(Node.Member member) {
        return member.value() instanceof Node.Mapping mapping
                && mapping.members().containsKey(ANY_OF);
    }

    private AuthenticationScheme anyOf(String name, Node.Member source) {
        Fields fields = Fields.of(source.value(), problems);
        String parameter = fields.text("parameter", WORD, "the query parameter that carries the token", "token");
        var parts = new ArrayList<AuthenticationScheme>();
        List<Node.Text> references = fields.texts(ANY_OF);
        for (Node.Text reference : references) {
            schemes.resolve(reference).ifPresent(part -> {
                if (part.kind() == Kind.ANY_OF) {
                    problems.add(
                            reference.place(), reference.text() + ", which stands for others", "a scheme of its own");
                } else {
                    parts.add(part);
                }
            });
        }
        if (references.size() < 2) {
            fields.optional(ANY_OF)
                    .ifPresent(
                            node -> problems.add(node.place(), node.describe(), "two schemes or more, such as [a, b]"));
        }
        fields.rejectOthers();
        return AuthenticationScheme.anyOf(name, parameter, parts);
    }

    private AuthenticationScheme scheme(String name, Node.Member source) {
        Fields fields = Fields.of(source.value(), problems);
        fields.required("kind", "one of staff-jwt, table-token");
        Kind kind = fields.choice("kind", KINDS, Kind.STAFF_JWT);
        String parameter = fields.text("parameter", WORD, "the query parameter that carries the token", "token");
        String subject = fields.text("subject", WORD, "the claim that names the user", "sub");
        Place subjectPlace = fields.optional("subject").map(Node::place).orElse(fields.place());
        if (kind == Kind.TABLE_TOKEN) {
            requireClaim(kind, subjectPlace, subject);
        }
        var scope = new LinkedHashMap<String, String>();
        fields.optional("scope")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((member, claim) -> scope.put(member, claimOf(kind, member, claim))));
        fields.rejectOthers();
        return new AuthenticationScheme(name, kind, parameter, subject, scope);
    }

    private String claimOf(Kind kind, String member, Node.Member claim) {
        EventSchema.Member known = schema.members().get(member);
        if (known == null || !known.routing()) {
            problems.add(claim.key(), member, "the name of a member with routing: true");
        }
        if (claim.value() instanceof Node.Text(Place place, String text)) {
            requireClaim(kind, place, text);
            return text;
        }
        problems.add(claim.value().place(), claim.value().describe(), "the name of a claim");
        return "";
    }

    private void requireClaim(Kind kind, Place place, String claim) {
        switch (kind) {
            case TABLE_TOKEN -> {
                if (!TABLE_CLAIMS.contains(claim)) {
                    problems.add(
                            place,
                            claim + ", which table tokens do not have",
                            "a claim of a table token: " + Suggestion.oneOf(claim, TABLE_CLAIMS));
                }
            }
            case STAFF_JWT -> {
                if (!WORD.matcher(claim).matches() || TOKEN_CLAIMS.contains(claim)) {
                    problems.add(place, claim, "a claim about the user, such as branch_ids");
                }
            }
            case ANY_OF -> throw new IllegalStateException("claims of a scheme that stands for others");
        }
    }

    private Command command(String text, Node.Member source) {
        if (text.equals("ping")) {
            problems.add(source.key(), text, "another text; ping is answered by every endpoint");
        }
        Fields fields = Fields.of(source.value(), problems);
        fields.required("action", "one of refresh-assignments");
        Command.Action action = fields.choice("action", ACTIONS, Command.Action.REFRESH_ASSIGNMENTS);
        String reply = fields.text("reply", REPLY, "the text that starts the reply", "");
        String lists = fields.text("lists", WORD, "the member whose values the reply lists", "");
        EventSchema.Member member = schema.members().get(lists);
        if (!lists.isEmpty() && (member == null || !member.routing())) {
            problems.add(fields.place().child("lists"), lists, "the name of a member with routing: true");
        }
        fields.rejectOthers();
        return new Command(text, action, reply, lists);
    }

    private void readEndpoint(String name, Node.Member source) {
        if (!NAME.matcher(name).matches()) {
            problems.add(source.key(), name, "an endpoint's name: a-z, 0-9 and -");
        }
        Fields fields = Fields.of(source.value(), problems);
        String path = fields.text("path", PATH, "an absolute path such as /ws/" + name, "");
        fields.optional("path").ifPresent(node -> checkPath(node.place(), path, name));
        Optional<AuthenticationScheme> scheme =
                fields.required("authentication", "a scheme of authentication").flatMap(this::schemeOf);
        List<Node.Text> roles = fields.texts("roles");
        boolean originChecked = fields.choice("origin", Map.of("checked", true, "unchecked", false), true);
        SessionsPer sessionsPer = fields.choice("sessions-per", SESSIONS_PER, SessionsPer.USER);
        var accepted = new LinkedHashSet<String>();
        fields.texts("commands")
                .forEach(reference -> commands.resolve(reference).ifPresent(command -> accepted.add(command.text())));
        Set<String> roleNames =
                roles.stream().map(Node.Text::text).collect(Collectors.toCollection(LinkedHashSet::new));
        var joins = new ArrayList<Join>();
        fields.required("joins", "a list of roles with their topics")
                .ifPresent(node -> scheme.ifPresent(known -> readJoins(node, known, roles, joins)));
        fields.rejectOthers();
        scheme.ifPresent(known -> endpoints.put(
                name, new Endpoint(name, path, known, roleNames, originChecked, sessionsPer, joins, accepted)));
    }

    private void readJoins(Node node, AuthenticationScheme scheme, List<Node.Text> roles, List<Join> joins) {
        if (!(node instanceof Node.Sequence(Place place, List<Node> items)) || items.isEmpty()) {
            problems.add(node.place(), node.describe(), "a list such as [{roles: [A], topics: [b]}]");
            return;
        }
        if (scheme.kind() == Kind.TABLE_TOKEN && !roles.isEmpty()) {
            problems.add(roles.getFirst().place(), roles.getFirst().text(), "no roles; table tokens have none");
        }
        Set<String> open = roles.stream().map(Node.Text::text).collect(Collectors.toCollection(LinkedHashSet::new));
        var taken = new HashSet<String>();
        boolean all = false;
        for (Node item : items) {
            Fields fields = Fields.of(item, problems);
            if (all) {
                problems.add(fields.place(), "never reached after a join for all roles", "the join for all roles last");
            }
            List<Node.Text> joinRoles = fields.texts("roles");
            checkRoles(joinRoles, scheme, roles, taken);
            joinRoles.forEach(role -> taken.add(role.text()));
            all |= joinRoles.isEmpty();
            joins.add(join(fields, scheme, joinRoles));
        }
        open.removeAll(taken);
        if (!all && !open.isEmpty()) {
            problems.add(place, "no join for " + String.join(", ", open), "a join for every accepted role");
        }
    }

    private void checkRoles(
            List<Node.Text> joinRoles, AuthenticationScheme scheme, List<Node.Text> accepted, Set<String> taken) {
        List<String> names = accepted.stream().map(Node.Text::text).toList();
        for (Node.Text role : joinRoles) {
            if (scheme.kind() == Kind.TABLE_TOKEN) {
                problems.add(role.place(), role.text(), "no roles; table tokens have none");
            } else if (!names.isEmpty() && !names.contains(role.text())) {
                String expected = "a role that the endpoint accepts: " + Suggestion.oneOf(role.text(), names);
                problems.add(role.place(), role.text() + ", which never comes in", expected);
            } else if (taken.contains(role.text())) {
                problems.add(role.place(), role.text() + ", which an earlier join takes", "each role in one join");
            }
        }
    }

    private Join join(Fields fields, AuthenticationScheme scheme, List<Node.Text> roles) {
        fields.required("topics", "a list of topics");
        var joined = new ArrayList<TopicShape>();
        for (Node.Text reference : fields.texts("topics")) {
            topics.resolve(reference).ifPresent(topic -> {
                checkKey(reference.place(), topic, scheme);
                joined.add(topic);
            });
        }
        fields.rejectOthers();
        return new Join(roles.stream().map(Node.Text::text).collect(Collectors.toSet()), joined);
    }

    /** Assignments belong to staff; the number of a table session could be some waiter's user id. */
    private void checkKey(Place place, TopicShape topic, AuthenticationScheme scheme) {
        if (scheme.kind() != Kind.TABLE_TOKEN) {
            return;
        }
        for (String member : topic.key()) {
            if (!scheme.scope().containsKey(member)) {
                String expected = "a topic whose key members are all in the scope of " + scheme.name();
                problems.add(place, "%s, keyed by %s".formatted(topic.name(), member), expected);
            }
        }
    }

    private Optional<AuthenticationScheme> schemeOf(Node node) {
        if (node instanceof Node.Text reference) {
            return schemes.resolve(reference);
        }
        problems.add(node.place(), node.describe(), "the name of a scheme of authentication");
        return Optional.empty();
    }

    private void checkPath(Place place, String path, String endpoint) {
        for (String reserved : RESERVED) {
            if (path.equals(reserved) || path.startsWith(reserved + "/")) {
                problems.add(
                        place, path, "a path that is not at or below " + reserved + ", which is the gateway's own");
            }
        }
        String other = path.isEmpty() ? null : endpointByPath.putIfAbsent(path, endpoint);
        if (other != null) {
            problems.add(place, path + ", which is the path of " + other + " too", "a path of its own");
        }
    }

    Definitions<AuthenticationScheme> schemes() {
        return schemes;
    }

    Definitions<Command> commands() {
        return commands;
    }

    Map<String, Endpoint> endpoints() {
        return endpoints;
    }
}
