package io.banyan.tree;

import io.banyan.wire.Id;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Name that a SASL exchange proved, mostly a Kerberos principal. An auth packet proves nothing.
///
/// @param anyUserId an ACL with this id is open to every SASL user (`zookeeper.letAnySaslUserDoX`);
///   null if there is none
public record SaslScheme(@Nullable String anyUserId) implements AuthScheme {
    /// `name`, `name/host`, each maybe with `@REALM`.
    private static final Pattern PRINCIPAL = Pattern.compile("[^/@]+(/[^/@]+)?(@[^/@]+)?");

    @Override
    public String name() {
        return "sasl";
    }

    @Override
    public boolean isAuthenticated() {
        return true;
    }

    @Override
    public boolean isValid(String aclId) {
        return PRINCIPAL.matcher(aclId).matches();
    }

    @Override
    public boolean matches(String connectionId, String aclId) {
        return connectionId.equals("super")
                || connectionId.equals(aclId)
                || aclId.equals(anyUserId);
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
