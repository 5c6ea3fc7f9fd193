package io.banyan.client;

/// A change of {@link SessionState}.
///
/// @param sessionId the session that it is about; 0 where none was granted yet
public record SessionEvent(SessionState state, long sessionId) {
    @Override
    public String toString() {
        return state + " session=0x" + Long.toHexString(sessionId);
    }
}
