package io.atalaya.profile;

import io.atalaya.profile.AuthenticationScheme.Kind;
import io.atalaya.profile.Endpoint.FirstMessage;
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

    private final EventSchema schema;
    private final Definitions<TopicShape> topics;
    private final Problems problems;
    private final EventSection events;
    private final ConversationSection conversation;
    private final Definitions<AuthenticationScheme> schemes;
    private final Definitions<Command> commands;
    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    private final Map<String, String> endpointByPath = new HashMap<>();

    EndpointSection(EventSchema schema, EventSection events, Problems problems) {
        this.schema = schema;
        this.topics = events.topics();
        this.events = events;
        this.problems = problems;
        this.conversation = new ConversationSection(schema, events, problems);
        this.schemes = new Definitions<>("a scheme of authentication", problems);
        this.commands = new Definitions<>("a command", problems);
    }

    void read(Fields fields) {
        fields.required("authentication", "schemes of authentication")
                .ifPresent(node -> readSchemes(Fields.named(node, problems)));
        fields.optional("commands")
                .ifPresent(node -> Fields.named(node, problems)
                        .forEach((name, member) ->
                                commands.define(name, member.key(), conversation.command(name, member))));
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
                .forEach(reference -> commands.resolve(reference).ifPresent(command -> {
                    conversation.checkRoles(reference, command, roles);
                    accepted.add(command.text());
                }));
        Set<String> roleNames =
                roles.stream().map(Node.Text::text).collect(Collectors.toCollection(LinkedHashSet::new));
        Optional<FirstMessage> first = fields.optional("first-message").map(events::firstMessage);
        var joins = new ArrayList<Join>();
        fields.required("joins", "a list of roles with their topics")
                .ifPresent(node -> scheme.ifPresent(known -> readJoins(node, known, roles, joins)));
        fields.rejectOthers();
        scheme.ifPresent(known -> endpoints.put(
                name, new Endpoint(name, path, known, roleNames, originChecked, sessionsPer, joins, accepted, first)));
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

    /** Reads what passes between a client and the gateway besides events. Confined to the reading thread. */
    private static final class ConversationSection {
        private static final Pattern REPLY = Pattern.compile("[^\\p{Cntrl}]{1,128}");
        private static final Pattern TYPE = Pattern.compile("[^\\p{Cntrl}*]{1,128}");
        private static final List<String> ACTIONS = List.of("refresh-assignments", "publish");
        private static final Map<String, Boolean> TAKEN = Map.of("required", true, "optional", false);
        private static final Set<String> ENVELOPE = Set.of("type", "tenant_id");

        private final EventSchema schema;
        private final EventSection events;
        private final Problems problems;

        private ConversationSection(EventSchema schema, EventSection events, Problems problems) {
            this.schema = schema;
            this.events = events;
            this.problems = problems;
        }

        private Optional<Command> command(String text, Node.Member source) {
            if (text.equals("ping") || text.equals("ack")) {
                problems.add(source.key(), text, "another text; every endpoint understands " + text);
            }
            Fields fields = Fields.of(source.value(), problems);
            String expected = "one of " + String.join(", ", ACTIONS);
            Map<String, String> actions = ACTIONS.stream().collect(Collectors.toMap(name -> name, name -> name));
            fields.required("action", expected);
            Command command =
                    fields.choice("action", actions, "refresh-assignments").equals("publish")
                            ? publish(text, fields)
                            : refresh(text, fields);
            fields.rejectOthers();
            return Optional.of(command);
        }

        private Command refresh(String text, Fields fields) {
            String reply = fields.text("reply", REPLY, "the text that starts the reply", "");
            String lists = fields.text("lists", WORD, "the member whose values the reply lists", "");
            if (!lists.isEmpty()) {
                requireRouting(fields.place().child("lists"), lists);
            }
            return new Command.RefreshAssignments(text, reply, lists);
        }

        private Command publish(String text, Fields fields) {
            String type = fields.text("event", TYPE, "the type of its event", "");
            if (!type.isEmpty()) {
                events.requireDurable(fields.place().child("event"), type);
            }
            var takes = new LinkedHashMap<String, Command.Taken>();
            fields.optional("takes")
                    .ifPresent(node -> Fields.named(node, problems).forEach((name, member) -> {
                        requireMember(member.key(), name);
                        takes.put(name, taken(member.value()));
                    }));
            var sets = new LinkedHashMap<String, String>();
            fields.optional("sets")
                    .ifPresent(node -> Fields.named(node, problems).forEach((name, member) -> {
                        requireText(member.key(), name, takes.keySet());
                        sets.put(name, valueOf(member.value()));
                    }));
            String sender = fields.optionalText("sender", WORD, "the member that gets the sender's name", "");
            if (!sender.isEmpty()) {
                requireText(fields.place().child("sender"), sender, takes.keySet());
            }
            String idIn = fields.optionalText("id-in", WORD, "the member that gets the event's id", "");
            if (!idIn.isEmpty()) {
                requireText(fields.place().child("id-in"), idIn, takes.keySet());
            }
            String idAs = fields.optionalText("id-as", WORD, "what the answer calls the event's id", "id");
            Set<String> roles =
                    fields.texts("roles").stream().map(Node.Text::text).collect(Collectors.toSet());
            var given = new HashSet<>(sets.keySet());
            given.addAll(List.of(sender, idIn));
            requireWhole(fields.place(), takes, given);
            return new Command.Publish(text, type, roles, takes, sets, sender, idIn, idAs);
        }

        private Command.Taken taken(Node node) {
            if (node instanceof Node.Sequence) {
                List<String> texts = Fields.texts(node, problems).stream()
                        .map(Node.Text::text)
                        .toList();
                if (!texts.isEmpty()) {
                    return new Command.Taken(false, texts);
                }
            } else if (node instanceof Node.Text text && TAKEN.containsKey(text.text())) {
                return new Command.Taken(TAKEN.getOrDefault(text.text(), false), List.of());
            }
            problems.add(node.place(), node.describe(), "required, optional or a list of the texts that it may be");
            return new Command.Taken(false, List.of());
        }

        private String valueOf(Node node) {
            if (node instanceof Node.Text text) {
                return text.text();
            }
            problems.add(node.place(), node.describe(), "a text");
            return "";
        }

        /** Whatever an event must have comes from somewhere, or the command could never succeed. */
        private void requireWhole(Place place, Map<String, Command.Taken> takes, Set<String> given) {
            schema.members().values().stream()
                    .filter(EventSchema.Member::required)
                    .map(EventSchema.Member::name)
                    .filter(name -> !ENVELOPE.contains(name) && !given.contains(name))
                    .filter(name -> !takes.containsKey(name) || !takes.get(name).required())
                    .sorted()
                    .forEach(name -> problems.add(
                            place.child("takes"), "no " + name + ", which every event needs", name + ": required"));
        }

        private void requireMember(Place place, String name) {
            if (ENVELOPE.contains(name)) {
                problems.add(place, name, "another member; type and tenant come from the profile and the credential");
            } else if (!schema.members().containsKey(name)) {
                problems.add(
                        place,
                        name + ", which is not a member",
                        "a member: " + Suggestion.oneOf(name, schema.members().keySet()));
            }
        }

        private void requireText(Place place, String name, Set<String> taken) {
            requireMember(place, name);
            EventSchema.Member member = schema.members().get(name);
            boolean text =
                    member == null || member.kind() == EventSchema.Kind.STRING || member.kind() == EventSchema.Kind.ANY;
            if (!text) {
                problems.add(place, name + ", which is no text", "a member of kind string");
            } else if (taken.contains(name)) {
                problems.add(place, name + ", which the client gives, too", "each member from one side");
            }
        }

        private void requireRouting(Place place, String name) {
            EventSchema.Member member = schema.members().get(name);
            if (member == null || !member.routing()) {
                problems.add(place, name, "the name of a member with routing: true");
            }
        }

        /** A role that the endpoint does not accept would never send the command. */
        private void checkRoles(Node.Text reference, Command command, List<Node.Text> accepted) {
            Set<String> names = accepted.stream().map(Node.Text::text).collect(Collectors.toSet());
            if (command instanceof Command.Publish publish && !names.isEmpty()) {
                publish.roles().stream()
                        .filter(role -> !names.contains(role))
                        .sorted()
                        .forEach(role -> problems.add(
                                reference.place(),
                                "%s, which is for %s".formatted(reference.text(), role),
                                "roles that the endpoint accepts: " + Suggestion.oneOf(role, names)));
            }
        }
    }
}
