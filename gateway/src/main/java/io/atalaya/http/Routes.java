package io.atalaya.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The routes of a port: exact paths first, then the longest prefix. Immutable. */
public final class Routes {
    private static final Match NO_SUCH_PATH = new Match.NoSuchPath();

    private final Map<String, Place> exact;
    private final List<Place> prefixes;
    private final UnaryOperator<Response> finish;

    /**
     * @param finish has the last word on every answer, also on those that the server gives without any route
     * @throws IllegalArgumentException when two routes have the same method and path
     */
    public Routes(List<Route> routes, UnaryOperator<Response> finish) {
        this.finish = finish;
        Map<String, Place> byPath = routes.stream()
                .collect(Collectors.groupingBy(
                        Route::path, Collectors.collectingAndThen(Collectors.toList(), Place::of)));
        this.exact = byPath.values().stream()
                .filter(place -> !place.prefix)
                .collect(Collectors.toUnmodifiableMap(Place::path, place -> place));
        this.prefixes = byPath.values().stream()
                .filter(place -> place.prefix)
                .sorted(Comparator.comparingInt((Place place) -> place.path.length())
                        .reversed())
                .toList();
    }

    /** Routes whose answers leave as they are. */
    public static Routes of(List<Route> routes) {
        return new Routes(routes, UnaryOperator.identity());
    }

    Response finish(Response answer) {
        return finish.apply(answer);
    }

    /** What serves a method on a path. */
    Match match(HttpMethod method, String path) {
        Place place = exact.get(path);
        if (place == null) {
            place = underPrefix(path);
        }
        return place == null ? NO_SUCH_PATH : place.match(method);
    }

    private @Nullable Place underPrefix(String path) {
        for (Place place : prefixes) {
            if (path.startsWith(place.path)) {
                return place;
            }
        }
        return null;
    }

    /** The outcome of a look-up. */
    sealed interface Match {
        /** A route serves it. */
        record Found(Route route) implements Match {}

        /** Nothing is there. */
        record NoSuchPath() implements Match {}

        /** Something is there, but for other methods. */
        record OtherMethods(String allow) implements Match {}
    }

    /** All routes of one path. Immutable. */
    private record Place(String path, boolean prefix, Map<HttpMethod, Match> byMethod, Match otherwise) {
        static Place of(List<Route> routes) {
            var byMethod = new HashMap<HttpMethod, Match>();
            for (Route route : routes) {
                if (byMethod.put(route.method(), new Match.Found(route)) != null) {
                    throw new IllegalArgumentException(
                            "route: %s %s appears twice (expected: once)".formatted(route.method(), route.path()));
                }
            }
            Match get = byMethod.get(HttpMethod.GET);
            if (get != null) {
                byMethod.putIfAbsent(HttpMethod.HEAD, get);
            }
            String allow = String.join(", ", allowed(byMethod));
            Route first = routes.getFirst();
            return new Place(first.fixedPath(), first.isPrefix(), Map.copyOf(byMethod), new Match.OtherMethods(allow));
        }

        private static Iterable<String> allowed(Map<HttpMethod, Match> byMethod) {
            var names = new TreeMap<String, Boolean>();
            byMethod.keySet().forEach(method -> names.put(method.name(), true));
            return names.keySet();
        }

        Match match(HttpMethod method) {
            return byMethod.getOrDefault(method, otherwise);
        }
    }
}
