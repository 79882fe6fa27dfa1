package io.atalaya.sqlite.segment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.sqlite.IdHash;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Which texts a segment may have, in a tenth of the room that they need themselves: a split-block Bloom filter (Putze,
 * Sanders and Singler, 2007) of the pairs of column and text. It never denies a text that is there, and lets one of about
 * a hundred others pass. Stateless.
 *
 * <p>The version (1 byte), then blocks of 256 bits. A pair sets eight bits of one block, one in each 32 of them.
 */
public final class Sieve {
    private static final byte VERSION = 1;
    private static final int HEAD = 1;
    private static final int BLOCK_BITS = 256;
    private static final int BLOCK_BYTES = BLOCK_BITS / Byte.SIZE;
    private static final int BITS_PER_TEXT = 10;

    /** Odd numbers, as the Parquet format has them. */
    private static final int[] SALTS = {
        0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31
    };

    private Sieve() {}

    /** Makes the sieve of a segment's {@code words}. */
    public static byte[] of(byte[] words, IdHash hash) {
        int texts = Words.count(words);
        int blocks = Math.max(1, Math.ceilDiv(texts * BITS_PER_TEXT, BLOCK_BITS));
        var sieve = ByteBuffer.allocate(HEAD + blocks * BLOCK_BYTES).put(0, VERSION);
        Words.forEach(words, (column, text) -> {
            long print = print(column, text, hash);
            int block = block(print, blocks);
            for (int i = 0; i < SALTS.length; i++) {
                int at = HEAD + block * BLOCK_BYTES + i * Integer.BYTES;
                sieve.putInt(at, sieve.getInt(at) | bit(print, i));
            }
        });
        return sieve.array();
    }

    /** The fingerprints of what a filter asks for. */
    public static long[] prints(Map<String, String> equal, IdHash hash) {
        return equal.entrySet().stream()
                .mapToLong(one -> print(one.getKey(), one.getValue().getBytes(UTF_8), hash))
                .toArray();
    }

    /** No name of a column has a blank. */
    private static long print(String column, byte[] text, IdHash hash) {
        return hash.of(column + ' ' + new String(text, ISO_8859_1)).first();
    }

    private static int block(long print, int blocks) {
        return (int) (((print >>> Integer.SIZE) * blocks) >>> Integer.SIZE);
    }

    private static int bit(long print, int salt) {
        return 1 << (((int) print * SALTS[salt]) >>> 27);
    }

    /** Whether an event of the segment may have everything asked for; a sieve of another version denies nothing. */
    public static boolean mayHave(byte[] sieve, long[] prints) {
        if (sieve.length <= HEAD || sieve[0] != VERSION) {
            return true;
        }
        var bits = ByteBuffer.wrap(sieve);
        int blocks = (sieve.length - HEAD) / BLOCK_BYTES;
        for (long print : prints) {
            int block = HEAD + block(print, blocks) * BLOCK_BYTES;
            for (int i = 0; i < SALTS.length; i++) {
                if ((bits.getInt(block + i * Integer.BYTES) & bit(print, i)) == 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
