package io.atalaya.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The console's files as they come with the program, from its jar or from a folder of classes. Stateless. */
public final class ShippedFiles {
    private static final String INDEX = "index.html";

    private ShippedFiles() {}

    /** Reads every file beside the index; there is none where the console was not built in. */
    public static Map<String, Asset> read() {
        URL index = ShippedFiles.class.getResource(INDEX);
        if (index == null) {
            return Map.of();
        }
        try {
            URI uri = index.toURI();
            if (!uri.getScheme().equals("jar")) {
                return under(parent(Path.of(uri)));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                String inside = uri.toString().substring(uri.toString().indexOf('!') + 1);
                return under(parent(jar.getPath(inside)));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (URISyntaxException failure) {
            throw new IllegalStateException("a resource's address is not one", failure);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalStateException("%s: no folder".formatted(file));
        }
        return parent;
    }

    /** Every file below a folder, but classes. */
    static Map<String, Asset> under(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        var assets = new HashMap<String, Asset>();
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            if (!name.endsWith(".class")) {
                assets.put(name, Asset.of(name, Files.readAllBytes(file)));
            }
        }
        return Map.copyOf(assets);
    }
}
