package io.banyan.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A session as the server granted it.
///
/// @param id never 0; by it the server marks ephemerals
/// @param timeout negotiated: after so long without a word from us the server may end the session
/// @param password with the id it lets anyone go on with the session, so keep it to yourself
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record Session(long id, Duration timeout, byte[] password) {
    public Session {
        password = password.clone();
    }

    @Override
    public byte[] password() {
        return password.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Session that
                && id == that.id
                && timeout.equals(that.timeout)
                && Arrays.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, timeout, Arrays.hashCode(password));
    }

    /// Without the password.
    @Override
    public String toString() {
        return "Session[id=0x" + Long.toHexString(id) + ", timeout=" + timeout + "]";
    }
}
