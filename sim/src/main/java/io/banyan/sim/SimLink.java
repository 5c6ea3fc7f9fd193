package io.banyan.sim;

import io.banyan.replica.Input;
import io.banyan.tree.State;
import io.banyan.zab.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A connection between the quorum ports of two servers: two first-in-first-out pipes. What is on
/// its way when it breaks is lost from some message on, in each direction; while one end cannot
/// reach the other its messages wait; and an end may never hear that the other is gone.
final class SimLink {
    /// An end of the connection.
    private static final class End {
        final SimServer server;
        final int life;

        /// The connection's number at this end.
        final long number;

        /// Whether this end has hung up or heard that the connection is gone.
        boolean closed;

        /// Messages that are on their way to this end.
        final ArrayDeque<Flying> pipe = new ArrayDeque<>();

        long lastArrivalMicros;
        long clogUntilMicros;
        boolean scheduled;
        long received;
        long sent;

        End(SimServer server, long number) {
            this.server = server;
            this.life = server.life();
            this.number = number;
        }

        boolean isThere() {
            return !closed && server.lives(life);
        }
    }

    /// @param bytes as on the wire; null for an image and for the end of the connection
    /// @param sequence how many messages came before: none is lost or passed by another
    @SuppressWarnings("ArrayRecordComponent") // never changed, never compared
    private record Flying(
            String name,
            byte @Nullable [] bytes,
            @Nullable State image,
            long imageZxid,
            long sequence,
            long arrivalMicros) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String HANG_UP = "hang up";

    private final World world;
    private final RandomGenerator random;
    private final End dialler;
    private final End acceptor;
    private boolean cut;

    /// @param dialledAs the number at the end that dialled
    /// @param acceptedAs the number at the other end
    SimLink(
            World world,
            RandomGenerator random,
            SimServer from,
            long dialledAs,
            SimServer to,
            long acceptedAs) {
        this.world = world;
        this.random = random;
        this.dialler = new End(from, dialledAs);
        this.acceptor = new End(to, acceptedAs);
    }

    boolean isOver() {
        return cut || (dialler.closed && acceptor.closed);
    }

    boolean isBetween(SimServer one, SimServer other) {
        return (dialler.server == one && acceptor.server == other)
                || (dialler.server == other && acceptor.server == one);
    }

    private End endOf(SimServer server) {
        return server == dialler.server ? dialler : acceptor;
    }

    private End otherThan(End end) {
        return end == dialler ? acceptor : dialler;
    }

    // ---- from the servers

    /// Sends a message; the learner is the end that dialled.
    void send(SimServer from, Message message) {
        End end = endOf(from);
        boolean toLeader = end == dialler;
        for (Message each : world.plants().outgoing(message, toLeader)) {
            enqueue(end, PeerTrace.nameOf(each), PeerWire.encode(each), null, 0);
        }
    }

    void sendImage(SimServer from, long zxid, State image) {
        enqueue(endOf(from), "SNAP", null, image, zxid);
    }

    void hangUp(SimServer from) {
        End end = endOf(from);
        enqueue(end, HANG_UP, null, null, 0);
        end.closed = true;
        end.pipe.clear();
    }

    private void enqueue(
            End from, String name, byte @Nullable [] bytes, @Nullable State image, long zxid) {
        if (from.closed || cut) {
            return;
        }
        End to = otherThan(from);
        world.network().noteSent(from.server.id(), to.server.id(), name);
        long now = world.timeline().nowMicros();
        long delay = 1L + random.nextInt(world.setup().delayMicros());
        if (image != null) {
            delay += 10L * random.nextInt(world.setup().delayMicros());
        }
        if (bytes != null) {
            world.trace().mix(bytes);
        }
        to.lastArrivalMicros = Math.max(to.lastArrivalMicros, now + delay);
        to.pipe.add(new Flying(name, bytes, image, zxid, from.sent++, to.lastArrivalMicros));
        pump(to);
    }

    // ---- on the way

    /// Brings what waits on its way to both ends, after a partition ended.
    void resume() {
        pump(dialler);
        pump(acceptor);
    }

    private void pump(End to) {
        if (to.scheduled || cut || to.pipe.isEmpty()) {
            return;
        }
        End from = otherThan(to);
        if (!world.network().reaches(from.server, to.server)) {
            return; // Until it does again: see resume().
        }
        Flying head = to.pipe.getFirst();
        if (world.network().holds(from.server.id(), to.server.id(), head.name)) {
            return;
        }
        to.scheduled = true;
        Timeline timeline = world.timeline();
        long at = Math.max(head.arrivalMicros, to.clogUntilMicros);
        timeline.after(
                at - timeline.nowMicros(),
                () -> {
                    to.scheduled = false;
                    End sender = otherThan(to);
                    if (!cut
                            && !to.pipe.isEmpty()
                            && timeline.nowMicros() >= to.clogUntilMicros
                            && world.network().reaches(sender.server, to.server)
                            && !world.network()
                                    .holds(
                                            sender.server.id(),
                                            to.server.id(),
                                            to.pipe.getFirst().name)) {
                        arrive(to, to.pipe.removeFirst());
                    }
                    pump(to);
                });
    }

    /// Lets one message through that is being held.
    ///
    /// @return whether the next message on the way to this server has that name
    boolean release(SimServer to, String name) {
        End end = endOf(to);
        if (cut || end.pipe.isEmpty() || !end.pipe.getFirst().name.equals(name)) {
            return false;
        }
        arrive(end, end.pipe.removeFirst());
        pump(end);
        return true;
    }

    /// Loses the next message on the way to this server, which no connection does.
    boolean loseNext(SimServer to, String name) {
        End end = endOf(to);
        if (cut || end.pipe.isEmpty() || !end.pipe.getFirst().name.equals(name)) {
            return false;
        }
        end.pipe.removeFirst();
        end.received++;
        pump(end);
        return true;
    }

    private void arrive(End to, Flying flying) {
        End from = otherThan(to);
        if (!to.isThere()) {
            // The machine answers for a connection that it does not know (any more).
            if (to.server.isMachineOn() && from.isThere()) {
                lose(from, "reset by peer");
            }
            return;
        }
        Violation.unless(
                flying.sequence == to.received,
                "the simulator",
                "message " + flying.sequence + " came as number " + to.received);
        to.received++;
        if (flying.name.equals(HANG_UP)) {
            to.closed = true;
            to.server.fromNetwork(new Input.LinkLost(to.number, "closed by peer"));
            return;
        }
        State image = flying.image;
        byte[] bytes = flying.bytes;
        Message message;
        if (image != null) {
            message = new Message.Snap(flying.imageZxid, world.copyOf(image, flying.imageZxid));
        } else if (bytes != null) {
            message = PeerWire.decode(bytes, to == dialler);
        } else {
            throw new IllegalStateException(flying.name);
        }
        to.server.hears(to.number, from.server.id(), message);
    }

    // ---- what goes wrong

    /// What is on its way is lost from some message on, in each direction.
    ///
    /// @param halfOpen one end is never told
    void cut(boolean halfOpen) {
        if (cut) {
            return;
        }
        world.trace("net", "cut " + this + (halfOpen ? " half open" : "") + " " + acceptor.pipe);
        int deaf = halfOpen ? random.nextInt(2) : 2;
        List<End> ends = List.of(dialler, acceptor);
        for (End to : ends) {
            int kept = to.pipe.isEmpty() ? 0 : random.nextInt(to.pipe.size() + 1);
            var before = new ArrayList<Flying>();
            while (kept-- > 0) {
                before.add(to.pipe.removeFirst());
            }
            to.pipe.clear();
            if (world.network().reaches(otherThan(to).server, to.server)) {
                before.forEach(each -> arrive(to, each));
            }
        }
        cut = true;
        for (int i = 0; i < 2; i++) {
            if (i != deaf) {
                End end = ends.get(i);
                long delay = 1L + random.nextInt(50_000);
                world.timeline().after(delay, () -> lose(end, "broken"));
            }
        }
    }

    /// All that is on its way is lost, and both ends hear of it at once.
    void cutNow() {
        dialler.pipe.clear();
        acceptor.pipe.clear();
        cut = true;
        lose(dialler, "broken");
        lose(acceptor, "broken");
    }

    /// Nothing arrives for a while, and everything afterwards.
    void clog(long micros) {
        End to = random.nextBoolean() ? dialler : acceptor;
        to.clogUntilMicros = world.timeline().nowMicros() + micros;
    }

    /// A server's process is gone: the kernel tells the other end, behind what was sent before.
    void processEnded(SimServer server) {
        End end = endOf(server);
        End other = otherThan(end);
        if (!end.closed && other.isThere()) {
            enqueue(end, HANG_UP, null, null, 0);
        }
        end.closed = true;
    }

    /// The machine is off: nobody tells anybody.
    void powerFailed(SimServer server) {
        endOf(server).closed = true;
    }

    private void lose(End end, String why) {
        if (end.isThere()) {
            end.closed = true;
            end.server.fromNetwork(new Input.LinkLost(end.number, why));
        }
    }

    @Override
    public String toString() {
        return dialler.server.id() + "->" + acceptor.server.id() + "#" + dialler.number;
    }
}
