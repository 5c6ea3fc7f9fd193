package io.banyan.server.sasl;

import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/// One end of an exchange between servers, for one connection. Confined to one thread.
public interface SaslSide {
    /// The first token of the end that dials; empty for a mechanism in which the other end begins.
    byte[] first() throws SaslException;

    /// @param token of the other end, as it came in
    /// @return what is to be sent, null for nothing
    /// @throws SaslException if the other end is not who it should be, with a phrase for people
    byte @Nullable [] answer(byte[] token) throws SaslException;

    /// Whether this end knows who the other one is.
    boolean isComplete();

    /// Who dialled, as far as that is known: not proved before {@link #isComplete}.
    String user();
}
