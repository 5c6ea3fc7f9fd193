package io.banyan.sim;

import io.banyan.wire.JuteReader;
import io.banyan.wire.TxnHeader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What was proposed in a run, each transaction with the one before it: a tree of possible
/// histories. One path of it becomes the canonical history: what is committed. It holds facts;
/// checkers judge them.
final class History {
    /// A write of a client, wherever it came in.
    record Key(long sessionId, int cxid) {}

    /// @param parent the zxid before it in its proposer's history
    /// @param model after it
    @SuppressWarnings("ArrayRecordComponent") // compared by hand
    record Txn(long zxid, long parent, byte[] payload, int proposer, Model model) {}

    private final Map<Key, Request> asked = new HashMap<>();

    /// Sessions that may be at two observers of one master.
    private final Set<Long> doubled = new HashSet<>();

    private final Map<Key, Model.Outcome> outcomes = new HashMap<>();
    private final TreeMap<Long, Txn> proposed = new TreeMap<>();
    private final TreeMap<Long, Model> committed = new TreeMap<>();
    private final long startZxid;
    private final Model start;

    /// @param start the model of the database that every server begins with
    History(Model start) {
        this.start = start;
        startZxid = start.zxid();
        committed.put(startZxid, start);
    }

    long committedZxid() {
        return committed.lastKey();
    }

    int txns() {
        return committed.size() - 1;
    }

    /// A client sends this.
    void asked(long sessionId, int cxid, Request request) {
        asked.put(new Key(sessionId, cxid), request);
    }

    /// A client comes back on another connection, where there are observer masters. One that has
    /// both connections behind it knows which came last to ask the leader for the session: mostly
    /// the latter, but the former asks again if it outlives an election. It refuses what comes on
    /// the other one, by a transaction.
    void comesBack(long sessionId) {
        doubled.add(sessionId);
    }

    /// A leader proposes.
    ///
    /// @throws Violation if the transaction is not what its request leads to
    void propose(int proposer, long parent, long zxid, byte[] payload) {
        TxnHeader header = TxnHeader.decode(new JuteReader(payload));
        var key = new Key(header.clientId(), header.cxid());
        boolean doubles = doubled.contains(header.clientId());
        Model model = modelAt(parent).after(payload, asked.get(key), doubles);
        proposed.put(zxid, new Txn(zxid, parent, payload, proposer, model));
    }

    /// A server on its own came back without what it had proposed behind this: it uses the zxids
    /// again.
    void forgetAfter(long zxid) {
        proposed.tailMap(zxid, false).clear();
    }

    @Nullable Txn proposal(long zxid) {
        return proposed.get(zxid);
    }

    /// Whether this is the transaction that was proposed under this zxid.
    boolean isProposed(long zxid, byte[] payload) {
        Txn txn = proposed.get(zxid);
        return txn != null && Arrays.equals(txn.payload(), payload);
    }

    /// Whether this can be the last transaction of a server's history.
    boolean isKnown(long zxid) {
        return zxid == startZxid || proposed.containsKey(zxid);
    }

    boolean isCommitted(long zxid) {
        return committed.containsKey(zxid);
    }

    /// The zxid before this one; -1 if nothing was.
    long before(long zxid) {
        Txn txn = proposed.get(zxid);
        return txn == null ? -1 : txn.parent();
    }

    /// Whether the history that ends with `last` holds `zxid`.
    boolean leadsTo(long zxid, long last) {
        long each = last;
        while (each > zxid) {
            each = before(each);
        }
        return each == zxid;
    }

    /// The next transaction of the canonical history.
    ///
    /// @throws Violation if it came twice
    void commit(Txn txn) {
        committed.put(txn.zxid(), txn.model());
        TxnHeader header = TxnHeader.decode(new JuteReader(txn.payload()));
        Model.Outcome outcome = txn.model().outcome();
        if (header.cxid() != 0 && outcome != null) {
            var key = new Key(header.clientId(), header.cxid());
            Violation.unless(
                    outcomes.put(key, outcome) == null,
                    "AcknowledgedMeansKept",
                    "request " + key + " happened twice, again at " + hex(txn.zxid()));
        }
    }

    /// @return null if it never became committed
    Model.@Nullable Outcome outcome(long sessionId, int cxid) {
        return outcomes.get(new Key(sessionId, cxid));
    }

    /// The model after this transaction, committed or not.
    Model modelAt(long zxid) {
        if (zxid == startZxid) {
            return start;
        }
        Txn txn = proposed.get(zxid);
        if (txn == null) {
            throw new Violation("LogAgreement", hex(zxid) + " was never proposed");
        }
        return txn.model();
    }

    /// The model after this committed transaction.
    Model at(long zxid) {
        Model model = committed.get(zxid);
        if (model == null) {
            throw new Violation(
                    "SessionOrder",
                    "a client was shown " + hex(zxid) + ", which was never committed");
        }
        return model;
    }

    Model last() {
        return committed.lastEntry().getValue();
    }

    /// Models after `from` up to `to`, in order.
    Iterable<Model> between(long from, long to) {
        return from >= to ? List.of() : committed.subMap(from, false, to, true).values();
    }

    static String hex(long zxid) {
        return "0x" + Long.toHexString(zxid);
    }
}
