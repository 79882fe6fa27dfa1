package io.atalaya.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A credential of somebody of the evening, for a page or a program that wants to be that person. Immutable. Shows its
 * token: whoever may look at the demonstration may take part in it.
 */
public record Invitation(Person person, String token) {
    /** Path of the invitations on the management port of a demonstration. */
    public static final String PATH = "/api/v1/demo";

    /**
     * The document under {@link #PATH}.
     *
     * @param publicPort where the invited connect, on the loopback address
     */
    public static String document(List<Invitation> invitations, int publicPort) {
        var people = invitations.stream().map(Invitation::members).toList();
        return JsonMapper.shared()
                .writeValueAsString(Map.of("public_url", "http://127.0.0.1:" + publicPort, "people", people));
    }

    private Map<String, Object> members() {
        var members = new LinkedHashMap<String, Object>();
        members.put("name", person.name());
        members.put("role", person.role().name().toLowerCase(Locale.ROOT));
        members.put("restaurant", person.restaurant().name());
        members.put("tenant", Integer.toString(person.tenant()));
        members.put("endpoint", person.endpoint());
        members.put("parameter", EveningClients.tokenParameter(person));
        members.put("token", token);
        return members;
    }
}
