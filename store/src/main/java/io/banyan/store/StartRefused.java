package io.banyan.store;

import java.io.IOException;

/// The server must not start on these directories as they are. The message says what is wrong and
/// what the operator can do.
public final class StartRefused extends IOException {
    private static final long serialVersionUID = 1L;

    public StartRefused(String message) {
        super(message);
    }

    public StartRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
