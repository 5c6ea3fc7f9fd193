package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Paths;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Names that nobody else has, and numbers that nobody else was given.
///
/// Thread-safe.
public final class Names {
    private static final Logger LOG = LoggerFactory.getLogger(Names.class);

    private final Banyan banyan;
    private final String ids;
    private final Claims claims;

    /// @param path where names are kept; for this use alone
    public Names(Banyan banyan, String path) {
        this.banyan = banyan;
        this.ids = Paths.child(path, "ids");
        this.claims = new Claims(banyan, Paths.child(path, "names"), Paths.child(path, "tokens"));
    }

    /// Takes a name, until the lease is closed or lost. A crash frees it when the session times
    /// out.
    ///
    /// @return empty if somebody has it
    public Optional<Lease> claim(String name) {
        return claims.claim(name);
    }

    /// A number greater than every one that was given before for this path, to anyone. Not the next
    /// one: there are gaps. Numbers are never given twice, whatever breaks.
    public long nextId() {
        while (true) {
            try {
                // The zxid of a write: no other write has it, and later ones have greater ones.
                return banyan.set(ids, null).mzxid();
            } catch (BanyanException.ConnectionLost e) {
                // If it was done, its number is one that nobody will ever hear of.
                LOG.debug("ids of {}: {}", ids, e.getMessage());
            } catch (BanyanException.NoNode e) {
                banyan.createAll(ids);
            }
        }
    }
}
