package io.banyan.sim;

import io.banyan.wire.JuteReader;
import io.banyan.wire.TxnHeader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The one canonical history of a run: what was proposed, what of it became committed, and the
/// model after each committed transaction. It holds facts; checkers judge them.
final class History {
    /// A write of a client, wherever it came in.
    record Key(long sessionId, int cxid) {}

    private final Map<Key, Request> asked = new HashMap<>();
    private final Map<Key, Model.Outcome> outcomes = new HashMap<>();
    private final TreeMap<Long, byte[]> proposed = new TreeMap<>();
    private final TreeMap<Long, Model> models = new TreeMap<>();

    /// @param start the model of a fresh database
    History(Model start) {
        models.put(start.zxid(), start);
    }

    long committedZxid() {
        return models.lastKey();
    }

    long proposedZxid() {
        return proposed.isEmpty() ? committedZxid() : Math.max(proposed.lastKey(), committedZxid());
    }

    int txns() {
        return models.size() - 1;
    }

    /// A client sends this.
    void asked(long sessionId, int cxid, Request request) {
        asked.put(new Key(sessionId, cxid), request);
    }

    void propose(long zxid, byte[] payload) {
        Violation.unless(
                zxid == proposedZxid() + 1,
                "LinearizableWrites",
                "proposed " + hex(zxid) + " after " + hex(proposedZxid()));
        proposed.put(zxid, payload);
    }

    /// Everything proposed up to this zxid is committed.
    ///
    /// @throws Violation if a transaction is not what its request leads to, or came twice
    void commit(long zxid) {
        for (var next = proposed.firstEntry();
                next != null && next.getKey() <= zxid;
                next = proposed.firstEntry()) {
            proposed.pollFirstEntry();
            long each = next.getKey();
            byte[] payload = next.getValue();
            TxnHeader header = TxnHeader.decode(new JuteReader(payload));
            var key = new Key(header.clientId(), header.cxid());
            Model model = models.lastEntry().getValue().after(payload, asked.get(key));
            models.put(each, model);
            Model.Outcome outcome = model.outcome();
            if (header.cxid() != 0 && outcome != null) {
                Violation.unless(
                        outcomes.put(key, outcome) == null,
                        "AcknowledgedMeansKept",
                        "request " + key + " happened twice, again at " + hex(each));
            }
        }
    }

    /// What was proposed and not committed is gone.
    void forgetProposed() {
        proposed.clear();
    }

    boolean isProposed(long zxid) {
        return proposed.containsKey(zxid);
    }

    /// @return null if it never became committed
    Model.@Nullable Outcome outcome(long sessionId, int cxid) {
        return outcomes.get(new Key(sessionId, cxid));
    }

    /// The model after this committed transaction.
    Model at(long zxid) {
        Model model = models.get(zxid);
        if (model == null) {
            throw new Violation(
                    "SessionOrder",
                    "a client was shown " + hex(zxid) + ", which was never committed");
        }
        return model;
    }

    Model last() {
        return models.lastEntry().getValue();
    }

    /// Models after `from` up to `to`, in order.
    Iterable<Model> between(long from, long to) {
        return from >= to ? List.of() : models.subMap(from, false, to, true).values();
    }

    static String hex(long zxid) {
        return "0x" + Long.toHexString(zxid);
    }
}
