package io.banyan.client;

/// Hears of every change of the session, on the event thread, in order with watch events and
/// completions.
@FunctionalInterface
public interface SessionListener {
    /// What it throws is logged and otherwise ignored.
    void onSession(SessionEvent event);
}
