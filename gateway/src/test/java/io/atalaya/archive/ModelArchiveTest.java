package io.atalaya.archive;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The model keeps the contract that it stands for. */
final class ModelArchiveTest extends ArchiveContract {
    private @Nullable ModelArchive model;

    @Override
    protected Archive open(ArchiveFields fields, InstantSource clock) {
        if (model == null) {
            model = new ModelArchive(fields, clock);
        }
        return model;
    }

    @Override
    protected void refuse(String type) {
        if (model != null) {
            model.refuse(type);
        }
    }

    @Override
    protected void acceptAll() {
        if (model != null) {
            model.acceptAll();
        }
    }
}
