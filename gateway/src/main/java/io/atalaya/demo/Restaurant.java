package io.atalaya.demo;

import java.util.List;

/**
 * One tenant of the demonstration. Immutable.
 *
 * @param tenant tenant id
 * @param name what people call it
 * @param branches its houses
 * @param menu dishes by name; a product's id is its position, from 1
 */
public record Restaurant(int tenant, String name, List<Branch> branches, List<String> menu) {
    public Restaurant {
        branches = List.copyOf(branches);
        menu = List.copyOf(menu);
    }

    /**
     * One house. Immutable.
     *
     * @param id branch id; the restaurants use the same numbers on purpose, so that only the tenant tells them apart
     * @param sectors ids of its rooms, likewise
     * @param tables how many tables, spread over the sectors in turn
     */
    public record Branch(int id, String name, List<Integer> sectors, int tables) {
        public Branch {
            sectors = List.copyOf(sectors);
        }

        /** The room that a table stands in. */
        int sectorOf(int table) {
            return sectors.get(table % sectors.size());
        }
    }

    /** The two restaurants of the demonstration. */
    static List<Restaurant> both() {
        return List.of(
                new Restaurant(
                        1,
                        "La Parrilla",
                        List.of(
                                new Branch(1, "Centro", List.of(1, 2, 3), 6),
                                new Branch(2, "Puerto", List.of(4, 5), 4)),
                        List.of("bife de chorizo", "provoleta", "empanadas", "milanesa", "flan", "malbec")),
                new Restaurant(
                        2,
                        "Sakura",
                        List.of(new Branch(1, "Ginza", List.of(1, 2, 3), 6)),
                        List.of("ramen", "gyoza", "sashimi", "tempura", "mochi", "sake")));
    }
}
