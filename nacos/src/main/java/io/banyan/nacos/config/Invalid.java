package io.banyan.nacos.config;

/// What a client asks for cannot be meant; the message is for it.
public final class Invalid extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Invalid(String message) {
        super(message, null, false, false);
    }
}
