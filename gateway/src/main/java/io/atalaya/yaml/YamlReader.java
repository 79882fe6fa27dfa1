package io.atalaya.yaml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads a YAML file into nodes. Confined to the reading thread. Bad input never throws: it becomes problems.
 *
 * <p>Stricter than YAML, because a settings file is written by hand and a surprise in it is expensive: one document, a
 * mapping at the top, no key twice, no anchors and aliases, 1 MiB and 32 levels at most.
 */
public final class YamlReader {
    /** Longest file in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_DEPTH = 32;
    private static final YAMLFactory YAML = YAMLFactory.builder().build();

    private final String file;
    private final YAMLParser parser;
    private final Problems problems;

    private YamlReader(String file, YAMLParser parser, Problems problems) {
        this.file = file;
        this.parser = parser;
        this.problems = problems;
    }

    /** The file's top mapping; empty when it cannot be read, and then the reason is among {@code problems}. */
    public static Optional<Node.Mapping> read(Path path, Problems problems) {
        Place place = Place.of(path.toString(), "");
        try {
            if (Files.size(path) > MAX_BYTES) {
                problems.add(place, Files.size(path) + " bytes", "at most " + MAX_BYTES + " bytes");
                return Optional.empty();
            }
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(path)));
            return read(place.file(), text.toString(), problems);
        } catch (NoSuchFileException _) {
            problems.add(place, "no such file", "a readable YAML file");
        } catch (CharacterCodingException _) {
            problems.add(place, "bytes that are not UTF-8", "a YAML file in UTF-8");
        } catch (IOException e) {
            problems.add(place, "cannot be read: " + e.getClass().getSimpleName(), "a readable YAML file");
        }
        return Optional.empty();
    }

    /** As {@link #read(Path, Problems)}, from text; {@code file} is what problems call it. */
    public static Optional<Node.Mapping> read(String file, String text, Problems problems) {
        return read(file, text, MAX_BYTES, problems);
    }

    /** As {@link #read(String, String, Problems)}, for files that a program writes and that may be longer. */
    public static Optional<Node.Mapping> read(String file, String text, int maxLength, Problems problems) {
        if (text.length() > maxLength) {
            problems.add(Place.of(file, ""), text.length() + " characters", "at most " + maxLength);
            return Optional.empty();
        }
        try (var parser = (YAMLParser) YAML.createParser(ObjectReadContext.empty(), text)) {
            return new YamlReader(file, parser, problems).document();
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation() == null ? TokenStreamLocation.NA : e.getLocation();
            var place = new Place(file, Math.max(0, at.getLineNr()), Math.max(0, at.getColumnNr()), "");
            problems.add(place, firstLine(e.getOriginalMessage()), "YAML 1.2");
            return Optional.empty();
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "not YAML" : message.lines().findFirst().orElse("not YAML");
    }

    private Optional<Node.Mapping> document() {
        if (parser.nextToken() == null) {
            return Optional.of(new Node.Mapping(new Place(file, 1, 1, ""), Map.of()));
        }
        Node top = node("", 0);
        if (parser.nextToken() != null) {
            problems.add(here(""), "a second document", "one document a file");
        }
        return switch (top) {
            case Node.Mapping mapping -> Optional.of(mapping);
            case Node.Empty empty -> Optional.of(new Node.Mapping(empty.place(), Map.of()));
            case Node.Text text -> refuseTop(text);
            case Node.Sequence sequence -> refuseTop(sequence);
        };
    }

    private Optional<Node.Mapping> refuseTop(Node top) {
        problems.add(top.place(), top.describe(), "a mapping of keys to values");
        return Optional.empty();
    }

    private Node node(String path, int depth) {
        Place place = here(path);
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            problems.add(place, "an anchor or alias", "the value itself; nothing is shared in this file");
        }
        if (depth > MAX_DEPTH) {
            problems.add(place, "a value nested too deeply", "at most " + MAX_DEPTH + " levels");
            parser.skipChildren();
            return new Node.Empty(place);
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(place, depth);
            case START_ARRAY -> sequence(place, depth);
            case VALUE_NULL -> new Node.Empty(place);
            default -> new Node.Text(place, parser.getString());
        };
    }

    private Node.Mapping mapping(Place place, int depth) {
        var members = new LinkedHashMap<String, Node.Member>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            Place key = here(place.child(name).path());
            parser.nextToken();
            var member = new Node.Member(key, node(key.path(), depth + 1));
            Node.Member first = members.putIfAbsent(name, member);
            if (first != null) {
                problems.add(
                        key,
                        "the key a second time",
                        "once; it is on line " + first.key().line() + " already");
            }
        }
        return new Node.Mapping(place, members);
    }

    private Node.Sequence sequence(Place place, int depth) {
        var items = new ArrayList<Node>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(place.path() + "[" + items.size() + "]", depth + 1));
        }
        return new Node.Sequence(place, items);
    }

    private Place here(String path) {
        TokenStreamLocation at = parser.currentTokenLocation();
        return new Place(file, Math.max(0, at.getLineNr()), Math.max(0, at.getColumnNr()), path);
    }
}
