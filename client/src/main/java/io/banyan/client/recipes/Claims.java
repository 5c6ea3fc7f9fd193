package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Created;
import io.banyan.client.Multi;
import io.banyan.client.Paths;
import io.banyan.client.Session;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Stat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Names of which each is one client's at a time.
///
/// A claim is two ephemerals that are made in one step: one with the name, which keeps others out,
/// and one with a name that nobody will use again. A guarded write checks the second: the first may
/// be there again, and be another's.
final class Claims {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(30);

    private final Banyan banyan;
    private final String names;
    private final String tokens;

    /// @param names where the names are
    /// @param tokens where the second ones are
    Claims(Banyan banyan, String names, String tokens) {
        this.banyan = banyan;
        this.names = Paths.require(names);
        this.tokens = Paths.require(tokens);
    }

    /// @return empty if somebody has it
    /// @throws BanyanException.SessionExpired if the session ended meanwhile: then it is not held
    Optional<Lease> claim(String name) {
        Session session = banyan.awaitConnected(CONNECT_MAX);
        Banyan inSession = banyan.inSession(session.id());
        String named = Paths.child(names, name);
        String unique = Paths.child(tokens, "token-" + UUID.randomUUID());
        while (true) {
            var multi = new Multi();
            Multi.Op<Created> token = multi.create(unique, null, CreateMode.EPHEMERAL);
            multi.create(named, null, CreateMode.EPHEMERAL);
            try {
                return Optional.of(lease(session, inSession.multi(multi).get(token), named));
            } catch (BanyanException.ConnectionLost | BanyanException.Timeout e) {
                inSession.sync(tokens);
                Optional<Stat> made = inSession.exists(unique);
                if (made.isPresent()) {
                    return Optional.of(lease(session, new Created(unique, made.get()), named));
                }
            } catch (BanyanException.MultiFailed e) {
                if (e.code() == ErrorCode.NODE_EXISTS && e.index() == 1) {
                    return Optional.empty();
                }
                if (e.code() != ErrorCode.NO_NODE) {
                    throw e;
                }
                Places.container(inSession, names);
                Places.container(inSession, tokens);
            }
        }
    }

    private Lease lease(Session session, Created unique, String named) {
        return new Lease(banyan, session.id(), unique, List.of(named));
    }
}
