package io.atalaya.profile;

import io.atalaya.yaml.Fields;
import io.atalaya.yaml.Node;
import io.atalaya.yaml.Place;
import io.atalaya.yaml.Problems;
import io.atalaya.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a profile. Pure functions. A profile comes out whole or not at all: every name that it uses is defined, every
 * key member of a topic is one that events carry, every accepted role gets something, and nothing in it is dead. All
 * that is wrong is reported at once, with the place where it stands.
 *
 * <p>The sections are read in the order of their dependencies, whatever their order in the file: members; topics,
 * audiences, switches and events, which speak of members; authentication, commands and endpoints, which speak of
 * members and topics; then what is served over plain HTTP, which speaks of all of them.
 */
public final class ProfileReader {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

    private ProfileReader() {}

    /** Settings that override a profile's switches. */
    @FunctionalInterface
    public interface Switches {
        /** No setting overrides any switch. */
        Switches NONE = _ -> Optional.empty();

        /** The value of the setting of that name, when there is one. Asked once for every switch of a profile. */
        Optional<Boolean> setting(String name);
    }

    /** Reads a profile from where it is. */
    public static ProfileOutcome read(ProfileSource source, Switches switches) {
        var problems = new Problems();
        Optional<Node.Mapping> top = switch (source) {
            case ProfileSource.File(var path) -> YamlReader.read(path, problems);
            case ProfileSource.Shipped shipped -> shipped(shipped, problems);
        };
        return top.map(mapping -> read(mapping, switches, problems))
                .orElseGet(() -> new ProfileOutcome.Invalid(problems.list()));
    }

    /** Reads a profile from its text; {@code file} is what problems call it. */
    public static ProfileOutcome read(String file, String text, Switches switches) {
        var problems = new Problems();
        return YamlReader.read(file, text, problems)
                .map(mapping -> read(mapping, switches, problems))
                .orElseGet(() -> new ProfileOutcome.Invalid(problems.list()));
    }

    private static Optional<Node.Mapping> shipped(ProfileSource.Shipped source, Problems problems) {
        if (NAME.matcher(source.name()).matches()) {
            try (@Nullable InputStream in = ProfileReader.class.getResourceAsStream("/profiles/" + source.label())) {
                if (in != null) {
                    var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    return YamlReader.read(source.label(), text, problems);
                }
            } catch (IOException _) {
                // as if it were not there
            }
        }
        problems.add(
                Place.of("profile", ""),
                source.name() + ", which is not shipped",
                "a shipped profile such as restaurant, or the path of a file: ./mine.yaml");
        return Optional.empty();
    }

    private static ProfileOutcome read(Node.Mapping top, Switches switches, Problems problems) {
        var fields = new Fields(top, problems);
        String name = fields.text("profile", NAME, "the profile's name: a-z, 0-9 and -", "");
        EventSchema schema = SchemaSection.read(fields, problems);
        var events = new EventSection(schema, problems);
        events.read(fields, switches);
        var endpoints = new EndpointSection(schema, events, problems);
        endpoints.read(fields);
        Profile.HttpServices http = new HttpSection(schema, events, endpoints.endpoints(), problems).read(fields);
        events.rejectUnused();
        fields.rejectOthers();
        if (!problems.isEmpty()) {
            return new ProfileOutcome.Invalid(problems.list());
        }
        var profile = new Profile(
                name,
                schema,
                endpoints.schemes().values(),
                events.topics().values(),
                events.audiences().values(),
                endpoints.endpoints(),
                events.events(),
                events.unknownEvents(),
                endpoints.commands().values(),
                http);
        return new ProfileOutcome.Valid(profile, events.switches());
    }
}
