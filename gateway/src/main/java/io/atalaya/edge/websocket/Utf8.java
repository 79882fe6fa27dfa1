package io.atalaya.edge.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;

/** Whether bytes are UTF-8 (RFC 6455 section 8.1). Stateless. */
final class Utf8 {
    private Utf8() {}

    static boolean isValid(ByteBuf bytes) {
        boolean ascii = bytes.forEachByte(b -> b >= 0) < 0;
        return ascii || decodes(bytes);
    }

    private static boolean decodes(ByteBuf bytes) {
        try {
            UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(bytes.nioBuffer());
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
