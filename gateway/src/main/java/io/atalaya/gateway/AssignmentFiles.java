package io.atalaya.gateway;

import io.atalaya.assignment.AssignmentConfig;
import io.atalaya.assignment.AssignmentStore;
import io.atalaya.assignment.YamlAssignments;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the assignments of the embedded store. Stateless. */
final class AssignmentFiles {
    private static final Logger LOG = LoggerFactory.getLogger(AssignmentFiles.class);

    private AssignmentFiles() {}

    /**
     * The store, filled from the configured file, which edits rewrite; empty and in memory without one.
     *
     * @throws StartException when the file has problems; the message lists all of them
     */
    static AssignmentStore open(AssignmentConfig config) {
        Path file = config.file().orElse(null);
        if (file == null) {
            return new AssignmentStore(List.of(), Clock.system(ZoneId.systemDefault()), AssignmentStore.Keeper.none());
        }
        var yaml = new YamlAssignments(file);
        YamlAssignments.Loaded loaded = yaml.load();
        if (!loaded.problems().isEmpty()) {
            throw new StartException(String.join(System.lineSeparator(), loaded.problems()));
        }
        LOG.atInfo()
                .addKeyValue("file", file)
                .addKeyValue("assignments", loaded.entries().size())
                .log("assignments loaded");
        return new AssignmentStore(loaded.entries(), Clock.system(ZoneId.systemDefault()), yaml);
    }
}
