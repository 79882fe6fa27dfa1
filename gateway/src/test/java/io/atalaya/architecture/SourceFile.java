package io.atalaya.architecture;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A source file as the compiler's own parser sees it. Immutable.
 *
 * @param name path within the source folder, {@code io/atalaya/event/Event.java}
 * @param lines length in lines
 */
record SourceFile(String name, int lines, List<Method> methods, List<Type> types) {
    SourceFile {
        methods = List.copyOf(methods);
        types = List.copyOf(types);
    }

    /**
     * A method or constructor with a body.
     *
     * @param lines from its first modifier to its closing brace
     * @param ofRecord whether it is a constructor of a record
     */
    record Method(String name, int lines, int parameters, boolean ofRecord) {}

    /**
     * A class that is declared with a name.
     *
     * @param nestedPrivately whether it is, or is inside, a private member or a method of another class
     * @param doc its Javadoc, empty when it has none
     * @param fields its instance fields
     */
    record Type(String name, boolean nestedPrivately, String doc, List<Field> fields) {
        Type {
            fields = List.copyOf(fields);
        }
    }

    /** @param type as written, without type arguments */
    record Field(String name, String type, boolean isFinal) {}

    /** The files below a source folder. */
    static List<SourceFile> below(Path folder) {
        try (var paths = Files.walk(folder)) {
            return parse(paths.filter(p -> p.toString().endsWith(".java"))
                    .sorted()
                    .map(p -> text(folder, p))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Text text(Path folder, Path file) {
        try {
            return new Text(folder.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SourceFile parse(String name, String text) {
        return parse(List.of(new Text(name, text))).getFirst();
    }

    /** One compiler for all files: starting one costs more than parsing. */
    private static List<SourceFile> parse(List<Text> texts) {
        var task =
                (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, _ -> {}, List.of(), null, texts);
        var trees = DocTrees.instance(task);
        var files = new ArrayList<SourceFile>();
        try {
            for (var unit : task.parse()) {
                var source = unit.getSourceFile();
                var lines = source.getCharContent(true).toString().lines().count();
                var found = new Declarations(trees, unit);
                found.scan(unit, null);
                files.add(
                        new SourceFile(source.toUri().getPath().substring(1), (int) lines, found.methods, found.types));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** A source text in memory. Immutable. */
    private static final class Text extends SimpleJavaFileObject {
        private final String content;

        private Text(String name, String content) {
            super(URI.create("string:///" + name), JavaFileObject.Kind.SOURCE);
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }
    }

    /** The folder of the file. */
    String folder() {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    /** Collects declarations. Confined to the thread that parses. */
    private static final class Declarations extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final List<Method> methods = new ArrayList<>();
        private final List<Type> types = new ArrayList<>();
        private final DocTrees trees;
        private final CompilationUnitTree unit;

        private Declarations(DocTrees trees, CompilationUnitTree unit) {
            this.trees = trees;
            this.unit = unit;
        }

        @Override
        public @Nullable Void visitClass(ClassTree node, @Nullable Void unused) {
            if (!node.getSimpleName().isEmpty() && node.getKind() != Tree.Kind.RECORD) {
                var doc = trees.getDocComment(getCurrentPath());
                types.add(new Type(
                        node.getSimpleName().toString(),
                        isNestedPrivately(getCurrentPath()),
                        Objects.requireNonNullElse(doc, ""),
                        fields(node)));
            }
            return super.visitClass(node, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree node, @Nullable Void unused) {
            if (node.getBody() != null) {
                var owner = (ClassTree) getCurrentPath().getParentPath().getLeaf();
                boolean ofRecord = owner.getKind() == Tree.Kind.RECORD && node.getReturnType() == null;
                methods.add(new Method(
                        owner.getSimpleName() + "." + node.getName(),
                        linesOf(node),
                        node.getParameters().size(),
                        ofRecord));
            }
            return super.visitMethod(node, null);
        }

        private int linesOf(Tree node) {
            var positions = trees.getSourcePositions();
            var map = unit.getLineMap();
            long first = map.getLineNumber(positions.getStartPosition(unit, node));
            long last = map.getLineNumber(positions.getEndPosition(unit, node));
            return Math.toIntExact(last - first + 1);
        }

        private static List<Field> fields(ClassTree type) {
            return type.getMembers().stream()
                    .filter(VariableTree.class::isInstance)
                    .map(VariableTree.class::cast)
                    .filter(f -> !f.getModifiers().getFlags().contains(Modifier.STATIC))
                    .filter(_ -> type.getKind() != Tree.Kind.INTERFACE)
                    .map(f -> new Field(
                            f.getName().toString(),
                            String.valueOf(f.getType()).replaceAll("<.*>", ""),
                            f.getModifiers().getFlags().contains(Modifier.FINAL)))
                    .toList();
        }

        private static boolean isNestedPrivately(TreePath path) {
            for (var at = path; at.getParentPath() != null; at = at.getParentPath()) {
                var inside = at.getParentPath().getLeaf();
                boolean isPrivate = at.getLeaf() instanceof ClassTree type
                        && type.getModifiers().getFlags().contains(Modifier.PRIVATE);
                if (isPrivate || !(inside instanceof ClassTree || inside instanceof CompilationUnitTree)) {
                    return true;
                }
            }
            return false;
        }
    }
}
