package io.banyan.server.net;

/// What every client channel has to know.
///
/// @param frameBytesMax `jute.maxbuffer`
record NetSettings(int frameBytesMax, FourLetterPort words) {}
