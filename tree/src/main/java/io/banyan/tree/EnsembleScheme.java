package io.banyan.tree;

import io.banyan.wire.Id;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The name of the ensemble that a client means to talk to. It proves nothing about the client and
/// stands in no ACL; a client that means another ensemble is at the wrong address.
///
/// @param names of this ensemble, `zookeeper.ensembleAuthName`; with none every name will do
public record EnsembleScheme(Set<String> names) implements AuthScheme {
    public EnsembleScheme {
        names = Set.copyOf(names);
    }

    @Override
    public String name() {
        return "ensemble";
    }

    @Override
    public boolean isAuthenticated() {
        return false;
    }

    @Override
    public boolean isValid(String aclId) {
        return false;
    }

    @Override
    public boolean matches(String connectionId, String aclId) {
        return false;
    }

    /// @param data one name, or several with commas between them, of which one must be ours
    @Override
    public @Nullable List<Id> authenticate(byte[] data) {
        String said = new String(data, StandardCharsets.UTF_8);
        if (names.isEmpty() || said.isEmpty()) {
            return List.of();
        }
        for (String each : said.split(",", -1)) {
            if (names.contains(each.trim())) {
                return List.of();
            }
        }
        return null;
    }

    /// Who is at the wrong address tries another one; told AuthFailed it would give up.
    @Override
    public boolean answersFailure() {
        return false;
    }

    @Override
    public String userName(String id) {
        return id;
    }
}
