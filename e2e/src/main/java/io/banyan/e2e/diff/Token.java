package io.banyan.e2e.diff;

/// A piece of what a server answered, by how it is compared.
sealed interface Token {

    /// Must be equal.
    record Text(String text) implements Token {
        @Override
        public String toString() {
            return text;
        }
    }

    /// Must stand for the same transaction. Not positive: must be equal.
    record Zxid(long zxid) implements Token {
        @Override
        public String toString() {
            return "zxid:" + Long.toHexString(zxid);
        }
    }

    /// The zxid in the header of a reply: what was last processed when the reply was made.
    ///
    /// @param exact whether nothing else was under way, so that it must stand for the same
    ///   transaction
    /// @param malformedWrite answer to a write that could not be read
    record HeaderZxid(long zxid, boolean exact, boolean malformedWrite) implements Token {
        @Override
        public String toString() {
            return "zxid:" + Long.toHexString(zxid) + (exact ? "" : "~");
        }
    }

    /// The time of a transaction: the same wherever the same server tells it.
    record Time(long zxid, long millis) implements Token {
        @Override
        public String toString() {
            return "time:" + millis;
        }
    }

    /// A watch event, at its place in the stream of its connection.
    record Event(String text, Zxid zxid) implements Token {
        @Override
        public String toString() {
            return "EVENT " + text + " " + zxid;
        }
    }

    /// Must stand for the same session.
    record Session(long id) implements Token {
        @Override
        public String toString() {
            return "session:" + Long.toHexString(id);
        }
    }
}
