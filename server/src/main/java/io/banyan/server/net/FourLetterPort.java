package io.banyan.server.net;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Where a connection that begins with a four-letter word gets its answer.
public interface FourLetterPort {
    /// @param firstFourBytes of the connection, big-endian
    /// @return how many further bytes the word needs (8 for `stmk`), or -1 if this is no word
    int argumentBytes(int firstFourBytes);

    /// @param argument the further bytes, null where none are needed
    /// @return the answer, after which the connection is closed
    CompletableFuture<String> answer(int firstFourBytes, byte @Nullable [] argument);
}
