package io.atalaya.collector;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.profile.Profile.CollectorRules;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The body of a {@code POST /events}: {@code {timestamp, service, message, metadata}}, checked as a whole, so that
 * everything wrong with it is said at once. Immutable.
 */
final class EventForm {
    private static final Set<String> MEMBERS = Set.of("timestamp", "service", "message", "metadata");
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2100;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NAME_SHOWN = 80;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final CollectorRules rules;
    private final JsonNode body;
    private final Map<String, Map<String, String>> faults = new LinkedHashMap<>();

    private EventForm(CollectorRules rules, JsonNode body) {
        this.rules = rules;
        this.body = body;
    }

    /** What a body turned out to be. */
    sealed interface Outcome {
        /** It fits the rules. */
        record Good(Draft draft) implements Outcome {}

        /** It does not. */
        record Bad(List<Fault> faults) implements Outcome {}
    }

    /**
     * What is wrong with one member. Immutable.
     *
     * @param field the member; {@code body} when it is the whole
     * @param constraints the broken rules, by name, with a text each
     */
    record Fault(String field, Map<String, String> constraints) {}

    /**
     * An event in the making. Immutable.
     *
     * @param timestamp as the service wrote it
     * @param instant the same, or the time of arrival when it is of another age
     * @param metadata empty when there is none
     */
    record Draft(String timestamp, Instant instant, String service, String message, Optional<ObjectNode> metadata) {
        /** The event as the gateway's own intake takes it. */
        byte[] toEvent(CollectorRules rules, TenantId tenant, EventId id) {
            var event = new LinkedHashMap<String, Object>();
            event.put("type", rules.eventType());
            event.put("tenant_id", tenant.value());
            event.put("id", id.value());
            event.put("ts", instant.toString());
            event.put("timestamp", timestamp);
            event.put("service", service);
            event.put("message", message);
            metadata.ifPresent(object -> event.put("metadata", object));
            return JSON.writeValueAsBytes(event);
        }
    }

    /** @param arrival stands in for a timestamp of another age */
    static Outcome read(byte[] bytes, CollectorRules rules, Instant arrival) {
        JsonNode body;
        try {
            body = JSON.readTree(bytes);
        } catch (JacksonException _) {
            return new Outcome.Bad(List.of(new Fault("body", Map.of("isJson", "body must be valid JSON"))));
        }
        if (!body.isObject()) {
            return new Outcome.Bad(List.of(new Fault("body", Map.of("isObject", "body must be an object"))));
        }
        return new EventForm(rules, body).read(arrival);
    }

    private Outcome read(Instant arrival) {
        String service = text("service", rules.maxService(), "service name");
        String message = text("message", rules.maxMessage(), "message");
        Optional<Instant> instant = timestamp();
        Optional<ObjectNode> metadata = metadata();
        for (String name : body.propertyNames()) {
            if (!MEMBERS.contains(name)) {
                String shown = name.length() <= MAX_NAME_SHOWN ? name : name.substring(0, MAX_NAME_SHOWN) + "…";
                fault(shown, "whitelistValidation", "property %s should not exist".formatted(shown));
            }
        }
        if (rules.stripsMarkup() && !faults.containsKey("service")) {
            service = Markup.strip(service);
            if (service.isEmpty()) {
                fault("service", "isNotEmpty", "service should not be empty");
            }
        }
        if (!faults.isEmpty()) {
            var list = new ArrayList<Fault>();
            faults.forEach((field, constraints) -> list.add(new Fault(field, constraints)));
            return new Outcome.Bad(list);
        }
        return new Outcome.Good(new Draft(
                body.path("timestamp").asString(),
                instant.filter(EventForm::isOfThisAge).orElse(arrival),
                service,
                rules.stripsMarkup() ? Markup.strip(message) : message,
                metadata));
    }

    private static boolean isOfThisAge(Instant instant) {
        int year = instant.atOffset(ZoneOffset.UTC).getYear();
        return year >= FIRST_YEAR && year <= LAST_YEAR;
    }

    private String text(String name, int max, String called) {
        JsonNode value = body.path(name);
        if (!value.isString()) {
            fault(name, "isString", name + " must be a string");
            fault(name, "isNotEmpty", name + " should not be empty");
            return "";
        }
        if (value.asString().isEmpty()) {
            fault(name, "isNotEmpty", name + " should not be empty");
        }
        if (value.asString().length() > max) {
            fault(name, "maxLength", "%s must be at most %d characters".formatted(called, max));
        }
        return value.asString();
    }

    private Optional<Instant> timestamp() {
        JsonNode value = body.path("timestamp");
        if (!value.isString()) {
            fault("timestamp", "isString", "timestamp must be a string");
        } else if (value.asString().isEmpty()) {
            fault("timestamp", "isNotEmpty", "timestamp should not be empty");
        }
        Optional<Instant> instant = value.isString() ? DateText.parse(value.asString()) : Optional.empty();
        if (instant.isEmpty()) {
            fault("timestamp", "isParseableTimestamp", "timestamp must be a parseable date (ISO 8601)");
        }
        return instant;
    }

    private Optional<ObjectNode> metadata() {
        JsonNode value = body.path("metadata");
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!(value instanceof ObjectNode object)) {
            fault("metadata", "isObject", "metadata must be an object");
            return Optional.empty();
        }
        if (JSON.writeValueAsBytes(object).length > rules.maxMetadataBytes()) {
            fault(
                    "metadata",
                    "isMetadataSizeValid",
                    "metadata size must not exceed %sKB".formatted(kilobytes(rules.maxMetadataBytes())));
        }
        if (depth(object) > rules.maxMetadataDepth()) {
            fault(
                    "metadata",
                    "isMetadataDepthValid",
                    "metadata must not be nested deeper than %d".formatted(rules.maxMetadataDepth()));
        }
        if (keys(object) > rules.maxMetadataKeys()) {
            fault(
                    "metadata",
                    "isMetadataKeysValid",
                    "metadata must not have more than %d keys".formatted(rules.maxMetadataKeys()));
        }
        if (rules.stripsMarkup()) {
            strip(object);
        }
        return Optional.of(object);
    }

    private static String kilobytes(int bytes) {
        return bytes % 1024 == 0 ? Integer.toString(bytes / 1024) : "%.1f".formatted(bytes / 1024.0);
    }

    /** Arrays do not count, the objects in them do. */
    private static int depth(JsonNode node) {
        int deepest = 0;
        for (JsonNode child : node) {
            deepest = Math.max(deepest, depth(child));
        }
        return node.isObject() ? deepest + 1 : deepest;
    }

    private static int keys(JsonNode node) {
        int keys = node.isObject() ? node.size() : 0;
        for (JsonNode child : node) {
            keys += keys(child);
        }
        return keys;
    }

    private static void strip(JsonNode node) {
        switch (node) {
            case ObjectNode object -> {
                for (String name : List.copyOf(object.propertyNames())) {
                    object.set(name, stripped(object.path(name)));
                }
            }
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, stripped(array.path(i)));
                }
            }
            default -> {}
        }
    }

    private static JsonNode stripped(JsonNode value) {
        if (value.isString()) {
            return StringNode.valueOf(Markup.strip(value.asString()));
        }
        strip(value);
        return value;
    }

    private void fault(String field, String rule, String text) {
        faults.computeIfAbsent(field, _ -> new TreeMap<>()).put(rule, text);
    }
}
