package io.atalaya.console;

import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.profile.Audience;
import io.atalaya.profile.Command;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.EventType;
import io.atalaya.profile.EventType.SlowPolicy;
import io.atalaya.profile.Profile;
import io.atalaya.profile.TopicShape;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** {@code GET /api/v1/catalogue}: the profile in the terms of whoever wants to publish. Immutable. */
public final class CataloguePage {
    private final byte[] json;

    /** @param maxEventBytes longest event that is taken */
    public CataloguePage(Profile profile, int maxEventBytes) {
        this.json = JsonMapper.shared().writeValueAsBytes(page(profile, maxEventBytes));
    }

    /** Answers the same at any time. */
    public void onCatalogue(Request request, Responder responder) {
        responder.respond(Response.json(200, json).with("cache-control", "no-store"));
    }

    private static Map<String, Object> page(Profile profile, int maxEventBytes) {
        var page = new LinkedHashMap<String, Object>();
        page.put("profile", profile.name());
        page.put("max_event_bytes", maxEventBytes);
        page.put("max_unknown_members", profile.schema().maxUnknownMembers());
        page.put(
                "members",
                profile.schema().members().values().stream()
                        .sorted(Comparator.comparing(EventSchema.Member::required)
                                .reversed()
                                .thenComparing(EventSchema.Member::name))
                        .map(CataloguePage::member)
                        .toList());
        page.put(
                "events",
                profile.events().values().stream().map(CataloguePage::event).toList());
        page.put(
                "unknown_events",
                profile.unknownEvents().map(CataloguePage::event).orElse(null));
        page.put(
                "endpoints",
                profile.endpoints().values().stream()
                        .map(CataloguePage::endpoint)
                        .toList());
        page.put(
                "commands",
                profile.commands().values().stream().map(CataloguePage::command).toList());
        return page;
    }

    private static Map<String, Object> member(EventSchema.Member member) {
        var page = new LinkedHashMap<String, Object>();
        page.put("name", member.name());
        page.put("kind", word(member.kind()));
        page.put("required", member.required());
        page.put("nullable", member.nullable());
        page.put("routing", member.routing());
        if (member.kind() == EventSchema.Kind.INTEGER && member.min() != Long.MIN_VALUE) {
            page.put("min", member.min());
        }
        page.put("zero_means_absent", member.zeroMeansAbsent());
        return page;
    }

    private static Map<String, Object> event(EventType type) {
        var page = new LinkedHashMap<String, Object>();
        page.put("type", type.name());
        page.put("durable", type.durable());
        switch (type.slow()) {
            case SlowPolicy.Close _ -> page.put("slow", "close");
            case SlowPolicy.DropOldest _ -> page.put("slow", "drop_oldest");
            case SlowPolicy.Conflate(String member) -> {
                page.put("slow", "conflate");
                page.put("conflate_by", member);
            }
        }
        page.put(
                "ack",
                type.ack()
                        .map(ack -> Map.of(
                                "timeout_seconds", ack.timeout().toSeconds(),
                                "expires_seconds", ack.expires().toSeconds()))
                        .orElse(null));
        page.put(
                "audiences",
                type.audiences().stream().map(CataloguePage::audience).toList());
        return page;
    }

    private static Map<String, Object> audience(Audience audience) {
        return Map.of("name", audience.name(), "alternatives", topics(audience.alternatives()));
    }

    private static List<Map<String, Object>> topics(List<TopicShape> shapes) {
        return shapes.stream()
                .map(shape -> Map.<String, Object>of("topic", shape.name(), "key", shape.key()))
                .toList();
    }

    private static Map<String, Object> endpoint(Endpoint endpoint) {
        var page = new LinkedHashMap<String, Object>();
        page.put("name", endpoint.name());
        page.put("path", endpoint.path());
        page.put("roles", endpoint.roles().stream().sorted().toList());
        page.put("origin_checked", endpoint.originChecked());
        page.put("sessions_per", word(endpoint.sessionsPer()));
        page.put("commands", endpoint.commands().stream().sorted().toList());
        page.put(
                "joins",
                endpoint.joins().stream()
                        .map(join -> Map.of(
                                "roles", join.roles().stream().sorted().toList(), "topics", topics(join.topics())))
                        .toList());
        return page;
    }

    private static Map<String, Object> command(Command command) {
        var page = new LinkedHashMap<String, Object>();
        page.put("text", command.text());
        switch (command) {
            case Command.RefreshAssignments _ -> page.put("action", "refresh_assignments");
            case Command.Publish publish -> {
                page.put("action", "publish");
                page.put("event_type", publish.eventType());
                page.put("roles", publish.roles().stream().sorted().toList());
                page.put("takes", List.copyOf(publish.takes().keySet()));
            }
        }
        return page;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
