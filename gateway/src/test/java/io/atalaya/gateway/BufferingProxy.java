package io.atalaya.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A reverse proxy as they come: speaks HTTP/1.0 to the server, holds an answer back until so much of it has collected,
 * compresses nothing, and passes it on in chunks. Only {@code X-Accel-Buffering: no} makes it hold nothing back.
 * Thread-safe: a thread for each connection, which shares nothing.
 */
final class BufferingProxy implements AutoCloseable {
    private static final int HELD_BACK_BYTES = 16 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final CopyOnWriteArrayList<Socket> open = new CopyOnWriteArrayList<>();

    BufferingProxy(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client;
                var server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            open.add(server);
            String request = readHead(client.getInputStream());
            String asked =
                    request.replaceFirst(" HTTP/1.1\r\n", " HTTP/1.0\r\n").replaceFirst("(?im)^connection:.*\r\n", "");
            server.getOutputStream().write(asked.getBytes(US_ASCII));
            answer(server.getInputStream(), client.getOutputStream());
        } catch (IOException _) {
            // one side has left, and the other is closed with it
        }
    }

    private static void answer(InputStream from, OutputStream to) throws IOException {
        String head = readHead(from);
        boolean held = !head.toLowerCase(Locale.ROOT).contains("\r\nx-accel-buffering: no\r\n");
        String passedOn = head.replaceFirst("(?im)^connection:.*\r\n", "")
                .replaceFirst("(?im)^x-accel-buffering:.*\r\n", "")
                .replaceFirst("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n");
        to.write(passedOn.getBytes(US_ASCII));
        to.flush();
        var collected = new ByteArrayOutputStream();
        byte[] some = new byte[HELD_BACK_BYTES];
        for (int read = from.read(some); read >= 0; read = from.read(some)) {
            collected.write(some, 0, read);
            if (!held || collected.size() >= HELD_BACK_BYTES) {
                writeChunk(to, collected);
            }
        }
        if (collected.size() > 0) {
            writeChunk(to, collected);
        }
        to.write("0\r\n\r\n".getBytes(US_ASCII));
    }

    private static void writeChunk(OutputStream to, ByteArrayOutputStream collected) throws IOException {
        to.write((Integer.toHexString(collected.size()) + "\r\n").getBytes(US_ASCII));
        collected.writeTo(to);
        to.write("\r\n".getBytes(US_ASCII));
        to.flush();
        collected.reset();
    }

    private static String readHead(InputStream from) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(US_ASCII).endsWith("\r\n\r\n")) {
            int next = from.read();
            if (next < 0) {
                throw new IOException("end of stream in a head");
            }
            head.write(next);
        }
        return head.toString(US_ASCII);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
