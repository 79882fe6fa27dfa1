package io.atalaya.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.reflect.AccessFlag;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What only the instructions of a class tell. Immutable. */
record Bytecode(ClassModel model) {
    private static final Set<String> COLLECTIONS = Set.of("java/util/List", "java/util/Set", "java/util/Map");

    static Bytecode of(JavaClass type) {
        var source = type.getSource().orElseThrow();
        try (var in = source.getUri().toURL().openStream()) {
            return new Bytecode(ClassFile.of().parse(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of the methods that are synchronized or hold a synchronized block. */
    Stream<String> synchronizedMethods() {
        return model.methods().stream()
                .filter(m -> m.flags().has(AccessFlag.SYNCHRONIZED)
                        || instructions(m).anyMatch(MonitorInstruction.class::isInstance))
                .map(m -> m.methodName().stringValue());
    }

    /** Names of the static fields whose only value comes straight from a factory of unmodifiable collections. */
    Set<String> staticFieldsOfUnmodifiableCollections() {
        var unmodifiable = new HashSet<String>();
        var other = new HashSet<String>();
        for (var method : model.methods()) {
            Instruction[] previous = new Instruction[1];
            instructions(method)
                    .filter(i -> !(i instanceof TypeCheckInstruction))
                    .forEach(instruction -> {
                        if (instruction instanceof FieldInstruction field && field.opcode() == Opcode.PUTSTATIC) {
                            (isUnmodifiableFactory(previous[0]) ? unmodifiable : other)
                                    .add(field.name().stringValue());
                        }
                        previous[0] = instruction;
                    });
        }
        unmodifiable.removeAll(other);
        return unmodifiable;
    }

    private static boolean isUnmodifiableFactory(@Nullable Instruction instruction) {
        if (!(instruction instanceof InvokeInstruction call)) {
            return false;
        }
        var owner = call.owner().asInternalName();
        var name = call.name().stringValue();
        return (COLLECTIONS.contains(owner)
                        && Set.of("of", "ofEntries", "copyOf").contains(name))
                || (owner.equals("java/util/Collections")
                        && (name.startsWith("unmodifiable") || name.startsWith("empty")))
                || (owner.equals("java/util/stream/Stream") && name.equals("toList"));
    }

    private static Stream<Instruction> instructions(MethodModel method) {
        return method.code().stream()
                .flatMap(code -> code.elementStream().map(CodeElement.class::cast))
                .filter(Instruction.class::isInstance)
                .map(Instruction.class::cast);
    }
}
