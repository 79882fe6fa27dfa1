package io.atalaya.sqlite.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The different texts of a segment's columns: the number of columns, then of each its name, the number of its texts, and
 * the texts, each behind its length. Stateless.
 */
public final class Words {
    private Words() {}

    static void write(String column, Collection<String> texts, DataOutputStream out) throws IOException {
        write(column, out);
        out.writeInt(texts.size());
        for (String text : texts) {
            write(text, out);
        }
    }

    private static void write(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** The names of the columns. */
    public static List<String> names(byte[] words) {
        var in = ByteBuffer.wrap(words);
        int count = in.getInt();
        var names = new ArrayList<String>(count);
        for (int i = 0; i < count; i++) {
            names.add(name(in));
            for (int texts = in.getInt(); texts > 0; texts--) {
                skip(in);
            }
        }
        return names;
    }

    /** How many texts there are in all columns together. */
    static int count(byte[] words) {
        var in = ByteBuffer.wrap(words);
        int all = 0;
        for (int columns = in.getInt(); columns > 0; columns--) {
            skip(in);
            int count = in.getInt();
            all += count;
            for (int texts = count; texts > 0; texts--) {
                skip(in);
            }
        }
        return all;
    }

    /** Hands over each column's name with each of its texts. */
    static void forEach(byte[] words, BiConsumer<String, byte[]> each) {
        var in = ByteBuffer.wrap(words);
        for (int columns = in.getInt(); columns > 0; columns--) {
            String column = name(in);
            for (int texts = in.getInt(); texts > 0; texts--) {
                each.accept(column, next(in));
            }
        }
    }

    /** Reads the name of a column. */
    static String name(ByteBuffer in) {
        return new String(next(in), UTF_8);
    }

    private static byte[] next(ByteBuffer in) {
        var bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    private static void skip(ByteBuffer in) {
        int length = in.getInt();
        in.position(in.position() + length);
    }
}
