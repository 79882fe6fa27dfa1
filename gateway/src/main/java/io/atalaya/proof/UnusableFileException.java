package io.atalaya.proof;

import io.atalaya.yaml.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** A file that says what is to be kept account of cannot be used; the text names everything that is wrong with it. */
public final class UnusableFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableFileException(String setting, List<Problem> problems) {
        super(setting + ": " + problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
}
