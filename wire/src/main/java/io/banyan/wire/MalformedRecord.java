package io.banyan.wire;

/// Bytes that are not the record they should be: too short, an absurd length, an unknown tag.
///
/// It costs no stack trace: hostile input must not be more expensive than good input.
public final class MalformedRecord extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedRecord(String message) {
        super(message, null, false, false);
    }
}
