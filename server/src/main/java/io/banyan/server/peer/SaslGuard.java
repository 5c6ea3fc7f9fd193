package io.banyan.server.peer;

import io.banyan.server.sasl.PeerSasl;
import io.banyan.server.sasl.SaslSide;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SASL between servers, over TLS or plaintext. While an ensemble goes over to it, some prove who
/// they are and some do not: then the first bytes of who comes in tell.
///
/// A packet of it, on both ports:
///
/// | offset | size | |
/// | --- | --- | --- |
/// | 0 | 8 | a number that no vote and no quorum packet begins with |
/// | 8 | 4 | status: 0 goes on, 1 done, -1 failed |
/// | 12 | 4 | length of the token, -1 for none |
/// | 16 | n | token |
public final class SaslGuard implements PeerGuard {
    private static final Logger LOG = LoggerFactory.getLogger(SaslGuard.class);

    private static final long MAGIC = -0xa0dbcafecafe1234L;

    /// What a packet begins with, read as an int, as a server without SASL does.
    static final int BEGINS_WITH = (int) (MAGIC >>> Integer.SIZE);

    private static final int GOES_ON = 0;
    private static final int DONE = 1;
    private static final int FAILED = -1;

    /// A Kerberos ticket may carry all groups of its owner.
    private static final int TOKEN_BYTES_MAX = 128 * 1024;

    /// The longest mechanism has three.
    private static final int ROUNDS_MAX = 6;

    private final PeerGuard below;
    private final PeerSasl sasl;
    private final boolean dialsWithSasl;
    private final boolean required;
    private final int millisMax;

    /// @param below what the connection is secured by before
    /// @param dialsWithSasl `quorum.auth.learnerRequireSasl`
    /// @param required `quorum.auth.serverRequireSasl`
    /// @param millisMax of an exchange in all
    public SaslGuard(
            PeerGuard below,
            PeerSasl sasl,
            boolean dialsWithSasl,
            boolean required,
            int millisMax) {
        this.below = below;
        this.sasl = sasl;
        this.dialsWithSasl = dialsWithSasl;
        this.required = required;
        this.millisMax = millisMax;
    }

    @Override
    public Socket dialled(Socket plain, String host) throws IOException {
        return below.dialled(plain, host);
    }

    @Override
    public Socket accepted(Socket plain) throws IOException {
        return below.accepted(plain);
    }

    private static final class Packet {
        final int status;
        final byte @Nullable [] token;

        Packet(int status, byte @Nullable [] token) {
            this.status = status;
            this.token = token;
        }
    }

    // ---- we dialled

    @Override
    public void logIn(Socket socket, String host) throws IOException {
        if (!dialsWithSasl) {
            return;
        }
        var wire = new Wire(socket, millisMax);
        try {
            SaslSide side = sasl.dialling(host);
            wire.send(GOES_ON, side.first());
            exchange(side, wire);
        } catch (SaslException e) {
            throw new NotLetIn("SASL: " + e.getMessage(), e);
        } catch (EOFException | SocketException e) {
            throw new NotLetIn(
                    "SASL: it hung up; does it have quorum.auth.enableSasl=true, and what does its"
                            + " log say?",
                    e);
        } catch (SocketTimeoutException e) {
            throw new NotLetIn("SASL: no answer for " + millisMax + " ms", e);
        }
        socket.setSoTimeout(0);
    }

    private static void exchange(SaslSide side, Wire wire) throws IOException {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Packet packet = wire.receive();
            if (packet.status == FAILED) {
                throw new SaslException(
                        "it does not know the user " + side.user() + ", or by another password");
            }
            byte[] answer = null;
            if (!side.isComplete()) {
                if (packet.token == null) {
                    throw new SaslException("it sent no token");
                }
                answer = side.answer(packet.token);
            }
            if (packet.status == DONE) {
                // It must have proved that it is one of ours, too.
                if (!side.isComplete() || answer != null) {
                    throw new SaslException("it ended before both had proved who they are");
                }
                return;
            }
            if (answer == null) {
                throw new SaslException("it goes on and on");
            }
            wire.send(GOES_ON, answer);
        }
        throw new SaslException("it goes on and on");
    }

    // ---- we were dialled

    @Override
    public Socket letIn(Socket socket) throws IOException {
        var wire = new Wire(socket, millisMax);
        var first = new byte[Long.BYTES];
        int length = wire.readSome(first);
        if (length < Long.BYTES || ByteBuffer.wrap(first).getLong() != MAGIC) {
            if (required) {
                throw new NotLetIn(
                        "it does not prove who it is, which quorum.auth.serverRequireSasl=true asks"
                                + " for: set quorum.auth.learnerRequireSasl=true there");
            }
            socket.setSoTimeout(0);
            return GuardedSocket.unread(socket, first, length);
        }
        try {
            accept(wire);
        } catch (EOFException | SocketException e) {
            throw new NotLetIn("SASL: it hung up", e);
        } catch (SocketTimeoutException e) {
            throw new NotLetIn("SASL: it was not done in " + millisMax + " ms", e);
        }
        socket.setSoTimeout(0);
        return socket;
    }

    private void accept(Wire wire) throws IOException {
        SaslSide side = sasl.accepting();
        Packet packet = wire.receiveBehindMagic();
        try {
            for (int round = 0; round < ROUNDS_MAX; round++) {
                if (packet.token == null || packet.status == FAILED) {
                    throw new SaslException("user " + side.user() + ": it gave up");
                }
                byte[] answer = side.answer(packet.token);
                if (side.isComplete()) {
                    wire.send(DONE, answer);
                    LOG.debug("SASL peer={} user={}", wire, side.user());
                    return;
                }
                wire.send(GOES_ON, answer);
                packet = wire.receive();
            }
            throw new SaslException("user " + side.user() + ": it goes on and on");
        } catch (SaslException e) {
            wire.send(FAILED, new byte[0]);
            throw new NotLetIn("SASL: " + e.getMessage(), e);
        }
    }

    /// One exchange's packets, all within one limit of time: who sends a byte now and then gets no
    /// further than who sends none.
    private static final class Wire {
        private final Socket socket;
        private final InputStream in;
        private final long endNanos;

        Wire(Socket socket, int millisMax) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
        }

        void send(int status, byte @Nullable [] token) throws IOException {
            int length = token == null ? 0 : token.length;
            var bytes = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + length);
            bytes.putLong(MAGIC).putInt(status).putInt(token == null ? -1 : length);
            if (token != null) {
                bytes.put(token);
            }
            socket.getOutputStream().write(bytes.array());
            socket.getOutputStream().flush();
        }

        Packet receive() throws IOException {
            long magic = read(Long.BYTES).getLong();
            if (magic != MAGIC) {
                throw new SaslException(
                        "its answer is no packet of SASL, but begins with 0x"
                                + Long.toHexString(magic));
            }
            return receiveBehindMagic();
        }

        Packet receiveBehindMagic() throws IOException {
            ByteBuffer head = read(2 * Integer.BYTES);
            int status = head.getInt();
            int length = head.getInt();
            if (length < -1 || length > TOKEN_BYTES_MAX) {
                throw new SaslException("a token of " + length + " bytes");
            }
            return new Packet(status, length < 0 ? null : read(length).array());
        }

        private ByteBuffer read(int length) throws IOException {
            var bytes = new byte[length];
            for (int have = 0; have < length; ) {
                int more = readOnce(bytes, have);
                if (more < 0) {
                    throw new EOFException();
                }
                have += more;
            }
            return ByteBuffer.wrap(bytes);
        }

        /// @return how many came before it ended or fell silent
        int readSome(byte[] bytes) throws IOException {
            int have = 0;
            try {
                while (have < bytes.length) {
                    int more = readOnce(bytes, have);
                    if (more < 0) {
                        return have;
                    }
                    have += more;
                }
            } catch (SocketTimeoutException | SocketException e) {
                // Who only knocks is gone by now; who has no vote to send is silent.
                LOG.debug("no more than {} bytes of {}: {}", have, this, e.toString());
            }
            return have;
        }

        private int readOnce(byte[] bytes, int from) throws IOException {
            long millisLeft = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            if (millisLeft <= 0) {
                throw new SocketTimeoutException();
            }
            socket.setSoTimeout((int) millisLeft);
            return in.read(bytes, from, bytes.length - from);
        }

        @Override
        public String toString() {
            return Sockets.nameOf(socket);
        }
    }
}
