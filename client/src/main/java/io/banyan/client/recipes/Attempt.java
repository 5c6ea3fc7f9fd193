package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.Banyan;
import io.banyan.client.Children;
import io.banyan.client.CreateMode;
import io.banyan.client.Created;
import io.banyan.client.Paths;
import io.banyan.client.WatchEvent;
import io.banyan.wire.Acl;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One place in a {@link Line}, from the request for it until its turn.
///
/// Each step hangs on the answer or the event before it, on the network thread: between a release
/// and the next lease no other thread has to wake, and who waits wakes once.
final class Attempt {
    /// @param footing on the place
    record Turn(Created created, Footing footing) {}

    private final Banyan banyan;
    private final long sessionId;
    private final AsyncBanyan inSession;
    private final String line;
    private final Line.Rule rule;
    private final String mark;
    private final CompletableFuture<Created> making;
    private final CompletableFuture<Turn> turn = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> looked = new CompletableFuture<>();

    /// Asks for a place.
    ///
    /// @param sessionId that the place is to belong to
    /// @param answerTime that a server has for each step
    Attempt(
            Banyan banyan,
            long sessionId,
            Duration answerTime,
            String line,
            String prefix,
            byte @Nullable [] data,
            Line.Rule rule) {
        this.banyan = banyan;
        this.sessionId = sessionId;
        this.inSession =
                banyan.async().inSession(sessionId).withTimeout(answerTime).onNetworkThread();
        this.line = line;
        this.rule = rule;
        // Beside the mark of the create itself: by this one it is found when nobody waits for it.
        this.mark = prefix + Places.mark() + "-";
        this.making =
                this.inSession.createOnce(
                        Paths.child(line, mark), data, CreateMode.EPHEMERAL.sequential(), Acl.OPEN);
        // In the same packet: it is answered behind the create, and most often shows it.
        this.inSession
                .children(line)
                .whenComplete((there, failure) ->
                        making.whenComplete((created, refused) -> made(created, refused, there)));
        turn.whenComplete((mine, failure) -> looked.complete(null));
    }

    private void made(
            @Nullable Created created, @Nullable Throwable refused, @Nullable Children there) {
        if (created == null) {
            fail(refused);
            return;
        }
        var mine = new Turn(created, new Footing(inSession, created.path()));
        mine.footing().gone().thenRun(() -> turn.completeExceptionally(new PlaceLost()));
        if (there != null && there.names().contains(created.name())) {
            decide(mine, there);
        } else {
            look(mine);
        }
    }

    private void look(Turn mine) {
        if (turn.isDone()) {
            return;
        }
        inSession
                .children(line)
                .whenComplete((there, failure) -> {
                    if (there == null) {
                        fail(failure);
                    } else {
                        decide(mine, there);
                    }
                });
    }

    private void decide(Turn mine, Children there) {
        long own = Line.number(mine.created().name());
        int inTheWay = 0;
        long last = -1;
        String blocker = "";
        for (String name : there.names()) {
            long number = Line.number(name);
            if (number >= 0 && number < own && rule.waitsFor(name)) {
                inTheWay++;
                if (number > last) {
                    last = number;
                    blocker = name;
                }
            }
        }
        if (inTheWay == 0) {
            turn.complete(mine);
        } else {
            looked.complete(null);
            await(mine, blocker, inTheWay == 1);
        }
    }

    /// @param isLast whether nobody else was in the way
    private void await(Turn mine, String blocker, boolean isLast) {
        inSession
                .exists(
                        Paths.child(line, blocker),
                        event -> {
                            boolean isGone = event.type() == WatchEvent.Type.DELETED;
                            if (isGone && isLast && isInSession()) {
                                // Whoever came since stands behind it: nobody is left to look at.
                                turn.complete(mine);
                            } else {
                                look(mine);
                            }
                        })
                .whenComplete((stat, failure) -> {
                    if (failure != null) {
                        fail(failure);
                    } else if (stat.isEmpty()) {
                        look(mine);
                    }
                });
    }

    /// A watch may fire in a later session, to which the place does not belong.
    private boolean isInSession() {
        return banyan.session().map(each -> each.id() == sessionId).orElse(false);
    }

    private void fail(@Nullable Throwable failure) {
        Throwable cause = Places.cause(failure);
        turn.completeExceptionally(cause == null ? new IllegalStateException() : cause);
    }

    /// Completes when its turn has come.
    CompletableFuture<Turn> turn() {
        return turn;
    }

    /// Completes when it has been seen whether others are before it, or that there is no place.
    CompletableFuture<@Nullable Void> looked() {
        return looked;
    }

    /// Hears, on whatever thread, that the session may be over; then the next answer says so.
    void doubt() {
        inSession
                .exists(line)
                .whenComplete((stat, failure) -> {
                    if (failure != null) {
                        fail(failure);
                    }
                });
    }

    /// Gives the place up, whether it is there or not yet.
    void leave() {
        turn.cancel(false);
        if (making.isDone() && !making.isCompletedExceptionally()) {
            Places.discard(inSession, making.join().path());
        } else {
            Places.discardMarked(inSession, line, mark);
        }
    }

    /// Somebody took the place away, and perhaps the line with it.
    static final class PlaceLost extends RuntimeException {
        private static final long serialVersionUID = 1;

        PlaceLost() {
            super("the place in the line was deleted", null, false, false);
        }
    }
}
