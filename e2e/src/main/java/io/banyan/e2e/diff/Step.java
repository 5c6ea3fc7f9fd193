package io.banyan.e2e.diff;

import io.banyan.e2e.raw.Op;
import java.util.List;

/// One thing that one of the script's clients does. A client is a slot: it keeps its session's id
/// and password, and has at most one connection.
sealed interface Step {

    int slot();

    /// How a connection begins.
    enum Handshake {
        /// A session of its own; one that the slot still has is ended first.
        NEW,
        /// The same, by a client from before 3.4, which sends no read-only flag.
        NEW_OLD_CLIENT,
        /// The same, with a protocol version that nobody has, no password, and more bytes than
        /// needed.
        NEW_ODD,
        /// The slot's session on another connection, the old one still open or not.
        RESUME,
        /// The slot's session with a wrong password, when it has no connection.
        WRONG_PASSWORD,
        /// A session that never was.
        UNKNOWN_SESSION,
        /// A client that has seen the future.
        ZXID_AHEAD,
        /// A handshake cut short.
        CUT
    }

    /// @param timeoutMillis what the client asks for
    record Connect(int slot, Handshake how, int timeoutMillis) implements Step {
        @Override
        public String toString() {
            return "s" + slot + " connect " + how + " timeout=" + timeoutMillis;
        }
    }

    /// The client hangs up; its session lives on.
    record Drop(int slot) implements Step {
        @Override
        public String toString() {
            return "s" + slot + " drop the connection";
        }
    }

    /// A request.
    ///
    /// @param burst 0 for a request that is waited for; requests that stand together with the same
    ///   other number are all sent at once, by all their slots
    record Call(int slot, int burst, int xid, int op, List<Field> body) implements Step {
        public Call {
            body = List.copyOf(body);
        }

        @Override
        public String toString() {
            return "s"
                    + slot
                    + (burst == 0 ? "" : " burst" + burst)
                    + " #"
                    + xid
                    + " "
                    + Op.name(op)
                    + Field.texts(body);
        }
    }

    /// Bytes that are no request at all.
    record Garbage(int slot, String hex) implements Step {
        @Override
        public String toString() {
            return "s" + slot + " sends the bytes " + hex;
        }
    }
}
