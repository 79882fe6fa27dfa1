package io.atalaya.yaml;

/**
 * Where something stands. Immutable.
 *
 * @param file the file's name as the user gave it, or what else holds the value ({@code environment})
 * @param line 1 for the first line; 0 when there are no lines
 * @param column 1 for the first column; 0 when there are no columns
 * @param path the keys that lead to it, joined by dots; empty for the whole file
 */
public record Place(String file, int line, int column, String path) {
    /** A place without lines: a whole file or a variable of the environment. */
    public static Place of(String file, String path) {
        return new Place(file, 0, 0, path);
    }

    /** The same spot under the path of one of its keys, for a key that is missing. */
    public Place child(String key) {
        return new Place(file, line, column, path.isEmpty() ? key : path + "." + key);
    }
}
