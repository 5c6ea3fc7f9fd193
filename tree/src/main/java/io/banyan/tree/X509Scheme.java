package io.banyan.tree;

import io.banyan.wire.Id;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// Subject of the client's certificate, as an X.500 name. The TLS handshake proves it, never an
/// auth packet.
///
/// @param superUser the name that may do everything; null if there is none
public record X509Scheme(@Nullable String superUser) implements AuthScheme {
    @Override
    public String name() {
        return "x509";
    }

    @Override
    public boolean isAuthenticated() {
        return true;
    }

    @Override
    public boolean isValid(String aclId) {
        try {
            var _ = new X500Principal(aclId);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // The question was whether it is a name.
        }
    }

    @Override
    public boolean matches(String connectionId, String aclId) {
        return connectionId.equals(aclId) || connectionId.equals(superUser);
    }

    @Override
    public @Nullable List<Id> authenticate(byte[] data) {
        return null;
    }

    @Override
    public String userName(String id) {
        return id;
    }
}
