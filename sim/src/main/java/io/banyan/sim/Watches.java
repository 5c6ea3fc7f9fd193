package io.banyan.sim;

import io.banyan.sim.Model.Change;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.OpCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Promise 7, for one connection: exactly the events that the table of triggers says, in the order
/// of transactions, each before any reply that shows its change.
///
/// A reply's zxid tells how much the client is shown. Up to there the committed transactions are
/// run over a dumb twin of the server's watches, and what it fires must have come, and nothing
/// else.
final class Watches {
    private static final String PROMISE = "Watches";
    static final int STANDARD = 1;
    static final int PERSISTENT = 2;
    static final int RECURSIVE = 4;

    /// @param zxid -1 for what a client had missed when it re-armed
    record Event(long zxid, int type, String path) {}

    private final History history;
    private final Map<String, Integer> data = new HashMap<>();
    private final Map<String, Integer> child = new HashMap<>();
    private final ArrayDeque<Event> due = new ArrayDeque<>();
    private final List<Event> missed = new ArrayList<>();
    private long zxid = -1;

    Watches(History history) {
        this.history = history;
    }

    void event(Event event) {
        if (event.zxid() < 0) {
            missed.add(event);
            return;
        }
        advance(event.zxid());
        Event next = due.poll();
        Violation.unless(
                event.equals(next), PROMISE, event + " came, by the model " + next + " was next");
    }

    /// A reply is about to be looked at.
    void reply(long replyZxid, Request request) {
        advance(replyZxid);
        Violation.unless(
                due.isEmpty(), PROMISE, due.peek() + " had to come before the reply to " + request);
        Violation.unless(
                missed.isEmpty() || request instanceof Request.Rearm,
                PROMISE,
                missed + " came though nothing was re-armed");
    }

    private void advance(long to) {
        if (zxid >= 0 && (!data.isEmpty() || !child.isEmpty())) {
            for (Model each : history.between(zxid, to)) {
                for (Change change : each.changes()) {
                    fire(each.zxid(), change);
                }
            }
        }
        zxid = Math.max(zxid, to);
    }

    private void fire(long at, Change change) {
        String path = change.path();
        String parent = Model.parentOf(path);
        switch (change.kind()) {
            case CREATED -> {
                fireData(at, 1, path);
                fireChild(at, 4, parent, false);
            }
            case DELETED -> {
                boolean told = fireData(at, 2, path);
                fireChild(at, 2, path, told);
                fireChild(at, 4, parent, false);
            }
            case DATA_CHANGED -> fireData(at, 3, path);
        }
    }

    private boolean fireData(long at, int type, String path) {
        boolean hit = data.containsKey(path);
        for (String up = path; !hit && !up.equals("/"); ) {
            up = Model.parentOf(up);
            hit = (data.getOrDefault(up, 0) & RECURSIVE) != 0;
        }
        if (hit) {
            due.add(new Event(at, type, path));
        }
        consume(data, path);
        return hit;
    }

    private void fireChild(long at, int type, String path, boolean told) {
        if (child.containsKey(path) && !told) {
            due.add(new Event(at, type, path));
        }
        consume(child, path);
    }

    private static void consume(Map<String, Integer> side, String path) {
        side.computeIfPresent(path, (p, modes) -> left(modes, STANDARD));
    }

    private static @org.jspecify.annotations.Nullable Integer left(int modes, int gone) {
        return (modes & ~gone) == 0 ? null : modes & ~gone;
    }

    private static void add(Map<String, Integer> side, String path, int mode) {
        side.merge(path, mode, (a, b) -> a | b);
    }

    // ---- what replies leave behind

    void read(Request.Read read, int err) {
        if (!read.watch()) {
            return;
        }
        if (read.opcode() == OpCode.EXISTS) {
            add(data, read.path(), STANDARD);
        } else if (err == ErrorCode.OK) {
            add(read.opcode() == OpCode.GET_DATA ? data : child, read.path(), STANDARD);
        }
    }

    void added(Request.AddWatch request) {
        if (request.mode() == 1) {
            add(data, request.path(), RECURSIVE);
        } else {
            add(data, request.path(), PERSISTENT);
            add(child, request.path(), PERSISTENT);
        }
    }

    void removed(Request.RemoveWatches request, int err) {
        int ofData =
                switch (request.type()) {
                    case 2 -> STANDARD;
                    case 3 -> STANDARD | PERSISTENT | RECURSIVE;
                    case 4 -> PERSISTENT;
                    case 5 -> RECURSIVE;
                    default -> 0;
                };
        int ofChild =
                switch (request.type()) {
                    case 1 -> STANDARD;
                    case 3 -> STANDARD | PERSISTENT | RECURSIVE;
                    case 4 -> PERSISTENT;
                    default -> 0;
                };
        boolean there =
                (data.getOrDefault(request.path(), 0) & ofData) != 0
                        || (child.getOrDefault(request.path(), 0) & ofChild) != 0;
        Violation.unless(
                err == (there ? ErrorCode.OK : ErrorCode.NO_WATCHER),
                PROMISE,
                request + " was told " + err);
        data.computeIfPresent(request.path(), (p, modes) -> left(modes, ofData));
        child.computeIfPresent(request.path(), (p, modes) -> left(modes, ofChild));
    }

    /// The reply to a re-arming at this zxid: what had been missed must have come by now.
    void rearmed(Request.Rearm request, long at) {
        Model model = history.at(at);
        var wanted = new ArrayList<Event>();
        for (String path : request.data()) {
            Model.Node node = model.node(path);
            if (node == null) {
                wanted.add(new Event(-1, 2, path));
            } else if (node.mzxid() > request.seenZxid()) {
                wanted.add(new Event(-1, 3, path));
            } else {
                add(data, path, STANDARD);
            }
        }
        for (String path : request.exist()) {
            if (model.node(path) != null) {
                wanted.add(new Event(-1, 1, path));
            } else {
                add(data, path, STANDARD);
            }
        }
        for (String path : request.child()) {
            Model.Node node = model.node(path);
            if (node == null) {
                wanted.add(new Event(-1, 2, path));
            } else if (node.pzxid() > request.seenZxid()) {
                wanted.add(new Event(-1, 4, path));
            } else {
                add(child, path, STANDARD);
            }
        }
        request.persistent().forEach(path -> add(data, path, PERSISTENT));
        request.persistent().forEach(path -> add(child, path, PERSISTENT));
        request.recursive().forEach(path -> add(data, path, RECURSIVE));
        Violation.unless(
                missed.equals(wanted), PROMISE, "re-arming told " + missed + ", not " + wanted);
        missed.clear();
    }
}
